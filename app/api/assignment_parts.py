"""REST: the slots of an assignment, who does them, and the hours that were worked."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from app.api.deps import KeyedDep, LanguageDep, MustHaveSeenDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import (
    Day,
    In,
    Moment,
    Money,
    Note,
    Out,
    PageOut,
    TransitionOut,
    Version,
    When,
    given,
    money,
)
from app.contract.agreements import SplitPreview
from app.contract.shape import Viewer, show
from app.domain.actors import Actor
from app.domain.parts import PART, Part, PartState, Slot, draft_slot, may_on
from app.domain.shares import ShareKind
from app.domain.transitions import available
from app.domain.vat import VatClass
from app.usecases.assignment_hours import approve_hours, list_hours, refuse_hours, report_hours
from app.usecases.parts import (
    add_slot,
    change_slot,
    get_part,
    invite_to_slot,
    join_slot,
    list_parts,
    list_slots,
    move_part,
    preview_part,
)
from app.vocabulary import WHOLE

router = noun("assignment parts")
Role = Annotated[str, Field(min_length=1, max_length=120)]
Seats = Annotated[int, Field(strict=True, ge=0, le=1000), WHOLE]
Minutes = Annotated[int, Field(strict=True, ge=1, le=44_640, description="Of one seat, as planned"), WHOLE]
Size = Annotated[
    int,
    Field(
        strict=True,
        ge=0,
        le=100_000_000_000,
        description="Of one seat: basis points (percent), cents (fixed), a weight (rest); not used with hours",
    ),
    WHOLE,
]
Skills = Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=20)]
Place = Annotated[str, Field(max_length=200)]


class SlotIn(In):
    """`seats` people of a role for `minutes` each; every seat has the same share."""

    role: Role
    seats: Seats = 1
    minutes: Minutes
    share_kind: ShareKind = "percent"
    share_size: Size = 0
    skills: Skills = []
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    place: Place = ""
    vat_class: Annotated[VatClass, Field(description="Of what a partner charges the lead")] = VatClass.STANDARD


class SlotChange(In):
    role: Role = ""
    seats: Seats = 1
    minutes: Minutes = 1
    share_kind: ShareKind = "percent"
    share_size: Size = 0
    skills: Skills = []
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    place: Place = ""
    vat_class: VatClass = VatClass.STANDARD

    def changes(self) -> dict[str, Any]:
        """The fields that are named, as the domain calls them."""
        return {name: tuple(value) if isinstance(value, list) else value for name, value in given(self).items()}


class PartIn(In):
    """Who applies: oneself, or a member of the coordinator's cooperative."""

    member_id: UUID


class InvitationIn(In):
    cooperative_id: UUID
    member_id: UUID


class PartMove(In):
    verb: Literal["accept", "decline", "withdraw", "hand_on", "take_over", "leave", "release"]
    to_member_id: Annotated[UUID | None, Field(description="The colleague, with hand_on")] = None


class HoursIn(In):
    """A correction is a new report with the difference, which may be below zero."""

    minutes: Annotated[int, Field(strict=True, ge=-44_640, le=44_640), WHOLE]
    day: Day | None = None
    note: Note = ""


class SlotOut(Out):
    """`share` is what one seat brings as it is planned, without VAT; null while the shares are not the whole."""

    id: UUID
    assignment_id: UUID
    role: str
    seats: int
    minutes: int
    share_kind: ShareKind
    share_size: int
    skills: list[str]
    starts_at: When | None
    ends_at: When | None
    place: str
    vat_class: VatClass
    share: Money | None = None
    version: Version

    @classmethod
    def of(cls, slot: Slot, cents: int | None) -> "SlotOut":
        return cls.model_validate({name: getattr(slot, name) for name in _SLOT} | {"share": cents})


_SLOT = [name for name in SlotOut.model_fields if name != "share"]


class PartOut(Out):
    """`number` is the place in the queue, `minutes` are approved, `net` is known once the job is approved."""

    id: UUID
    assignment_id: UUID
    slot_id: UUID
    cooperative_id: UUID
    member_id: UUID
    number: int
    state: PartState
    joined_at: When
    offered_to: UUID | None
    minutes: int
    net: Money = money("net_cents")
    version: Version
    available_transitions: list[TransitionOut] = []

    @classmethod
    def of(cls, part: Part, actor: Actor, language: str) -> "PartOut":
        found = TransitionOut.all_of(available(PART, part, lambda right: may_on(part, actor, right)), language)
        return cls.model_validate(part).model_copy(update={"available_transitions": found})


class HoursOut(Out):
    id: UUID
    part_id: UUID
    member_id: UUID
    day: Day
    minutes: int
    note: str
    reported_by: UUID
    reported_at: When
    approved_by: UUID | None
    approved_at: When | None
    refused_by: UUID | None
    refused_at: When | None
    reason: str


class RefusalIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


