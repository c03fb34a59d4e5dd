"""The roles of a job, who does them, and the hours that were worked."""

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
    """A role in a job: so many people for so many minutes, with the same share each."""

    id: AssignmentSlotId
    assignment_id: AssignmentId
    """The job."""
    role: str
    """What somebody does there."""
    seats: int
    """How many people do it."""
    minutes: int
    """How many minutes one seat takes, as planned."""
    share_kind: ShareKind
    """What the size of a share means."""
    share_size: int
    """The share of one seat: basis points (percent), cents (fixed) or a weight (rest); not used with hours."""
    skills: list[str]
    """What they have to be able to do."""
    starts_at: datetime | None
    """When it begins, if not with the job."""
    ends_at: datetime | None
    """When it ends, if not with the job."""
    place: str
    """Where it is."""
    vat_class: VatClass
    """Which VAT a partner charges the lead for it."""
    share: Money | None
    """What one seat brings as planned, without VAT; null while the shares do not make the whole."""
    version: int


@shape(domain.Part)
class AssignmentPart:
    """A member who has a seat in a job, waits for one, or was asked."""

    id: AssignmentPartId
    assignment_id: AssignmentId
    """The job."""
    slot_id: AssignmentSlotId
    """The role."""
    cooperative_id: CooperativeId
    """The cooperative of the member."""
    member_id: MemberId
    """Who does it."""
    number: int
    """Their place in the queue."""
    state: PartState
    joined_at: datetime
    """When they applied, or were asked."""
    offered_to: MemberId | None
    """The colleague who is asked to take it over."""
    minutes: int
    """How many minutes were approved."""
    net: Money
    """What it brings, without VAT; known once the job is approved."""
    version: int
    available_transitions: list[Step] = steps("PartTransition", PART)


@shape(domain.Hours)
class WorkedHours:
    """What was worked on a part on one day, as it was reported. A correction is a report of the difference."""

    id: WorkedHoursId
    part_id: AssignmentPartId
    """The part."""
    member_id: MemberId
    """Who worked."""
    day: date
    """The day of the work."""
    minutes: int
    """How many minutes; of a correction the difference, which may be below zero."""
    note: str
    """What was said with it."""
    reported_by: PersonId
    """Who reported it."""
    reported_at: datetime
    """When it was reported."""
    approved_by: PersonId | None
    """Who approved it."""
    approved_at: datetime | None
    """When it was approved."""
    refused_by: PersonId | None
    """Who refused it."""
    refused_at: datetime | None
    """When it was refused."""
    reason: str
    """Why it was refused."""


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
