"""REST: one job done by several cooperatives: planned, signed, moved, shown as a picture."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from app.adapters.sankey import sankey_svg
from app.api.customers import ContactIn, ContactOut
from app.api.deps import KeyedDep, LanguageDep, MustHaveSeenDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.flows import SVG
from app.api.models import (
    In,
    Line,
    Moment,
    Money,
    Out,
    PageOut,
    Quantity,
    Text,
    TransitionOut,
    Version,
    When,
    given,
    money,
)
from app.contract.flows import Flow
from app.contract.shape import Viewer, show
from app.domain import assignments as domain
from app.domain.actors import Actor
from app.domain.assignments import ASSIGNMENT, AssignmentState, Audience, JobCost, PriceLine, may_in
from app.domain.transitions import available
from app.domain.vat import VatClass
from app.usecases.assignment_flows import get_assignment_flows
from app.usecases.assignment_terms import get_terms, list_signatures, sign_assignment
from app.usecases.assignments import (
    change_assignment,
    get_assignment,
    list_assignments,
    move_assignment,
    plan_assignment,
)
from app.vocabulary import WHOLE, MoneyIn

router = noun("assignments")
Title = Annotated[str, Field(min_length=1, max_length=200)]
Place = Annotated[str, Field(max_length=200)]
Verb = Literal["publish", "agree", "start", "deliver", "request_changes", "dispute", "resume", "approve", "cancel"]


class PriceLineIn(In):
    """What the customer pays for; `unitPrice` without VAT."""

    title: Title
    quantity: Quantity = 1
    unit_price: MoneyIn
    vat_class: VatClass = VatClass.STANDARD

    def line(self) -> PriceLine:
        return PriceLine(self.title, self.quantity, self.unit_price.cents, self.vat_class)


class JobCostIn(In):
    """What the job costs before anything is shared."""

    title: Title
    supplier: Annotated[str, Field(min_length=1, max_length=120)]
    amount: MoneyIn

    def cost(self) -> JobCost:
        return JobCost(self.title, self.supplier, self.amount.cents)


class AssignmentIn(In):
    """From a customer's request (`contact` and `lines`), or from an order that was accepted (`orderId`)."""

    title: Title
    about: Text = ""
    place: Place = ""
    starts_at: Moment
    ends_at: Moment
    audience: Audience = Audience.OWN
    partner_ids: Annotated[list[UUID], Field(max_length=100)] = []
    order_id: UUID | None = None
    contact: ContactIn | None = None
    lines: Annotated[list[PriceLineIn], Field(max_length=50)] = []
    costs: Annotated[list[JobCostIn], Field(max_length=50)] = []
    deposit: MoneyIn = MoneyIn(amount="0")


class AssignmentChange(In):
    title: Title = ""
    about: Text = ""
    place: Place = ""
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    audience: Audience = Audience.OWN
    partner_ids: Annotated[list[UUID], Field(max_length=100)] = []
    lines: Annotated[list[PriceLineIn], Field(max_length=50)] = []
    costs: Annotated[list[JobCostIn], Field(max_length=50)] = []
    deposit: MoneyIn | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that are named, as the domain calls them."""
        return {_NAMES.get(name, name): _plain(value) for name, value in given(self).items()}


_NAMES = {"deposit": "deposit_cents"}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_plain(each) for each in value)
    if isinstance(value, PriceLineIn):
        return value.line()
    if isinstance(value, JobCostIn):
        return value.cost()
    return value.cents if isinstance(value, MoneyIn) else value


class AssignmentMove(In):
    verb: Verb
    reason: Line = ""


class TermsSignatureIn(In):
    cooperative_id: UUID
    terms: Annotated[int, Field(strict=True, ge=1, description="The version of the terms that is signed"), WHOLE]


class PriceLineOut(Out):
    title: str
    quantity: int
    unit_price: Money = money("unit_price_cents")
    vat_class: VatClass


class AssignmentOut(Out):
    """`net` is the price without VAT. `terms` counts changes of who gets what; `signedIds` signed the present ones.

    `contact` is the customer's, for the lead only.
    """

    id: UUID
    cooperative_id: UUID
    title: str
    about: str
    place: str
    starts_at: When
    ends_at: When
    audience: Audience
    partner_ids: list[UUID]
    order_id: UUID | None
    contact: ContactOut | None
    lines: list[PriceLineOut]
    net: Money = money("net_cents")
    deposit: Money = money("deposit_cents")
    terms: int
    signed_ids: list[UUID]
    party_ids: list[UUID]
    open_seats: int
    state: AssignmentState
    delivered_at: When | None
    reason: str
    version: Version
    available_transitions: list[TransitionOut] = []

    @classmethod
    def of(cls, assignment: domain.Assignment, actor: Actor, language: str) -> "AssignmentOut":
        found = TransitionOut.all_of(
            available(ASSIGNMENT, assignment, lambda right: may_in(assignment, actor, right)), language
        )
        return cls.model_validate(assignment).model_copy(update={"available_transitions": found})


class CooperativeShareOut(Out):
    cooperative_id: UUID
    parts: int
    share: Money = money("cents")
    signed: bool


class TermsOut(Out):
    """What is signed: the price, the costs, and each cooperative's share, all without VAT."""

    number: int
    net: Money = money("net_cents")
    costs: Money = money("cost_cents")
    shares: list[CooperativeShareOut]


