"""An assignment under lock with its slots and parts; its events; and the customer's order, which follows it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from app.db.engine import Tx
from app.db.market.offerings import end_holds, put_back
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.db.selling.assignments import assignments, hours, parts, save_parts, signatures, slots
from app.db.selling.orders import orders
from app.domain.actors import Actor
from app.domain.days import Bounds
from app.domain.selling.assignments import ORDER_STATES, Assignment, AssignmentState, new_terms, staffed
from app.domain.selling.orders import SUPPLIED, Order, OrderState, called_off
from app.domain.selling.parts import EVER_TAKEN, Part, PartState, Slot, promoted
from app.usecases.shared.book_order import call_off, charge
from app.usecases.shared.issue import note_all, reopen
from app.usecases.shared.owed_back import tell_owed_back
from app.usecases.shared.supply import supply
from app.usecases.shared.trails import note_order
from app.vocabulary import MomentWithin

WorkMoment = Annotated[datetime, MomentWithin(Bounds(years_back=1))]
"""The start or end of work: at most a year back, so that a job can be recorded afterwards."""


@dataclass(frozen=True)
class Whole:
    """An assignment with all its slots and parts."""

    assignment: Assignment
    slots: tuple[Slot, ...]
    parts: tuple[Part, ...]

    @property
    def taken(self) -> list[Part]:
        return [part for part in self.parts if part.state is PartState.TAKEN]

    def slot(self, slot_id: UUID) -> Slot:
        return next(slot for slot in self.slots if slot.id == slot_id)

    def part(self, part_id: UUID) -> Part:
        return next(part for part in self.parts if part.id == part_id)


async def lock_assignment(tx: Tx, found: Assignment) -> Assignment:
    """The locked assignment; its customer's order is locked before it, as everywhere. Opens the lead's private rows."""
    await lend_staff_view(tx, found.cooperative_id)
    if found.order_id is not None:
        await orders.get(tx, found.order_id, lock=True)
    return await assignments.get(tx, found.id, lock=True)


async def load(tx: Tx, assignment: Assignment) -> Whole:
    """The assignment with its slots and parts, for the lead, in two queries."""
    await lend_staff_view(tx, assignment.cooperative_id)
    found = await slots.all(tx, assignment_id=assignment.id)
    return Whole(assignment, tuple(found), tuple(await parts.all(tx, assignment_id=assignment.id)))


async def charges_of(tx: Tx, assignment: Assignment) -> list[Order]:
    """The charges of partners that stand; those of an approval that was undone are called off."""
    lead_id = assignment.cooperative_id
    return await orders.all(tx, assignment_id=assignment.id, buyer_id=lead_id, state=OrderState.COMPLETED)


async def restaff(tx: Tx, whole: Whole, after: Sequence[Part], *, changed: Assignment | None = None) -> Assignment:
    """Gives free seats to the waiting list, and saves the assignment and the parts as they are `after`."""
    seated = promoted(whole.slots, after)
    moved = [part for part, was in zip(seated, after, strict=True) if part.state is not was.state]
    await save_parts(tx, moved)
    for part in moved:
        facts = {"title": whole.assignment.title, "members": [str(part.member_id)]}
        await tell(tx, "assignment.promoted", part.cooperative_id, part.id, **facts)
    assignment = staffed(changed or whole.assignment, whole.slots, whole.parts, seated)
    if assignment.signed_ids and await _signer_seated(tx, whole, seated):
        assignment = new_terms(assignment)
    if assignment.order_id is not None:
        await _who_works(tx, assignment, seated)
    return await save(tx, assignment, whole.assignment)


async def end_offers(tx: Tx, whole: Whole) -> Whole:
    """At delivery or cancellation, ends invitations, hand-overs and unapproved reports.

    Their tasks are about a part or a report, so each gets an event of its own.
    """
    ended = []
    for part in whole.parts:
        facts = {"title": whole.assignment.title, "members": [str(part.member_id)]}
        after = replace(part, offered_to=None)
        if part.state is PartState.INVITED:
            after = replace(after, state=PartState.WITHDRAWN)
        if after != part:
            after = await parts.save(tx, after)
            await tell(tx, "assignment.part_moved", part.cooperative_id, part.id, **facts)
        ended.append(after)
    for entry in await hours.all(tx, assignment_id=whole.assignment.id):
        if entry.approved_by is None:
            place = entry.lead_id if entry.stands else entry.cooperative_id
            await tell(tx, "assignment.hours_dropped", place, entry.id, title=whole.assignment.title)
    assignment = staffed(whole.assignment, whole.slots, whole.parts, ended)
    return replace(whole, parts=tuple(ended), assignment=assignment)


async def _signer_seated(tx: Tx, whole: Whole, seated: Sequence[Part]) -> bool:
    """Whether somebody who signed the present terms got a seat: nobody signs for their own part."""
    had = {part.member_id for part in whole.taken}
    came = [part.member_id for part in seated if part.state is PartState.TAKEN and part.member_id not in had]
    if not came:
        return False
    signed = await signatures.all(tx, assignment_id=whole.assignment.id, terms=whole.assignment.terms)
    people = {member.person_id for member in await members.all(tx, id=came)}
    return any(signature.signed_by in people for signature in signed)


async def _who_works(tx: Tx, assignment: Assignment, parts_now: Sequence[Part]) -> None:
    """Opens the customer's order to the lead's members who do a part now, and closes it to those who gave theirs up."""
    order, place = await orders.get(tx, assignment.order_id or assignment.id), assignment.cooperative_id
    taken = {p.member_id for p in parts_now if p.state is PartState.TAKEN and p.cooperative_id == place}
    if set(order.maker_ids) != taken and any(p.state in EVER_TAKEN for p in parts_now):
        await orders.save(tx, replace(order, maker_ids=tuple(sorted(taken))))


async def save(tx: Tx, assignment: Assignment, before: Assignment) -> Assignment:
    """Saves the assignment; if all seats are taken under new terms, asks every cooperative to sign."""
    if assignment.open_seats == 0 and assignment.party_ids and before.terms != assignment.terms:
        for place in assignment.unsigned_ids:
            facts = {"title": assignment.title, "terms": assignment.terms}
            await tell(tx, "assignment.to_sign", place, assignment.id, **facts)
    return await assignments.save(tx, assignment)


async def tell_all(tx: Tx, whole: Whole, verb: str, reason: str) -> None:
    """Writes an event for the lead and each partner, naming its members; only the lead's has the customer's words."""
    assignment = whole.assignment
    for place in dict.fromkeys((assignment.cooperative_id, *assignment.party_ids)):
        members = sorted(str(part.member_id) for part in whole.taken if part.cooperative_id == place)
        is_lead = place == assignment.cooperative_id
        side: dict[str, object] = {"lead": True} if is_lead else {"partner": True}
        if reason and (is_lead or verb == "cancel"):
            side["reason"] = reason
        about = {"title": assignment.title, "members": members, **side}
        await tell(tx, f"assignment.{verb}", place, assignment.id, **about)


async def follow(tx: Tx, actor: Actor, assignment: Assignment, note: str) -> Order | None:
    """Moves the customer's order along with its assignment; not saved if that books its sale."""
    if assignment.order_id is None:
        return None
    state = ORDER_STATES.get(assignment.state)
    order = await orders.get(tx, assignment.order_id)
    if state is None or order.state is state:
        return order
    done = tx.now if state is OrderState.COMPLETED else None
    if state is OrderState.CANCELLED:
        await end_holds(tx, order_id=order.id, state="released")
        await put_back(tx, order.id)
    before = order
    order = called_off(order) if state is OrderState.CANCELLED else order
    order = replace(order, state=state, delivered_at=assignment.delivered_at, completed_at=done)
    if state is OrderState.CANCELLED:
        order = await note_all(tx, order, "")
        await call_off(tx, before, order)
        await tell_owed_back(tx, before, order)
    elif state is OrderState.DELIVERED:
        order = await supply(tx, before, order)
    else:
        order = await reopen(tx, order) if state not in SUPPLIED else order
        order = await charge(tx, before, order, order.work_date or tx.today)
    verb = {OrderState.IN_PROGRESS: "start", OrderState.DELIVERED: "deliver", OrderState.COMPLETED: "complete"}
    await note_order(tx, actor, order, verb.get(state, "cancel"), note)
    told = {OrderState.IN_PROGRESS: "started"}.get(state, state.value)
    paid = {"paid": True} if not order.due_cents else {}
    await tell(tx, f"order.{told}", order.cooperative_id, order.id, reference=order.reference, **paid)
    return order if state is OrderState.COMPLETED else await orders.save(tx, order)


async def follow_payment(tx: Tx, order: Order) -> None:
    """Settles an approved assignment once the customer has paid; undoes that if a payment is undone."""
    if order.assignment_id is None or order.buyer_id is not None:
        return
    found = await assignments.get(tx, order.assignment_id, lock=True)
    paid = not order.due_cents
    if found.state is (AssignmentState.APPROVED if paid else AssignmentState.SETTLED):
        state = AssignmentState.SETTLED if paid else AssignmentState.APPROVED
        await assignments.save(tx, replace(found, state=state))
