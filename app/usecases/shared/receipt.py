"""Books money of a customer that came in."""

from app.db.engine import Tx
from app.db.platform.outbox import start_timer
from app.db.selling.payments import payments
from app.domain.actors import Actor
from app.domain.ledger import JournalKind
from app.domain.selling.invoicing import asks_deposit
from app.domain.selling.orders import Order, due_for_sale
from app.domain.selling.payments import Payment, receipt_legs, receive
from app.usecases.shared.book_credit import recharge
from app.usecases.shared.book_order import post_of_order
from app.usecases.shared.book_sale import book_alone, settle
from app.usecases.shared.order_money import save_money


async def book_receipt(tx: Tx, actor: Actor, order: Order, payment: Payment, *, known: bool = False) -> None:
    """Books a payment, and the sale if it was the last of the price. The order is locked.

    The payment is added, unless it is `known` already.
    """
    paid = receive(order, payment.cents)
    if paid.vat_with_money and due_for_sale(paid):
        await book_alone(tx, paid)
    charged = await recharge(tx, order, paid, payment.paid_on)
    settled = await settle(tx, charged) if order.due_cents else charged
    if asks_deposit(charged):
        await start_timer(tx, "invoice", charged.cooperative_id, charged.id, tx.now)
    if not known:
        await payments.add(tx, payment)
    # After the sale, which asks first: all journals are posted by one call, which locks all balances in one order.
    legs = receipt_legs(order, paid, payment)
    await post_of_order(tx, paid, JournalKind.PAYMENT, ("payment", payment.id), 1, payment.paid_on, legs)
    await save_money(tx, actor, order, settled, "record_payment")