class SignatureOut(Out):
    id: UUID
    cooperative_id: UUID
    terms: int
    share: Money = money("cents")
    signed_by: UUID
    signed_at: When


@router.get("/cooperatives/{cooperative_id}/assignments")
async def list_all(
    cooperative_id: UUID,
    run: RunDep,
    language: LanguageDep,
    page: PageDep,
    request: Request,
    response: Response,
    state: AssignmentState | None = None,
) -> PageOut[AssignmentOut]:
    """What a cooperative leads, does parts of, or may apply for, newest first."""
    found = await run(list_assignments, cooperative_id=cooperative_id, page=page, state=state)
    link_next(request, response, found)
    return PageOut.of(found, lambda row: AssignmentOut.of(row, run.actor, language))


@router.post("/cooperatives/{cooperative_id}/assignments", status_code=201)
async def plan(
    cooperative_id: UUID, body: AssignmentIn, keyed: KeyedDep, language: LanguageDep, response: Response
) -> AssignmentOut:
    """Plan a job; nobody else sees it before it is published."""
    run, once = keyed
    stated = body.model_dump(exclude={"contact", "lines", "costs", "deposit"})
    made = await once(
        plan_assignment,
        cooperative_id=cooperative_id,
        contact=body.contact.contact() if body.contact else None,
        lines=[line.line() for line in body.lines],
        costs=[cost.cost() for cost in body.costs],
        deposit_cents=body.deposit.cents,
        **stated,
    )
    response.headers["Location"] = f"/v1/assignments/{made.id}"
    tag(response, made.version)
    return AssignmentOut.of(made, run.actor, language)


@router.get("/assignments/{assignment_id}")
async def get(assignment_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> AssignmentOut:
    """A job, for the lead, its customer, who takes part and who may apply."""
    found = await run(get_assignment, assignment_id=assignment_id)
    tag(response, found.version)
    return AssignmentOut.of(found, run.actor, language)


@router.patch("/assignments/{assignment_id}")
async def change(
    assignment_id: UUID,
    body: AssignmentChange,
    run: RunDep,
    language: LanguageDep,
    seen: MustHaveSeenDep,
    response: Response,
) -> AssignmentOut:
    """Change what the body names; price and costs need every signature again."""
    changed = await run(change_assignment, assignment_id=assignment_id, changes=body.changes(), expected_version=seen)
    tag(response, changed.version)
    return AssignmentOut.of(changed, run.actor, language)


@router.post("/assignments/{assignment_id}/transitions")
async def move(
    assignment_id: UUID, body: AssignmentMove, keyed: KeyedDep, language: LanguageDep, seen: SeenDep, response: Response
) -> AssignmentOut:
    """Publish, agree, start, deliver, resume, cancel; the customer asks for changes, disputes, approves."""
    run, once = keyed
    moved = await once(
        move_assignment, assignment_id=assignment_id, verb=body.verb, reason=body.reason, expected_version=seen
    )
    tag(response, moved.version)
    return AssignmentOut.of(moved, run.actor, language)


@router.get("/assignments/{assignment_id}/terms")
async def terms(assignment_id: UUID, run: RunDep) -> TermsOut:
    """What the cooperatives sign; for the staff of those that take part."""
    return TermsOut.model_validate(await run(get_terms, assignment_id=assignment_id))


@router.get("/assignments/{assignment_id}/signatures")
async def signatures(assignment_id: UUID, run: RunDep) -> list[SignatureOut]:
    """Who signed which terms, oldest first."""
    return [SignatureOut.model_validate(row) for row in await run(list_signatures, assignment_id=assignment_id)]


@router.post("/assignments/{assignment_id}/signatures", status_code=201)
async def sign(assignment_id: UUID, body: TermsSignatureIn, keyed: KeyedDep) -> SignatureOut:
    """Sign one version of the terms for a cooperative."""
    _, once = keyed
    signed = await once(
        sign_assignment, assignment_id=assignment_id, cooperative_id=body.cooperative_id, terms=body.terms
    )
    return SignatureOut.model_validate(signed)


@router.get("/assignments/{assignment_id}/flows")
async def flows(assignment_id: UUID, run: RunDep, language: LanguageDep) -> list[Flow]:
    """Where the money goes: from the customer through the cooperatives to pots and funds."""
    found = await run(get_assignment_flows, assignment_id=assignment_id)
    return [show(Flow, flow, Viewer(run.actor, language)) for flow in found]


@router.get("/assignments/{assignment_id}/flows.svg", response_class=Response, responses=SVG)
async def picture(assignment_id: UUID, run: RunDep, language: LanguageDep) -> Response:
    """The same as a picture."""
    found = await run(get_assignment_flows, assignment_id=assignment_id)
    title = {"nl": "Waar het geld van deze opdracht blijft", "en": "Where the money of this assignment goes"}
    return Response(sankey_svg(title[language], found, language), media_type="image/svg+xml")
