"""Hours of an assignment: reported by who worked them, corrected by a new entry, approved by the lead."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from app.db.assignments import approve_entry, assignments, hours, parts
from app.db.engine import Tx, uuid7
from app.db.outbox import tell
from app.domain.access import Actor, Right
from app.domain.assignments import AssignmentState
from app.domain.errors import AlreadySettled, SecondPersonNeeded, WrongState
from app.domain.parts import Hours, check_hours
from app.usecases.steps import assignment as steps


async def report_hours(
    tx: Tx, actor: Actor, *, part_id: UUID, worked_minutes: int, day: date | None = None, note: str = ""
) -> Hours:
    """Report minutes that were worked, for oneself or as coordinator for a member; a correction may be below zero.

    Raises WrongState unless the job is in progress, RuleRefused, NotFound.
    """
    seen = await parts.get(tx, part_id)
    actor.require(Right.TAKE_PART, seen.cooperative_id, own=actor.as_member(seen.member_id))
    found = await steps.lock_assignment(tx, await assignments.get(tx, seen.assignment_id))
    if found.state is not AssignmentState.IN_PROGRESS:
        raise WrongState(verb="report_hours", state=found.state, possible=[])
    part = await parts.get(tx, part_id)
    worked = day or tx.today
    check_hours(part, await hours.all(tx, part_id=part_id), worked_minutes, worked, tx.today)
    place = (uuid7(), part_id, part.assignment_id, part.lead_id, part.cooperative_id, part.member_id)
    entry = Hours(*place, worked, worked_minutes, note, actor.person, tx.now)
    await hours.add(tx, entry)
    await tell(tx, "assignment.hours_reported", part.lead_id, entry.id, title=found.title)
    return entry


async def approve_hours(tx: Tx, actor: Actor, *, entry_id: UUID) -> Hours:
    """Approve a report, as the lead's staff; not of one's own, nor one that one reported.

    Raises SecondPersonNeeded, AlreadySettled, WrongState.
    """
    seen = await hours.get(tx, entry_id)
    actor.require(Right.APPROVE_HOURS, seen.lead_id)
    found = await steps.lock_assignment(tx, await assignments.get(tx, seen.assignment_id))
    if found.state is not AssignmentState.IN_PROGRESS:
        raise WrongState(verb="approve_hours", state=found.state, possible=[])
    entry = await hours.get(tx, entry_id)
    if entry.approved_by is not None:
        raise AlreadySettled(what="hours")
    if entry.member_id in actor.member_ids() or entry.reported_by == actor.person:
        raise SecondPersonNeeded(verb="approve_hours")
    part = await parts.get(tx, entry.part_id, lock=True)
    approved = replace(entry, approved_by=actor.person, approved_at=tx.now, version=entry.version + 1)
    reported = await hours.all(tx, part_id=part.id)
    minutes = sum(other.minutes for other in reported if other.approved_by is not None or other.id == entry_id)
    await approve_entry(tx, approved)
    await parts.save(tx, replace(part, minutes=max(minutes, 0)))
    await tell(tx, "assignment.hours_approved", entry.lead_id, entry.id, title=found.title)
    return approved


async def list_hours(tx: Tx, actor: Actor, *, part_id: UUID) -> list[Hours]:
    """The reports of a part, oldest first, for its member, its cooperative's staff and the lead's."""
    part = await parts.get(tx, part_id)
    place = part.lead_id if actor.may(Right.READ_ASSIGNMENT, part.lead_id) else part.cooperative_id
    actor.require(Right.READ_ASSIGNMENT, place, own=actor.as_member(part.member_id))
    return await hours.all(tx, part_id=part_id)
