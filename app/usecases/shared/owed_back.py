"""Money owed back to customers: payments beyond the price, on an account of their own; and the tasks for them."""

from uuid import UUID

from app.db.engine import Tx
from app.db.platform.outbox import tell
from app.domain.ledger import AccountKind, JournalKind, Leg
from app.domain.selling.orders import SUPPLIED, Order
from app.usecases.shared.book_order import post_of_order, watch_unpaid


async def set_off(tx: Tx, order: Order, source: tuple[str, UUID], cents: int) -> None:
    """Moves `cents` from the customer's credit to the price after money was undone; if negative, back again."""
    if cents:
        rule = "set_off" if cents > 0 else "set_off_back"
        facts = {"order": str(order.id)}
        legs = (
            Leg(kind=AccountKind.RECEIVABLE_CUSTOMER, cents=cents, rule=rule, facts=facts),
            Leg(kind=AccountKind.CUSTOMER_CREDIT, cents=-cents, rule=rule, facts=facts, party=str(order.id)),
        )
        await post_of_order(tx, order, JournalKind.SET_OFF, source, 1, tx.today, legs)


async def tell_owed_back(tx: Tx, before: Order, after: Order) -> None:
    """Opens the task to pay the customer back, or closes it."""
    if bool(before.owed_back_cents) != bool(after.owed_back_cents):
        name = "order.owed_back" if after.owed_back_cents else "order.paid_back"
        await tell(tx, name, after.cooperative_id, after.id, reference=after.reference)


async def tell_due(tx: Tx, before: Order, after: Order) -> None:
    """Opens or closes the task to record a payment, for an order whose work is done."""
    if after.state in SUPPLIED and bool(before.due_cents) != bool(after.due_cents):
        name = "order.due_again" if after.due_cents else "order.nothing_due"
        await tell(tx, name, after.cooperative_id, after.id, reference=after.reference)
        if after.due_cents:
            await watch_unpaid(tx, after)
