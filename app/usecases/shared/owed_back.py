"""Money owed back to customers: payments beyond the price, on an account of their own; and the tasks for them."""

from uuid import UUID

from app.db import ledger
from app.db.engine import Tx, uuid7
from app.db.platform.outbox import tell
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting
from app.domain.selling.orders import Order, OrderState

DONE = (OrderState.DELIVERED, OrderState.COMPLETED)
"""In these states the customer is expected to pay; before them, delivery opens the task."""


async def owe_what_was_paid(tx: Tx, before: Order, after: Order) -> None:
    """A cancelled order has no price any more: books what was paid as owed back, dated today."""
    cents = after.owed_back_cents - before.owed_back_cents
    if cents:
        await _move_credit(tx, after, JournalKind.CANCEL, ("order", after.id), cents, "cancel")
    await tell_owed_back(tx, before, after)


async def set_off(tx: Tx, order: Order, payment_id: UUID, cents: int) -> None:
    """Moves `cents` from the customer's credit to the price after a payment was undone; if negative, back again."""
    if cents:
        rule = "set_off" if cents > 0 else "set_off_back"
        await _move_credit(tx, order, JournalKind.SET_OFF, ("payment", payment_id), -cents, rule)


async def tell_owed_back(tx: Tx, before: Order, after: Order) -> None:
    """Opens the task to pay the customer back, or closes it."""
    if bool(before.owed_back_cents) != bool(after.owed_back_cents):
        name = "order.owed_back" if after.owed_back_cents else "order.paid_back"
        await tell(tx, name, after.cooperative_id, after.id, reference=after.reference)


async def tell_due(tx: Tx, before: Order, after: Order) -> None:
    """Opens or closes the task to record a payment, for an order whose work is done."""
    if after.state in DONE and bool(before.due_cents) != bool(after.due_cents):
        name = "order.due_again" if after.due_cents else "order.nothing_due"
        await tell(tx, name, after.cooperative_id, after.id, reference=after.reference)


async def _move_credit(
    tx: Tx, order: Order, kind: JournalKind, source: tuple[str, UUID], cents: int, rule: str
) -> None:
    """Moves `cents` from the customer's payments to the amount owed back; once for each source."""
    facts = {"order": str(order.id)}
    legs = (
        Leg(kind=AccountKind.RECEIVABLE_CUSTOMER, cents=-cents, rule=rule, facts=facts),
        Leg(kind=AccountKind.CUSTOMER_CREDIT, cents=cents, rule=rule, facts=facts, party=str(order.id)),
    )
    source_type, source_id = source
    posting = Posting(
        id=uuid7(),
        cooperative_id=order.cooperative_id,
        kind=kind,
        source_type=source_type,
        source_id=source_id,
        part=1,
        effective_on=tx.today,
        legs=legs,
    )
    await ledger.post(tx, posting)
