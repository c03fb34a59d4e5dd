"""Hours of an assignment: the worker reports them, corrects them by a new entry; the lead approves or refuses."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.db.engine import Tx, uuid7
from app.db.platform.outbox import tell
from app.db.selling.assignments import assignments, decide_entry, hours, parts
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.days import day_of
from app.domain.errors import AlreadySettled, SecondPersonNeeded, WrongState
from app.domain.selling.assignments import Assignment, AssignmentState
from app.domain.selling.parts import Hours, Part, check_hours
from app.ids import AssignmentPartId, WorkedHoursId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared import assignment as steps
from app.vocabulary import WHOLE, Doc, Note, PastDay, StatedReason

WorkedMinutes = Annotated[
    int,
    Field(strict=True, ge=-44_640, le=44_640),
    WHOLE,
    Doc("The minutes worked; for a correction the difference, which may be negative."),
]
WorkDay = Annotated[PastDay, Doc("The day of the work; today if it is left out.")]


async def report_hours(
    tx: Tx,
    actor: Actor,
    *,
    part_id: AssignmentPartId,
    minutes: WorkedMinutes,
    day: WorkDay | None = None,
    note: Note = "",
) -> Hours:
    """Report hours worked, for oneself or, as coordinator, for a member. To correct a report, report the difference.

    Raises WrongState unless the job is in progress, RuleRefused, DayOutOfRange, NotFound.
    """
    seen = await parts.get(tx, part_id)
    actor.require(Right.TAKE_PART, seen.cooperative_id, own=actor.as_member(seen.member_id))
    found = await steps.lock_assignment(tx, await assignments.get(tx, seen.assignment_id))
    if found.state is not AssignmentState.IN_PROGRESS:
        raise WrongState(verb="report_hours", state=found.state, possible=[])
    part = await parts.get(tx, part_id, lock=True)
    worked, first = day or tx.today, day_of(min(found.created_at, found.starts_at))
    check_hours(part, await hours.all(tx, part_id=part_id), minutes, worked, first, tx.today)
    entry = Hours(
        id=uuid7(),
        part_id=part_id,
        assignment_id=part.assignment_id,
        lead_id=part.lead_id,
        cooperative_id=part.cooperative_id,
        member_id=part.member_id,
        day=worked,
        minutes=minutes,
        note=note,
        reported_by=actor.person,
        reported_at=tx.now,
    )
    await hours.add(tx, entry)
    if part.offered_to is not None:
        await _offer_no_more(tx, found, part)
    await tell(tx, "assignment.hours_reported", part.lead_id, entry.id, title=found.title)
    return entry


async def _offer_no_more(tx: Tx, found: Assignment, part: Part) -> None:
    """Hours stay with the person who worked them, so the first report ends an offer to a colleague."""
    whole = await steps.load(tx, found)
    kept = await parts.save(tx, replace(part, offered_to=None))
    await steps.restaff(tx, whole, [kept if other.id == part.id else other for other in whole.parts])
    facts = {"title": found.title, "members": [str(part.member_id)]}
    await tell(tx, "assignment.part_moved", part.cooperative_id, part.id, **facts)


async def approve_hours(tx: Tx, actor: Actor, *, entry_id: WorkedHoursId) -> Hours:
    """Approve a report, as the lead's staff. Nobody approves hours that they worked or reported.

    Raises SecondPersonNeeded, AlreadySettled, WrongState, NotFound.
    """
    found, entry = await _open_entry(tx, actor, entry_id, "approve_hours")
    part = await parts.get(tx, entry.part_id, lock=True)
    approved = replace(entry, approved_by=actor.person, approved_at=tx.now, version=entry.version + 1)
    reported = await hours.all(tx, part_id=part.id)
    minutes = sum(other.minutes for other in reported if other.approved_by is not None or other.id == entry_id)
    await decide_entry(tx, approved)
    await parts.save(tx, replace(part, minutes=max(minutes, 0)))
    await tell(tx, "assignment.hours_approved", entry.lead_id, entry.id, title=found.title)
    return approved


async def refuse_hours(tx: Tx, actor: Actor, *, entry_id: WorkedHoursId, reason: StatedReason) -> Hours:
    """Refuse a report, as the lead's staff, with a reason. It does not count, and a new report can be made.

    Nobody refuses hours that they worked or reported. Raises SecondPersonNeeded, AlreadySettled, WrongState, NotFound.
    """
    found, entry = await _open_entry(tx, actor, entry_id, "refuse_hours")
    refused = replace(entry, refused_by=actor.person, refused_at=tx.now, reason=reason, version=entry.version + 1)
    await decide_entry(tx, refused)
    about = {"title": found.title, "reason": reason, "members": [str(entry.member_id)]}
    await tell(tx, "assignment.hours_refused", entry.cooperative_id, entry.id, **about)
    # An event reaches the tasks of its own cooperative only.
    if entry.lead_id != entry.cooperative_id:
        await tell(tx, "assignment.hours_refused", entry.lead_id, entry.id, title=found.title)
    return refused


async def _open_entry(tx: Tx, actor: Actor, entry_id: UUID, verb: str) -> tuple[Assignment, Hours]:
    """An undecided report and its locked assignment. Four-eyes rule: not for the person who reported or worked it."""
    seen = await hours.get(tx, entry_id)
    actor.require(Right.APPROVE_HOURS, seen.lead_id)
    found = await steps.lock_assignment(tx, await assignments.get(tx, seen.assignment_id))
    if found.state is not AssignmentState.IN_PROGRESS:
        raise WrongState(verb=verb, state=found.state, possible=[])
    entry = await hours.get(tx, entry_id)
    if entry.approved_by is not None or not entry.stands:
        raise AlreadySettled(what="hours")
    if entry.member_id in actor.member_ids() or entry.reported_by == actor.person:
        raise SecondPersonNeeded(verb=verb)
    return found, entry


@shows_private
@reads_by_id(parts, (hours, "part_id"))
async def list_hours(tx: Tx, actor: Actor, *, part_id: AssignmentPartId) -> list[Hours]:
    """The reports of a part, oldest first. For its member, its cooperative's staff and the lead's."""
    part = await parts.get(tx, part_id)
    place = part.lead_id if actor.may(Right.READ_ASSIGNMENT, part.lead_id) else part.cooperative_id
    actor.require(Right.READ_ASSIGNMENT, place, own=actor.as_member(part.member_id))
    return await hours.all(tx, part_id=part_id)
