"""Slots of an assignment and its parts: members apply, are invited, wait, withdraw, or hand a part on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.db.engine import Tx, uuid7
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.db.selling.assignments import assignments, next_number, parts, slots
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.days import day_of
from app.domain.errors import NotFound, SharesDiffer, WrongState
from app.domain.page import Page, PageRequest
from app.domain.people.members import Member, MemberState
from app.domain.selling.assignments import (
    PLANNING,
    STAFFABLE,
    Assignment,
    AssignmentState,
    new_terms,
    not_own_job,
    open_to,
    seat_cents,
    shares_of,
)
from app.domain.selling.parts import (
    PART,
    Part,
    PartState,
    PartVerb,
    Slot,
    after_part,
    check_slot,
    joined,
    seat_or_queue,
)
from app.domain.selling.shares import ShareKind
from app.domain.transitions import Case, find
from app.domain.vat import VatClass
from app.ids import AssignmentId, AssignmentPartId, AssignmentSlotId, CooperativeId, MemberId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared import assignment as steps
from app.usecases.shared.preview import Preview, previewed
from app.vocabulary import EMPTY, WHOLE, Doc, Form, Minutes, Place, Text, Version

ACTIVE = (MemberState.TRIAL, MemberState.MEMBER)
OFFERED = (PartVerb.TAKE_OVER, PartVerb.LEAVE)
"""The verbs of the colleague to whom a part was offered."""
WORDS = frozenset({"role", "skills", "starts_at", "ends_at", "place"})
"""The fields that can change without new signatures."""
Role = Annotated[str, Text(1, 120), Doc("The work of this role.")]
Skill = Annotated[str, Text(1, 60)]
Skills = Annotated[list[Skill], Field(max_length=20), Doc("The skills that the role needs.")]
SeatMinutes = Annotated[Minutes, Doc("The planned minutes of one seat.")]
Seats = Annotated[int, Field(strict=True, ge=0, le=1000), WHOLE, Doc("The number of seats.")]
SeatShare = Annotated[ShareKind, Doc("The meaning of the size of a share.")]
SeatSize = Annotated[
    int,
    Field(strict=True, ge=0, le=2_000_000_000),
    WHOLE,
    Doc("The share of one seat: basis points (percent), cents (fixed) or a weight (rest); not used with hours."),
]
SeatStart = Annotated[steps.WorkMoment, Doc("The start, if it differs from the job's.")]
SeatEnd = Annotated[steps.WorkMoment, Doc("The end, if it differs from the job's.")]
ChargedVat = Annotated[VatClass, Doc("The VAT that a partner charges the lead for it.")]
Applicant = Annotated[MemberId, Doc("The applicant: the caller, or a member of the coordinator's cooperative.")]
Invited = Annotated[MemberId, Doc("The member to invite.")]
OfWhom = Annotated[CooperativeId, Doc("The cooperative of the member.")]
Colleague = Annotated[MemberId, Doc("The colleague to whom the part is offered, with `hand_on`.")]
Step = Annotated[PartVerb, Doc("The step to take.")]


class SlotChange(Form):
    """The fields of a role that change."""

    role: Role = ""
    minutes: SeatMinutes = 1
    seats: Seats = 1
    share_kind: SeatShare = ShareKind.PERCENT
    share_size: SeatSize = 0
    skills: Skills = EMPTY
    starts_at: SeatStart | None = None
    ends_at: SeatEnd | None = None
    place: Place = ""
    vat_class: ChargedVat = VatClass.STANDARD

    def kept(self) -> dict[str, Any]:
        """The fields that the caller sent, as the domain's types."""
        named = self.named()
        return named | ({"skills": tuple(self.skills)} if "skills" in named else {})


