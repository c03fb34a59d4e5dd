"""The roles of a job, the members who do them, and their hours."""

from datetime import date, datetime

from app.contract.ledger import SplitPreview
from app.contract.operation import Noun
from app.contract.selling.assignments import Assignment
from app.contract.shape import Money, shape
from app.contract.transitions import Step, steps
from app.domain.selling import parts as domain
from app.domain.selling.parts import PART, PartState
from app.domain.selling.shares import ShareKind
from app.domain.vat import VatClass
from app.ids import AssignmentId, AssignmentPartId, AssignmentSlotId, CooperativeId, MemberId, PersonId, WorkedHoursId
from app.usecases.selling import parts as usecases
from app.usecases.selling.assignment_hours import approve_hours, list_hours, refuse_hours, report_hours


@shape(domain.Slot)
class AssignmentSlot:
    """A role in a job: a number of seats of equal length and share."""

    id: AssignmentSlotId
    assignment_id: AssignmentId
    """The job."""
    role: str
    """The work of this role."""
    seats: int
    """The number of seats."""
    minutes: int
    """The planned minutes of one seat."""
    share_kind: ShareKind
    """The meaning of the size of a share."""
    share_size: int
    """The share of one seat: basis points (percent), cents (fixed) or a weight (rest); not used with hours."""
    skills: list[str]
    """The skills that the role needs."""
    starts_at: datetime | None
    """The start, if it differs from the job's."""
    ends_at: datetime | None
    """The end, if it differs from the job's."""
    place: str
    """The place."""
    vat_class: VatClass
    """The VAT that a partner charges the lead for it."""
    share: Money | None
    """The planned earnings of one seat, without VAT; null while the shares do not add up."""
    version: int


@shape(domain.Part)
class AssignmentPart:
    """A member who has a seat in a job, waits for one, or was invited."""

    id: AssignmentPartId
    assignment_id: AssignmentId
    """The job."""
    slot_id: AssignmentSlotId
    """The role."""
    cooperative_id: CooperativeId
    """The cooperative of the member."""
    member_id: MemberId
    """The member who does it."""
    number: int
    """The position in the queue."""
    state: PartState
    joined_at: datetime
    """When the member applied, or was invited."""
    offered_to: MemberId | None
    """The colleague to whom it is offered."""
    minutes: int
    """The number of minutes approved."""
    net: Money
    """The earnings, without VAT; known once the job is approved."""
    version: int
    available_transitions: list[Step] = steps("PartTransition", PART)


@shape(domain.Hours)
class WorkedHours:
    """A report of the hours worked on a part on one day. A correction reports the difference."""

    id: WorkedHoursId
    part_id: AssignmentPartId
    """The part."""
    member_id: MemberId
    """The member who worked."""
    day: date
    """The day of the work."""
    minutes: int
    """The minutes worked; for a correction the difference, which may be negative."""
    note: str
    """The note with it."""
    reported_by: PersonId
    """The person who reported it."""
    reported_at: datetime
    """When it was reported."""
    approved_by: PersonId | None
    """The person who approved it."""
    approved_at: datetime | None
    """When it was approved."""
    refused_by: PersonId | None
    """The person who refused it."""
    refused_at: datetime | None
    """When it was refused."""
    reason: str
    """The reason of the refusal."""


OF_A_JOB = "/assignments/{assignment_id}"
SLOT = "/assignment-slots/{slot_id}"
PART_OF_IT = "/assignment-parts/{part_id}"
ENTRY = "/assignment-hours/{entry_id}"
OPENS = "/assignment-parts"
parts = Noun("assignment parts")
parts.get(f"{OF_A_JOB}/slots", usecases.list_slots, AssignmentSlot, field="assignment_slots", below=Assignment)
parts.post(f"{OF_A_JOB}/slots", usecases.add_slot, AssignmentSlot, field="add_assignment_slot")
parts.patch(SLOT, usecases.change_slot, AssignmentSlot, field="change_assignment_slot")
parts.post(f"{SLOT}/parts", usecases.join_slot, AssignmentPart, opens=OPENS, field="join_assignment_slot")
parts.post(
    f"{SLOT}/invitations", usecases.invite_to_slot, AssignmentPart, opens=OPENS, field="invite_to_assignment_slot"
)
parts.get(f"{OF_A_JOB}/parts", usecases.list_parts, AssignmentPart, field="assignment_parts")
parts.get(PART_OF_IT, usecases.get_part, AssignmentPart, field="assignment_part")
parts.move(f"{PART_OF_IT}/transitions", usecases.move_part, AssignmentPart, field="move_assignment_part")
parts.get(f"{PART_OF_IT}/preview", usecases.preview_part, SplitPreview, field="part_preview")
parts.get(f"{PART_OF_IT}/hours", list_hours, WorkedHours, field="worked_hours", below=AssignmentPart)
parts.post(f"{PART_OF_IT}/hours", report_hours, WorkedHours)
parts.post(f"{ENTRY}/approvals", approve_hours, WorkedHours)
parts.post(f"{ENTRY}/refusals", refuse_hours, WorkedHours)
