"""Undoes a payment that was recorded by mistake."""

from app.db import ledger
from app.db.engine import Tx
from app.db.platform.outbox import tell
from app.db.selling.assignments import assignments
from app.db.selling.orders import orders
from app.db.selling.payments import payments
from app.domain.errors import RuleRefused, SecondPersonNeeded
from app.domain.selling.orders import Order
from app.domain.selling.payments import reverse, undo_receipt, undone
from app.usecases.declared.due import order_in_time
from app.usecases.shared.assignment import follow_payment
from app.usecases.shared.book_sale import unsettle
from app.usecases.shared.owed_back import set_off, tell_due, tell_owed_back
from app.usecases.shared.trails import note_order
from app.usecases.shared.undo import Undoing, post_reversal


async def undo_payment(tx: Tx, undoing: Undoing) -> None:
    """The order without the payment. If the sale is not paid any more, it is taken back.

    Raises AlreadySettled for a payment that was undone, PaidBackAlready if its money went back to the customer,
    SecondPersonNeeded for the buyer and for whoever did the work.
    """
    found = await payments.get(tx, undoing.source_id)
    order = order_in_time(tx, await orders.get(tx, found.order_id, lock=True))
    if order.buyer_id is not None:
        raise RuleRefused(rule="charges_are_netted", value=order.reference)
    payment = await payments.get(tx, found.id, lock=True)
    await _second_person(tx, undoing, order)
    reversed_payment = reverse(payment, by=undoing.actor.person, on=undoing.day, reason=undoing.reason)
    legs = await ledger.legs_of(tx, undoing.journal)
    after, credit = undo_receipt(order, payment, legs)
    # The earnings of an assignment do not depend on the customer's payment.
    if order.assignment_id is None and after.due_cents:
        after = await unsettle(tx, after)
    await set_off(tx, after, payment.id, credit)
    await post_reversal(tx, undoing, undone(legs))
    saved = await orders.save(tx, after)
    await follow_payment(tx, saved)
    await note_order(tx, undoing.actor, saved, "reverse_payment", undoing.reason)
    await tell(tx, "order.payment_reversed", order.cooperative_id, order.id, reference=order.reference)
    await tell_due(tx, order, saved)
    await tell_owed_back(tx, order, saved)
    await payments.save(tx, reversed_payment)


async def _second_person(tx: Tx, undoing: Undoing, order: Order) -> None:
    """Raises SecondPersonNeeded if the treasurer is the buyer or did the work."""
    makers = set(order.maker_ids)
    if order.assignment_id is not None:
        makers |= set((await assignments.get(tx, order.assignment_id)).member_ids)
    if order.customer_person_id == undoing.actor.person or undoing.actor.member_ids() & makers:
        raise SecondPersonNeeded(verb="reverse_payment")