async def add_slot(
    tx: Tx,
    actor: Actor,
    *,
    assignment_id: AssignmentId,
    role: Role,
    minutes: SeatMinutes,
    seats: Seats = 1,
    share_kind: SeatShare = ShareKind.PERCENT,
    share_size: SeatSize = 0,
    skills: Skills = EMPTY,
    starts_at: SeatStart | None = None,
    ends_at: SeatEnd | None = None,
    place: Place = "",
    vat_class: ChargedVat = VatClass.STANDARD,
) -> Slot:
    """Add a role to a job.

    All signatures are needed again. Raises WrongState once it is delivered, RuleRefused, NotFound.
    """
    before = await _lead(tx, actor, assignment_id, "add_slot")
    slot = Slot(
        id=uuid7(),
        assignment_id=assignment_id,
        lead_id=before.cooperative_id,
        role=role,
        seats=seats,
        minutes=minutes,
        share_kind=share_kind,
        share_size=share_size,
        skills=tuple(skills),
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        vat_class=vat_class,
    )
    return await _added(tx, before, check_slot(slot, ()))


async def _added(tx: Tx, before: Assignment, slot: Slot) -> Slot:
    await slots.add(tx, slot)
    whole = await steps.load(tx, before)
    await steps.restaff(tx, whole, whole.parts, changed=new_terms(before))
    return replace(slot, share_cents=_planned(before, whole.slots).get(slot.id))


async def change_slot(
    tx: Tx, actor: Actor, *, slot_id: AssignmentSlotId, changes: SlotChange, expected_version: Version | None = None
) -> Slot:
    """Change a role; 0 seats end it. Other shares, hours or seats void the signatures.

    New seats go to the waiting list. Raises WrongState, RuleRefused for fewer seats than are taken, NotFound, Stale.
    """
    before = await _lead(tx, actor, (await slots.get(tx, slot_id)).assignment_id, "change_slot")
    whole = await steps.load(tx, before)
    slot = whole.slot(slot_id)
    expect(slot.version, expected_version)
    wanted = check_slot(replace(slot, **changes.kept()), whole.parts)
    changed = await slots.change(tx, slot, wanted)
    roles = tuple(changed if other.id == slot_id else other for other in whole.slots)
    if any(getattr(wanted, name) != getattr(slot, name) for name in changes.model_fields_set - WORDS):
        await steps.restaff(tx, replace(whole, slots=roles), whole.parts, changed=new_terms(before))
    return replace(changed, share_cents=_planned(before, roles).get(slot_id))


@reads_by_id(assignments, (slots, "assignment_id"))
async def list_slots(tx: Tx, actor: Actor, *, assignment_id: AssignmentId) -> list[Slot]:
    """The roles of a job, with what one seat earns. For everybody who takes part or may apply."""
    found = await _seen(tx, actor, assignment_id)
    roles = await slots.all(tx, assignment_id=assignment_id)
    planned = _planned(found, roles)
    return [replace(slot, share_cents=planned.get(slot.id)) for slot in roles]


def _planned(assignment: Assignment, roles: Sequence[Slot]) -> dict[UUID, int]:
    """The planned earnings of one seat of each role, in cents; empty while the shares differ."""
    try:
        return seat_cents(assignment, roles)
    except SharesDiffer:
        return {}


async def join_slot(tx: Tx, actor: Actor, *, slot_id: AssignmentSlotId, member_id: Applicant) -> Part:
    """Apply for a seat. If all seats are taken, the member joins the waiting list.

    Raises WrongState, AlreadyExists, OwnOffering for one's own job, NotFound if it is not open to that cooperative.
    """
    slot = await slots.get(tx, slot_id)
    seen = await assignments.get(tx, slot.assignment_id)
    member = await _active(tx, member_id)
    actor.require(Right.TAKE_PART, member.cooperative_id, own=actor.as_member(member_id))
    if not open_to(seen, member.cooperative_id):
        raise NotFound
    return await _joined(tx, seen, slot_id, member, invited=False)


async def invite_to_slot(
    tx: Tx, actor: Actor, *, slot_id: AssignmentSlotId, cooperative_id: OfWhom, member_id: Invited
) -> Part:
    """Invite a member of any cooperative to a seat, as the lead. The answer shows nothing about the member.

    Raises WrongState, AlreadyExists, OwnOffering for their own job, NotFound.
    """
    slot = await slots.get(tx, slot_id)
    actor.require(Right.LEAD_ASSIGNMENT, slot.lead_id)
    seen = await assignments.get(tx, slot.assignment_id)
    await lend_staff_view(tx, cooperative_id)
    member = await _active(tx, member_id)
    if member.cooperative_id != cooperative_id:
        raise NotFound
    return await _joined(tx, seen, slot_id, member, invited=True)


