"""What all acts about the money of an order have in common: the lock, who may do it, and what follows."""

from datetime import date
from uuid import UUID

from app.db.engine import Tx
from app.db.people.cooperatives import books_from
from app.db.platform.outbox import tell
from app.db.selling.assignments import assignments
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.days import check_day, day_of
from app.domain.errors import RuleRefused, SecondPersonNeeded
from app.domain.selling.orders import Order, roles_on
from app.usecases.declared.due import order_in_time
from app.usecases.shared.assignment import follow_payment
from app.usecases.shared.owed_back import tell_due, tell_owed_back
from app.usecases.shared.trails import note_order


async def locked_for_money(tx: Tx, actor: Actor, right: Right, order_id: UUID) -> Order:
    """The locked order, if the actor has the right. Raises NotFound, Forbidden, RuleRefused for a netted charge."""
    order = await orders.get(tx, order_id, lock=True)
    actor.require(right, order.cooperative_id, own=roles_on(order, actor))
    return open_for_money(tx, order)


async def locked_pair(tx: Tx, actor: Actor, right: Right, order_id: UUID, other_id: UUID) -> tuple[Order, Order]:
    """Two orders of one cooperative, locked in the order of their ids. Raises as `locked_for_money`, and RuleRefused.

    The other one is not found if the actor may not see it.
    """
    found = {one: await locked_for_money(tx, actor, right, one) for one in sorted({order_id, other_id})}
    order, other = found[order_id], found[other_id]
    if order.cooperative_id != other.cooperative_id:
        raise RuleRefused(rule="other_seller", value=other.reference)
    return order, other


def open_for_money(tx: Tx, order: Order) -> Order:
    """The order, after the step that its deadline takes. Raises RuleRefused for a charge between cooperatives."""
    order = order_in_time(tx, order)
    if order.buyer_id is not None:
        raise RuleRefused(rule="charges_are_netted", value=order.reference)
    return order


async def nobody_involved(tx: Tx, actor: Actor, order: Order, verb: str) -> UUID:
    """Returns the acting person's id. Raises SecondPersonNeeded if they are the buyer or did the work."""
    makers = set(order.maker_ids)
    if order.assignment_id is not None:
        makers |= set((await assignments.get(tx, order.assignment_id)).member_ids)
    if order.customer_person_id == actor.person or actor.member_ids() & makers:
        raise SecondPersonNeeded(verb=verb)
    return actor.person


async def day_of_money(tx: Tx, order: Order, paid_on: date | None) -> date:
    """The day on which money came in or went back, by default today.

    Raises DayOutOfRange for a day in the future, or before both the order and the books.
    """
    day, placed = paid_on or tx.today, day_of(order.placed_at)
    first = placed if day >= placed else await books_from(tx, order.cooperative_id)
    return check_day("paid_on", day, first, tx.today)


async def save_money(tx: Tx, actor: Actor, before: Order, after: Order, verb: str, reason: str = "") -> Order:
    """Saves an order after an act about its money, with its trail, the tasks about it, and its assignment."""
    await follow_payment(tx, after)
    await note_order(tx, actor, after, verb, reason)
    await tell_due(tx, before, after)
    await tell_owed_back(tx, before, after)
    if before.due_cents and not after.due_cents and after.paid_cents > before.paid_cents:
        await tell(tx, "order.paid", after.cooperative_id, after.id, reference=after.reference)
    return await orders.save(tx, after)
