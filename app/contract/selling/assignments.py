"""One job done by several cooperatives: planned, signed, moved."""

from datetime import datetime

from app.contract.ledger import Flow
from app.contract.operation import Noun
from app.contract.selling.customers import Contact
from app.contract.shape import Money, cents, computed, shape
from app.contract.transitions import Step, steps
from app.domain.money import percent_text
from app.domain.selling import assignments as domain
from app.domain.selling import parts
from app.domain.selling.assignments import ASSIGNMENT, AssignmentState, Audience
from app.domain.vat import VatClass
from app.ids import AssignmentId, AssignmentSignatureId, CooperativeId, OrderId, PersonId
from app.usecases.selling import assignment_terms
from app.usecases.selling import assignments as usecases
from app.usecases.selling.assignment_flows import get_assignment_flows
from app.usecases.selling.assignment_terms import get_terms, list_signatures, sign_assignment


@shape(domain.PriceLine)
class PriceLine:
    """A line that the customer pays for."""

    title: str
    """The name."""
    quantity: int
    """The number of units."""
    unit_price: Money
    """The price of one unit, without VAT."""
    vat_class: VatClass


@shape(domain.Assignment)
class Assignment:
    """A job that members of several cooperatives do together for one customer."""

    id: AssignmentId
    cooperative_id: CooperativeId
    """The cooperative that leads it and contracts the customer."""
    title: str
    """The name."""
    about: str
    """The work to do."""
    place: str
    """The place."""
    starts_at: datetime
    """When it begins."""
    ends_at: datetime
    """When it ends."""
    audience: Audience
    """The members who may apply for a seat."""
    partner_ids: list[CooperativeId]
    """The partners whose members may apply too."""
    order_id: OrderId | None
    """The customer's order, once there is one."""
    contact: Contact | None
    """The customer; null for everybody but the lead."""
    lines: list[PriceLine]
    """A line that the customer pays for."""
    net: Money
    """The price, without VAT."""
    deposit: Money
    """The amount that must be paid before it starts."""
    real_property: bool
    """Whether it is physical work on buildings or land, such as building, cleaning or gardening: the VAT on what
    partners charge is reverse-charged to the lead."""
    terms: int
    """The version of the terms; it counts every change of the shares."""
    signed_ids: list[CooperativeId]
    """The cooperatives that signed the present terms."""
    party_ids: list[CooperativeId]
    """The cooperatives that do a part."""
    open_seats: int
    """The number of free seats."""
    state: AssignmentState
    delivered_at: datetime | None
    """When it was delivered."""
    reason: str
    """The reason of the last step; empty for callers who may not read it."""
    version: int
    available_transitions: list[Step] = steps("AssignmentTransition", ASSIGNMENT)


@shape(assignment_terms.CooperativeShare)
class CooperativeShare:
    """The earnings of a cooperative's parts together, and whether it signed for that."""

    cooperative_id: CooperativeId
    parts: int
    """The number of parts that its members do."""
    share: Money = cents("cents")
    """Their earnings together, without VAT."""
    signed: bool
    """Whether it signed the present terms."""


@shape(domain.JobCost)
class JobCost:
    """A cost that is paid before the shares."""

    title: str
    """The name."""
    supplier: str
    """The supplier that sells it."""
    amount: Money = cents("cents")
    """The cost, with VAT."""
    vat: Money
    """The VAT inside the amount."""
    deductible: str = computed(lambda cost, _: percent_text(cost.deductible_basis_points))
    """The percentage of the VAT that can be deducted."""


@shape(assignment_terms.Terms)
class AssignmentTerms:
    """The terms to sign: the price, the costs, and the share of each cooperative."""

    number: int
    """Their version, to give with a signature."""
    net: Money
    """The price, without VAT."""
    costs: Money = cents("cost_cents")
    """The costs of the job, paid before the shares."""
    job_costs: list[JobCost]
    """Each of these costs."""
    shares: list[CooperativeShare]
    """The share of each cooperative."""


@shape(parts.Signature)
class AssignmentSignature:
    """A cooperative's signature for one version of the terms."""

    id: AssignmentSignatureId
    cooperative_id: CooperativeId
    """The cooperative that signed."""
    terms: int
    """The version of the terms that it signed."""
    share: Money = cents("cents")
    """The earnings of its parts together by those terms, without VAT."""
    signed_by: PersonId
    """The person who signed."""
    signed_at: datetime
    """When it was signed."""


THERE = "/cooperatives/{cooperative_id}/assignments"
ONE = "/assignments/{assignment_id}"
assignments = Noun("assignments")
assignments.get(THERE, usecases.list_assignments, Assignment)
assignments.post(THERE, usecases.plan_assignment, Assignment, opens="/assignments")
assignments.get(ONE, usecases.get_assignment, Assignment)
assignments.patch(ONE, usecases.change_assignment, Assignment)
assignments.move(f"{ONE}/transitions", usecases.move_assignment, Assignment)
assignments.get(f"{ONE}/terms", get_terms, AssignmentTerms, field="assignment_terms")
assignments.get(
    f"{ONE}/signatures", list_signatures, AssignmentSignature, field="assignment_signatures", below=Assignment
)
assignments.post(f"{ONE}/signatures", sign_assignment, AssignmentSignature)
assignments.get(f"{ONE}/flows", get_assignment_flows, Flow)
