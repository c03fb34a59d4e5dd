"""GraphQL: the slots of an assignment, who does them, and the hours that were worked."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from app.contract import agreements
from app.contract.shape import show as shown
from app.domain import parts as domain
from app.domain.actors import Actor
from app.domain.parts import PART, PartState, draft_slot
from app.domain.transitions import available
from app.domain.vat import VatClass
from app.graphql.context import Info
from app.graphql.engine import type_of
from app.graphql.types import AvailableTransitionType, Connection, Money, Node, changed, page_of, show
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

strawberry.enum(PartState)
SplitPreview: Any = type_of(agreements.SplitPreview)


@strawberry.enum(description="What the size of a share means: basis points, nothing (hours), cents, a weight.")
class ShareKind(Enum):
    PERCENT = "percent"
    HOURS = "hours"
    FIXED = "fixed"
    REST = "rest"


@strawberry.enum
class PartVerb(Enum):
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    HAND_ON = "hand_on"
    TAKE_OVER = "take_over"
    LEAVE = "leave"
    RELEASE = "release"


@strawberry.type(description="`share` is what one seat brings as planned, without VAT; null while shares differ.")
class AssignmentSlot:
    id: UUID
    assignment_id: UUID
    role: str
    seats: int
    minutes: int
    share_kind: ShareKind
    share_size: int
    skills: list[str]
    starts_at: datetime | None
    ends_at: datetime | None
    place: str
    vat_class: VatClass
    share: Money | None
    version: int

    @classmethod
    def of(cls, slot: domain.Slot, cents: int | None = None) -> "AssignmentSlot":
        share = None if cents is None else Money.of(cents)
        return show(cls, slot, share=share, share_kind=ShareKind(slot.share_kind), skills=list(slot.skills))


@strawberry.type(description="`number` is the place in the queue, `minutes` are approved.")
class AssignmentPart(Node):
    assignment_id: UUID
    slot_id: UUID
    cooperative_id: UUID
    member_id: UUID
    number: int
    state: PartState
    joined_at: datetime
    offered_to: UUID | None
    minutes: int
    net: Money
    version: int
    available_transitions: list[AvailableTransitionType]

    @classmethod
    def of(cls, part: domain.Part, actor: Actor) -> "AssignmentPart":
        found = available(PART, part, lambda right: domain.may_on(part, actor, right))
        return show(cls, part, available_transitions=AvailableTransitionType.all_of(found))


@strawberry.type
class WorkedHours:
    id: UUID
    part_id: UUID
    member_id: UUID
    day: date
    minutes: int
    note: str
    reported_by: UUID
    reported_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    refused_by: UUID | None
    refused_at: datetime | None
    reason: str


@strawberry.input(description="`seats` people of a role for `minutes` each; every seat has the same share.")
class AssignmentSlotInput:
    role: str
    minutes: int
    seats: int = 1
    share_kind: ShareKind = ShareKind.PERCENT
    share_size: int = 0
    skills: list[str] = strawberry.field(default_factory=list)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: str = ""
    vat_class: VatClass = VatClass.STANDARD


@strawberry.input
class AssignmentSlotChange:
    role: str | None = strawberry.UNSET
    minutes: int | None = strawberry.UNSET
    seats: int | None = strawberry.UNSET
    share_kind: ShareKind | None = strawberry.UNSET
    share_size: int | None = strawberry.UNSET
    skills: list[str] | None = strawberry.UNSET
    starts_at: datetime | None = strawberry.UNSET
    ends_at: datetime | None = strawberry.UNSET
    place: str | None = strawberry.UNSET
    vat_class: VatClass | None = strawberry.UNSET


def _plain(value: Any) -> Any:
    if isinstance(value, ShareKind):
        return value.value
    return tuple(value) if isinstance(value, list) else value


@strawberry.type
class AssignmentPartQuery:
    @strawberry.field(description="The roles of a job, with what one seat brings.")
    async def assignment_slots(self, info: Info, assignment_id: UUID) -> list[AssignmentSlot]:
        found = await info.context.run(list_slots, assignment_id=assignment_id)
        return [AssignmentSlot.of(slot, cents) for slot, cents in found]

    @strawberry.field(description="All parts for the lead's staff, those of their cooperative or their own for others.")
    async def assignment_parts(
        self, info: Info, assignment_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[AssignmentPart]:
        page = page_of(first, after)
        found = await info.context.run(list_parts, assignment_id=assignment_id, page=page)
        return Connection.of(found, lambda row: AssignmentPart.of(row, info.context.actor), page)

    @strawberry.field(description="One part, and what the caller can do next.")
    async def assignment_part(self, info: Info, id: UUID) -> AssignmentPart:
        return AssignmentPart.of(await info.context.run(get_part, part_id=id), info.context.actor)

    @strawberry.field(description="What do I keep? The split of a part as planned, for its member and their staff.")
    async def part_preview(self, info: Info, id: UUID) -> SplitPreview:
        found = await info.context.run(preview_part, part_id=id)
        return shown(agreements.SplitPreview, found, info.context.viewer)

    @strawberry.field(description="The reports of a part, oldest first.")
    async def worked_hours(self, info: Info, part_id: UUID) -> list[WorkedHours]:
        return [show(WorkedHours, entry) for entry in await info.context.run(list_hours, part_id=part_id)]


@strawberry.type
class AssignmentPartMutation:
    @strawberry.mutation(description="One more role; everybody signs again.")
    async def add_assignment_slot(
        self, info: Info, idempotency_key: str, assignment_id: UUID, slot: AssignmentSlotInput
    ) -> AssignmentSlot:
        draft = draft_slot(**{name: _plain(value) for name, value in vars(slot).items()})
        once = info.context.keyed(idempotency_key)
        return AssignmentSlot.of(await once(add_slot, assignment_id=assignment_id, slot=draft))

    @strawberry.mutation(description="Change what is named; 0 seats end a role.")
    async def change_assignment_slot(
        self, info: Info, id: UUID, expected_version: int, changes: AssignmentSlotChange
    ) -> AssignmentSlot:
        named = changed(("starts_at", "ends_at"), **vars(changes))
        made = await info.context.run(
            change_slot,
            slot_id=id,
            changes={name: _plain(value) for name, value in named.items()},
            expected_version=expected_version,
        )
        return AssignmentSlot.of(made)

    @strawberry.mutation(description="Apply for a seat; who comes when all are taken waits in line.")
    async def join_assignment_slot(
        self, info: Info, idempotency_key: str, slot_id: UUID, member_id: UUID
    ) -> AssignmentPart:
        once = info.context.keyed(idempotency_key)
        return AssignmentPart.of(await once(join_slot, slot_id=slot_id, member_id=member_id), info.context.actor)

    @strawberry.mutation(description="Ask a member of any cooperative for a seat.")
    async def invite_to_assignment_slot(
        self, info: Info, idempotency_key: str, slot_id: UUID, cooperative_id: UUID, member_id: UUID
    ) -> AssignmentPart:
        once = info.context.keyed(idempotency_key)
        made = await once(invite_to_slot, slot_id=slot_id, cooperative_id=cooperative_id, member_id=member_id)
        return AssignmentPart.of(made, info.context.actor)

    @strawberry.mutation(description="Accept, decline, withdraw, hand on; the colleague takes over, or leaves it.")
    async def move_assignment_part(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        verb: PartVerb,
        to_member_id: UUID | None = None,
        expected_version: int | None = None,
    ) -> AssignmentPart:
        moved = await info.context.keyed(idempotency_key)(
            move_part, part_id=id, verb=verb.value, to_member_id=to_member_id, expected_version=expected_version
        )
        return AssignmentPart.of(moved, info.context.actor)

    @strawberry.mutation(description="Report minutes that were worked, or correct them by the difference.")
    async def report_hours(
        self,
        info: Info,
        idempotency_key: str,
        part_id: UUID,
        minutes: int,
        day: date | None = None,
        note: str = "",
    ) -> WorkedHours:
        once = info.context.keyed(idempotency_key)
        entry = await once(report_hours, part_id=part_id, worked_minutes=minutes, day=day, note=note)
        return show(WorkedHours, entry)

    @strawberry.mutation(description="Approve a report, as the lead's staff; not one's own.")
    async def approve_hours(self, info: Info, idempotency_key: str, id: UUID) -> WorkedHours:
        once = info.context.keyed(idempotency_key)
        return show(WorkedHours, await once(approve_hours, entry_id=id))

    @strawberry.mutation(description="Refuse a report, as the lead's staff, and say why; not one's own.")
    async def refuse_hours(self, info: Info, idempotency_key: str, id: UUID, reason: str) -> WorkedHours:
        once = info.context.keyed(idempotency_key)
        return show(WorkedHours, await once(refuse_hours, entry_id=id, reason=reason))