async def _joined(tx: Tx, seen: Assignment, slot_id: UUID, member: Member, *, invited: bool) -> Part:
    verb = "invite_to_slot" if invited else "join_slot"
    found = _staffable(await steps.lock_assignment(tx, seen), verb)
    not_own_job(found, member.person_id)
    whole = await steps.load(tx, found)
    state = PartState.INVITED if invited else seat_or_queue(whole.slot(slot_id), whole.parts)
    part = Part(
        id=uuid7(),
        assignment_id=found.id,
        slot_id=slot_id,
        lead_id=found.cooperative_id,
        cooperative_id=member.cooperative_id,
        member_id=member.id,
        number=await next_number(tx, found.id),
        state=state,
        joined_at=tx.now,
        job_state=found.state,
    )
    after = joined(whole.slot(slot_id), whole.parts, part)
    await parts.add(tx, part)
    await steps.restaff(tx, whole, after)
    about = {"title": found.title, "members": [str(member.id)]}
    await tell(tx, "assignment.invited" if invited else "assignment.applied", member.cooperative_id, part.id, **about)
    return part


async def move_part(
    tx: Tx,
    actor: Actor,
    *,
    part_id: AssignmentPartId,
    verb: Step,
    to_member_id: Colleague | None = None,
    expected_version: Version | None = None,
) -> Part:
    """Accept or decline an invitation, withdraw, hand on to a colleague, take over or leave it; release, as the lead.

    It needs no reason. Hours stay with the person who worked them: once hours are reported, the part cannot be handed
    on and the lead cannot release its member. Raises WrongState, RuleRefused, NotFound, Stale.
    """
    seen = await parts.get(tx, part_id)
    _may_move(actor, seen, verb)
    found = await steps.lock_assignment(tx, await assignments.get(tx, seen.assignment_id))
    whole = await steps.load(tx, found)
    part = whole.part(part_id)
    expect(part.version, seen.version if expected_version is None and verb in OFFERED else expected_version)
    moved = after_part(Case(part, actor, tx.now), verb, to_member_id=to_member_id)
    if verb is PartVerb.ACCEPT:
        moved = replace(moved, state=seat_or_queue(whole.slot(part.slot_id), whole.parts))
    elif verb is PartVerb.HAND_ON:
        moved = await _offered(tx, found, moved, to_member_id)
    elif verb is PartVerb.LEAVE:
        moved = replace(moved, offered_to=None)
    saved = await parts.save(tx, moved)
    after = [moved if other.id == part_id else other for other in whole.parts]
    if verb is PartVerb.TAKE_OVER:
        after.append(await _taken_over(tx, found, part))
    await steps.restaff(tx, whole, after)
    if told := {"release": "released", "hand_on": None}.get(verb, "part_moved"):
        about = {"title": found.title, "members": [str(part.member_id)]}
        await tell(tx, f"assignment.{told}", part.cooperative_id, part.id, **about)
    return saved


def _may_move(actor: Actor, part: Part, verb: PartVerb) -> None:
    """Only the colleague answers an offer, only the lead releases. Raises Forbidden, NotFound."""
    who, right = part.offered_to if verb in OFFERED else part.member_id, find(PART, verb).right
    place = part.lead_id if right is Right.LEAD_ASSIGNMENT else part.cooperative_id
    actor.require(right, place, own=actor.as_member(who))


@shows_private
async def list_parts(tx: Tx, actor: Actor, *, assignment_id: AssignmentId, page: PageRequest) -> Page[Part]:
    """The parts of a job: the lead's staff see all, a partner's staff those of their cooperative, members their own."""
    found = await _seen(tx, actor, assignment_id)
    wanted: dict[str, object] = {"assignment_id": assignment_id}
    if not actor.may(Right.READ_ASSIGNMENT, found.cooperative_id):
        theirs = tuple(place for place in found.party_ids if actor.may(Right.READ_ASSIGNMENT, place))
        wanted |= {"cooperative_id": theirs} if theirs else {"member_id": actor.members_with(Right.READ_ASSIGNMENT)}
    return await parts.page(tx, page, **wanted)


