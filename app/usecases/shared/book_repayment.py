"""Books money that goes back to a customer."""

from datetime import date
from uuid import UUID

from app.db.engine import Tx, uuid7
from app.db.platform.outbox import tell
from app.db.selling.credits import repayments
from app.domain.actors import Actor
from app.domain.ledger import JournalKind
from app.domain.selling.orders import Order
from app.domain.selling.payments import PaymentMethod, SettlementMethod
from app.domain.selling.repayments import Repayment, repay, repayment_legs
from app.usecases.shared.book_credit import recharge
from app.usecases.shared.book_order import post_of_order
from app.usecases.shared.order_money import nobody_involved, save_money


async def book_repayment(
    tx: Tx,
    actor: Actor,
    order: Order,
    cents: int | None,
    day: date,
    *,
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
    bank_line_id: UUID | None = None,
    journal_id: UUID | None = None,
) -> Repayment:
    """Books what goes back of a locked order: `cents`, or all that is owed back; the price is due again as far.

    With a bank line it went by that; with a `journal_id` its journal has that id. Raises NothingOwed, MoreThanLeft,
    SecondPersonNeeded for the buyer and the makers.
    """
    by = await nobody_involved(tx, actor, order, "repay")
    after = repay(order, cents)
    repayment = Repayment(
        id=uuid7(),
        order_id=order.id,
        cooperative_id=order.cooperative_id,
        cents=order.paid_cents - after.paid_cents,
        paid_on=day,
        method=SettlementMethod(method),
        recorded_by=by,
        recorded_at=tx.now,
        bank_line_id=bank_line_id,
    )
    await repayments.add(tx, repayment)
    legs = repayment_legs(order, after, method, bank_line_id)
    source = ("repayment", repayment.id)
    await post_of_order(tx, after, JournalKind.REPAYMENT, source, 1, day, legs, journal_id=journal_id)
    after = await recharge(tx, order, after, day)
    await tell(tx, "order.repaid", order.cooperative_id, order.id, reference=order.reference)
    await save_money(tx, actor, order, after, "repay")
    return repayment