@router.get("/assignments/{assignment_id}/slots")
async def slots(assignment_id: UUID, run: RunDep) -> list[SlotOut]:
    """The roles of a job, with what one seat brings."""
    return [SlotOut.of(slot, cents) for slot, cents in await run(list_slots, assignment_id=assignment_id)]


@router.post("/assignments/{assignment_id}/slots", status_code=201)
async def add(assignment_id: UUID, body: SlotIn, keyed: KeyedDep, response: Response) -> SlotOut:
    """One more role; everybody signs again."""
    _, once = keyed
    made = await once(add_slot, assignment_id=assignment_id, slot=draft_slot(**body.model_dump()))
    tag(response, made.version)
    return SlotOut.of(made, None)


@router.patch("/assignment-slots/{slot_id}")
async def change(slot_id: UUID, body: SlotChange, run: RunDep, seen: MustHaveSeenDep, response: Response) -> SlotOut:
    """Change what the body names; 0 seats end a role."""
    changed = await run(change_slot, slot_id=slot_id, changes=body.changes(), expected_version=seen)
    tag(response, changed.version)
    return SlotOut.of(changed, None)


@router.post("/assignment-slots/{slot_id}/parts", status_code=201)
async def join(slot_id: UUID, body: PartIn, keyed: KeyedDep, language: LanguageDep, response: Response) -> PartOut:
    """Apply for a seat; who comes when all are taken waits in line."""
    run, once = keyed
    made = await once(join_slot, slot_id=slot_id, member_id=body.member_id)
    tag(response, made.version)
    return PartOut.of(made, run.actor, language)


@router.post("/assignment-slots/{slot_id}/invitations", status_code=201)
async def invite(
    slot_id: UUID, body: InvitationIn, keyed: KeyedDep, language: LanguageDep, response: Response
) -> PartOut:
    """Ask a member of any cooperative for a seat."""
    run, once = keyed
    made = await once(invite_to_slot, slot_id=slot_id, cooperative_id=body.cooperative_id, member_id=body.member_id)
    tag(response, made.version)
    return PartOut.of(made, run.actor, language)


@router.get("/assignments/{assignment_id}/parts")
async def parts(
    assignment_id: UUID, run: RunDep, language: LanguageDep, page: PageDep, request: Request, response: Response
) -> PageOut[PartOut]:
    """All parts for the lead's staff, those of their cooperative for a partner's, their own for members."""
    found = await run(list_parts, assignment_id=assignment_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, lambda row: PartOut.of(row, run.actor, language))


@router.get("/assignment-parts/{part_id}")
async def get(part_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> PartOut:
    """One part, and what the caller can do next."""
    found = await run(get_part, part_id=part_id)
    tag(response, found.version)
    return PartOut.of(found, run.actor, language)


@router.post("/assignment-parts/{part_id}/transitions")
async def move(
    part_id: UUID, body: PartMove, keyed: KeyedDep, language: LanguageDep, seen: SeenDep, response: Response
) -> PartOut:
    """Accept, decline, withdraw, hand on to a colleague; the colleague takes over, or leaves it.

    The lead may release anybody on whose part nothing was worked.
    """
    run, once = keyed
    moved = await once(
        move_part, part_id=part_id, verb=body.verb, to_member_id=body.to_member_id, expected_version=seen
    )
    tag(response, moved.version)
    return PartOut.of(moved, run.actor, language)


@router.get("/assignment-parts/{part_id}/preview")
async def preview(part_id: UUID, run: RunDep, language: LanguageDep) -> SplitPreview:
    """What do I keep? The split of this part as it is planned; for its member and the staff of their cooperative."""
    found = await run(preview_part, part_id=part_id)
    return show(SplitPreview, found, Viewer(run.actor, language))


@router.get("/assignment-parts/{part_id}/hours")
async def hours(part_id: UUID, run: RunDep) -> list[HoursOut]:
    """The reports of a part, oldest first."""
    return [HoursOut.model_validate(entry) for entry in await run(list_hours, part_id=part_id)]


@router.post("/assignment-parts/{part_id}/hours", status_code=201)
async def report(part_id: UUID, body: HoursIn, keyed: KeyedDep) -> HoursOut:
    """Report what was worked, or correct it by the difference."""
    _, once = keyed
    entry = await once(report_hours, part_id=part_id, worked_minutes=body.minutes, day=body.day, note=body.note)
    return HoursOut.model_validate(entry)


@router.post("/assignment-hours/{entry_id}/approvals", status_code=201)
async def approve(entry_id: UUID, keyed: KeyedDep) -> HoursOut:
    """Approve a report, as the lead's staff; not one's own."""
    _, once = keyed
    return HoursOut.model_validate(await once(approve_hours, entry_id=entry_id))


@router.post("/assignment-hours/{entry_id}/refusals", status_code=201)
async def refuse(entry_id: UUID, body: RefusalIn, keyed: KeyedDep) -> HoursOut:
    """Refuse a report, as the lead's staff, and say why; not one's own."""
    _, once = keyed
    return HoursOut.model_validate(await once(refuse_hours, entry_id=entry_id, reason=body.reason))