@shows_private
@reads_by_id(parts)
async def get_part(tx: Tx, actor: Actor, *, part_id: AssignmentPartId) -> Part:
    """One part of a job. For its member, its cooperative's staff and the lead's. Raises NotFound."""
    part = await parts.get(tx, part_id)
    place = part.lead_id if actor.may(Right.READ_ASSIGNMENT, part.lead_id) else part.cooperative_id
    actor.require(Right.READ_ASSIGNMENT, place, own=actor.as_member(part.member_id, part.offered_to))
    return part


@shows_private
async def preview_part(tx: Tx, actor: Actor, *, part_id: AssignmentPartId) -> Preview:
    """What do I keep? The split of a planned part, by the member's own agreement and year so far.

    For the member and the staff of their own cooperative only. Raises SharesDiffer, AgreementMissing, NotFound.
    """
    part = await parts.get(tx, part_id)
    actor.require(Right.READ_THERMOMETER, part.cooperative_id, own=actor.as_member(part.member_id))
    found = await assignments.get(tx, part.assignment_id)
    day = day_of(found.delivered_at or found.ends_at)
    await lend_staff_view(tx, found.cooperative_id, part.cooperative_id)
    whole = await steps.load(tx, found)
    if part.state is PartState.TAKEN:
        net = part.net_cents or shares_of(found, whole.slots, whole.parts)[part_id]
    else:
        net = seat_cents(found, whole.slots).get(part.slot_id, 0)
    return await previewed(tx, part.cooperative_id, part.member_id, net, 0, day)


async def _lead(tx: Tx, actor: Actor, assignment_id: UUID, verb: str) -> Assignment:
    seen = await assignments.get(tx, assignment_id)
    actor.require(Right.LEAD_ASSIGNMENT, seen.cooperative_id)
    found = await steps.lock_assignment(tx, seen)
    if found.state not in (*PLANNING, *STAFFABLE):
        raise WrongState(verb=verb, state=found.state, possible=[])
    return found


async def _seen(tx: Tx, actor: Actor, assignment_id: UUID) -> Assignment:
    """The assignment, for everybody who takes part or may apply, but not for its customer."""
    found = await assignments.get(tx, assignment_id)
    places = [place for place in actor.present_at() if open_to(found, place)]
    if found.state is AssignmentState.DRAFT:
        places = [p for p in places if p == found.cooperative_id and actor.may(Right.LEAD_ASSIGNMENT, p)]
    own = actor.as_member(*(m for place in places for m in actor.members_at(place)), *found.member_ids)
    actor.require(Right.READ_ASSIGNMENT, places[0] if places else found.cooperative_id, own=own)
    return found


def _staffable(found: Assignment, verb: str) -> Assignment:
    if found.state not in STAFFABLE:
        raise WrongState(verb=verb, state=found.state, possible=[])
    return found


async def _active(tx: Tx, member_id: UUID) -> Member:
    member = await members.find(tx, id=member_id)
    if member is None or member.state not in ACTIVE:
        raise NotFound
    return member


async def _offered(tx: Tx, found: Assignment, part: Part, to_member_id: UUID | None) -> Part:
    """Offers the part to a colleague of the same cooperative, who gets a message."""
    assert to_member_id is not None  # noqa: S101  what handing on needs
    await lend_staff_view(tx, part.cooperative_id)
    colleague = await _active(tx, to_member_id)
    not_own_job(found, colleague.person_id)
    if colleague.cooperative_id != part.cooperative_id or to_member_id == part.member_id:
        raise NotFound
    about = {"title": found.title, "members": [str(to_member_id)]}
    await tell(tx, "assignment.part_offered", part.cooperative_id, part.id, **about)
    return replace(part, offered_to=to_member_id)


async def _taken_over(tx: Tx, found: Assignment, part: Part) -> Part:
    """The colleague's new part, at the same position in the queue."""
    assert part.offered_to is not None  # noqa: S101  the guard of take_over
    await _active(tx, part.offered_to)
    made = Part(
        id=uuid7(),
        assignment_id=found.id,
        slot_id=part.slot_id,
        lead_id=found.cooperative_id,
        cooperative_id=part.cooperative_id,
        member_id=part.offered_to,
        number=part.number,
        state=PartState.TAKEN,
        joined_at=tx.now,
        job_state=found.state,
    )
    await parts.add(tx, made)
    return made
