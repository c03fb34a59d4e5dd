"""Assignments (jobs): the lead plans and moves them, the customer approves, members of other cooperatives can join."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.db.earning.costs import claims
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import start_timer
from app.db.selling.assignments import assignments, customers, list_open_to
from app.db.selling.orders import add_order, orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.earning.costs import UNDECIDED, ClaimState
from app.domain.errors import Forbidden, NotFound, RuleRefused, WrongState
from app.domain.money import basis_points_of
from app.domain.page import Page, PageRequest
from app.domain.selling.assignments import (
    APPROVED_AFTER,
    ASSIGNMENT,
    Assignment,
    AssignmentCustomer,
    AssignmentState,
    AssignmentVerb,
    Audience,
    JobCost,
    PriceLine,
    changeable,
    check_assignment,
    net_of,
    new_terms,
    open_to,
    roles_in,
    transition,
)
from app.domain.selling.customers import invoiceable
from app.domain.selling.orders import OrderState
from app.domain.transitions import Case, find
from app.domain.vat import VatClass
from app.ids import AssignmentId, CooperativeId, OrderId
from app.usecases.declared.due import assignment_in_time, order_in_time, step_of
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared import assignment as steps
from app.usecases.shared.assignment import Whole
from app.usecases.shared.book_assignment import book_assignment, cents_by_place, check_vat
from app.usecases.shared.contacts import ContactInput
from app.usecases.shared.input_vat import Deductible, VatInside, in_small_business
from app.usecases.shared.job_order import order_of_job
from app.usecases.shared.limit import check_limits
from app.vocabulary import (
    EMPTY,
    About,
    Amount,
    AmountOrNone,
    Doc,
    Flag,
    Form,
    MoneyIn,
    Place,
    Quantity,
    Reason,
    SupplierName,
    Title,
    Version,
)

UnitPrice = Annotated[AmountOrNone, Doc("The price of one unit, without VAT.")]
TERMS = frozenset({"lines", "costs", "real_property"})
"""The fields that the cooperatives sign for."""
ORDERED = (OrderState.ACCEPTED, OrderState.IN_PROGRESS)


class PriceLineInput(Form):
    """A line that the customer pays for."""

    title: Title
    quantity: Quantity = 1
    unit_price: UnitPrice
    vat_class: VatClass = VatClass.STANDARD

    @property
    def line(self) -> PriceLine:
        """The line as the domain's type."""
        return PriceLine(self.title, self.quantity, self.unit_price.cents, self.vat_class)


class JobCostInput(Form):
    """A cost of the job, paid before the shares."""

    title: Title
    supplier: SupplierName
    amount: Amount
    vat: VatInside | None = None
    deductible: Deductible = "100"

    @property
    def cost(self) -> JobCost:
        """The cost as the domain's type."""
        return JobCost(
            title=self.title,
            supplier=self.supplier,
            cents=self.amount.cents,
            vat_cents=self.vat.cents if self.vat else 0,
            deductible_basis_points=basis_points_of(self.deductible),
        )


Step = Annotated[AssignmentVerb, Doc("The step to take.")]
JobAbout = Annotated[About, Doc("The work to do.")]
JobStart = Annotated[steps.WorkMoment, Doc("When it begins.")]
JobEnd = Annotated[steps.WorkMoment, Doc("When it ends.")]
WhoMayApply = Annotated[Audience, Doc("The members who may apply for a seat.")]
PartnerIds = Annotated[list[CooperativeId], Field(max_length=100), Doc("The partners, if their members may apply too.")]
OrderOfJob = Annotated[OrderId, Doc("The order that the job carries out, once it is accepted.")]
Customer = Annotated[ContactInput, Doc("The customer, if there is no order yet.")]
PriceLines = Annotated[
    list[PriceLineInput], Field(max_length=50), Doc("The lines that the customer pays for, if there is no order yet.")
]
JobCosts = Annotated[list[JobCostInput], Field(max_length=50), Doc("The costs that are paid before the shares.")]
OnProperty = Annotated[
    Flag, Doc("Whether it is physical work on buildings or land: partners charge the lead no VAT, which declares it.")
]
Deposit = Annotated[AmountOrNone, Doc("The amount that must be paid before the start; null for nothing.")]


class AssignmentChange(Form):
    """The fields of an assignment that change."""

    title: Title = ""
    about: JobAbout = ""
    place: Place = ""
    starts_at: JobStart = datetime.min
    ends_at: JobEnd = datetime.min
    audience: WhoMayApply = Audience.OWN
    partner_ids: PartnerIds = EMPTY
    lines: PriceLines = EMPTY
    costs: JobCosts = EMPTY
    deposit: Deposit | None = None
    real_property: OnProperty = False

    def kept(self, lead_id: UUID) -> dict[str, Any]:
        """The fields that the caller sent, as the domain's types."""
        lines = tuple(one.line for one in self.lines)
        own: dict[str, dict[str, Any]] = {
            "partner_ids": {"partner_ids": _partners(self.partner_ids, lead_id)},
            "lines": {"lines": lines, "net_cents": net_of(lines)},
            "costs": {"costs": tuple(one.cost for one in self.costs)},
            "deposit": {"deposit_cents": _cents(self.deposit)},
        }
        given = self.named().items()
        return {key: kept for name, one in given for key, kept in own.get(name, {name: one}).items()}


def _partners(partner_ids: Iterable[UUID], lead_id: UUID) -> tuple[UUID, ...]:
    """The ids of the other cooperatives that may take part, each once, without the lead."""
    return tuple(sorted(set(partner_ids) - {lead_id}))


async def plan_assignment(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    title: Title,
    starts_at: JobStart,
    ends_at: JobEnd,
    about: JobAbout = "",
    place: Place = "",
    audience: WhoMayApply = Audience.OWN,
    partner_ids: PartnerIds = EMPTY,
    order_id: OrderOfJob | None = None,
    contact: Customer | None = None,
    lines: PriceLines = EMPTY,
    costs: JobCosts = EMPTY,
    deposit: Deposit | None = None,
    real_property: OnProperty = False,
) -> Assignment:
    """Plan a job, from a customer's request or from an accepted order. Only the lead sees it before it is published.

    Raises ContactIncomplete, BuyerReferenceNeeded, BuyerNumberNeeded, BuyerAddressNeeded, RuleRefused, VatTooHigh,
    WrongState for an order in another state, NotFound.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.LEAD_ASSIGNMENT, cooperative_id)
    planned = Assignment(
        id=uuid7(),
        cooperative_id=cooperative_id,
        title=title,
        about=about,
        place=place,
        starts_at=starts_at,
        ends_at=ends_at,
        created_by=actor.person,
        created_at=tx.now,
        audience=audience,
        partner_ids=await _known(tx, _partners(partner_ids, cooperative_id)),
        real_property=real_property,
    )
    priced = await _deducting(tx, _priced(planned, lines, costs, deposit))
    return await _added(tx, priced, order_id, contact)


async def change_assignment(
    tx: Tx,
    actor: Actor,
    *,
    assignment_id: AssignmentId,
    changes: AssignmentChange,
    expected_version: Version | None = None,
) -> Assignment:
    """Change a job. Fields that are left out keep their value.

    Once all agreed, only the description and the deposit can change; during the work, only the costs. A change of
    price, costs or `realProperty` needs every signature again.

    Raises WrongState, RuleRefused, VatTooHigh, NotFound, Stale.
    """
    found = await lead_locked(tx, actor, assignment_id, expected_version)
    named = changes.named()
    if not changeable(found.state, named):
        raise WrongState(verb="change", state=found.state, possible=[])
    if "lines" in named and found.order_id is not None:
        raise RuleRefused(rule="not_changeable", value="lines")
    changed = await _deducting(tx, check_assignment(replace(found, **changes.kept(found.cooperative_id))))
    if changed == found:
        return found
    if "partner_ids" in named:
        await _known(tx, changed.partner_ids)
    if any(getattr(changed, name) != getattr(found, name) for name in TERMS):
        changed = new_terms(changed)
    return await steps.save(tx, changed, found)


async def move_assignment(
    tx: Tx,
    actor: Actor,
    *,
    assignment_id: AssignmentId,
    verb: Step,
    reason: Reason = "",
    expected_version: Version | None = None,
) -> Assignment:
    """Publish, agree, start, deliver, resume or cancel a job; the customer asks for changes, disputes or approves.

    Approval books everybody's earnings, once. Raises WrongState with the reason, HoursStand if a job with approved
    hours is cancelled, ReasonNeeded, SharesDiffer, LimitExceeded, VatIdNeeded,
    SecondPersonNeeded for a treasurer who planned it or does a part, Stale.
    """
    row = find(ASSIGNMENT, verb)
    found = await assignments.get(tx, assignment_id)
    own = roles_in(found, actor)
    actor.require(row.right, found.cooperative_id, own=own)
    if not ASSIGNMENT.rights(found, actor)(row.right):
        raise Forbidden(right=row.right)
    locked = assignment_in_time(tx, await steps.lock_assignment(tx, found))
    expect(locked.version, expected_version)
    return await _move(tx, actor, locked, verb, reason)


@step_of("approve")
async def approve_on_time(tx: Tx, actor: Actor, *, assignment_id: UUID) -> None:
    """Timer of delivery: approves the assignment after 14 days without an answer of the customer."""
    actor.require(Right.RUN_TIMER)
    found = await steps.lock_assignment(tx, await assignments.get(tx, assignment_id))
    due = found.delivered_at is not None and found.delivered_at + APPROVED_AFTER <= tx.now
    if found.state is AssignmentState.DELIVERED and due:
        await _move(tx, actor, found, "approve_silently", "")


@reads_by_id(assignments)
async def get_assignment(tx: Tx, actor: Actor, *, assignment_id: AssignmentId) -> Assignment:
    """One job. For the lead, its customer, everybody who takes part or may apply. Raises NotFound."""
    found = await assignments.get(tx, assignment_id)
    require_reader(actor, found)
    return _shown(actor, found)


async def list_assignments(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, state: AssignmentState | None = None
) -> Page[Assignment]:
    """The jobs that a cooperative leads, takes part in or may apply for, newest first. For its members and staff."""
    await cooperatives.get(tx, cooperative_id)
    own = actor.as_member(*actor.members_at(cooperative_id))
    actor.require(Right.READ_ASSIGNMENT, cooperative_id, own=own)
    return (await list_open_to(tx, cooperative_id, page, state)).map(lambda row: _shown(actor, row))


def _shown(actor: Actor, found: Assignment) -> Assignment:
    """Hides the customer's reason from everybody but the lead; the reason of a cancellation stays visible."""
    if found.state is AssignmentState.CANCELLED or actor.may(Right.READ_ASSIGNMENT, found.cooperative_id):
        return found
    return replace(found, reason="")


def require_reader(actor: Actor, found: Assignment) -> None:
    """Raises NotFound if the actor neither takes part nor may apply."""
    there = [place for place in actor.present_at() if open_to(found, place)]
    if found.state is AssignmentState.DRAFT:
        there = [found.cooperative_id] if actor.may(Right.LEAD_ASSIGNMENT, found.cooperative_id) else []
    place = there[0] if there else found.cooperative_id
    members = actor.as_member(*(m for c in there for m in actor.members_at(c)))
    if not there and (found.state is AssignmentState.DRAFT or not roles_in(found, actor)):
        raise NotFound
    actor.require(Right.READ_ASSIGNMENT, place, own=(*roles_in(found, actor), *members))


async def lead_locked(tx: Tx, actor: Actor, assignment_id: UUID, expected_version: Version | None = None) -> Assignment:
    """An assignment under lock, for the lead's coordinator. Raises NotFound, Forbidden, Stale."""
    seen = await assignments.get(tx, assignment_id)
    actor.require(Right.LEAD_ASSIGNMENT, seen.cooperative_id)
    found = await steps.lock_assignment(tx, seen)
    expect(found.version, expected_version)
    return found


async def _known(tx: Tx, partner_ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
    """The ids of the partners. Raises NotFound if there is no such cooperative."""
    if len(await cooperatives.all(tx, id=partner_ids)) != len(set(partner_ids)):
        raise NotFound
    return partner_ids


def _priced(
    planned: Assignment, lines: Iterable[PriceLineInput], costs: Iterable[JobCostInput], deposit: MoneyIn | None
) -> Assignment:
    """The assignment with its price lines, costs and deposit."""
    priced = tuple(one.line for one in lines)
    return replace(
        planned,
        lines=priced,
        costs=tuple(one.cost for one in costs),
        net_cents=net_of(priced),
        deposit_cents=_cents(deposit),
    )


def _cents(deposit: MoneyIn | None) -> int:
    return deposit.cents if deposit else 0


async def _deducting(tx: Tx, planned: Assignment) -> Assignment:
    """The assignment, whose costs know the VAT that its lead deducts: the parts do not bear that."""
    if not any(cost.vat_cents for cost in planned.costs):
        return planned
    small_business = await in_small_business(tx, planned.cooperative_id, tx.today)
    return replace(planned, costs=tuple(cost.deducting(small_business=small_business) for cost in planned.costs))


async def _added(tx: Tx, planned: Assignment, order_id: UUID | None, asked_by: ContactInput | None) -> Assignment:
    """Saves the assignment, and the customer who asked for it separately; with an order it takes the order's price."""
    if order_id is not None:
        planned = await _from_order(tx, planned, order_id, bool(planned.lines or asked_by))
    elif asked_by is None:
        raise RuleRefused(rule="an_assignment_has_a_customer", value="")
    await assignments.add(tx, check_assignment(planned))
    if asked_by is None:
        return planned
    contact = invoiceable(asked_by.contact)
    await tx.flush()
    await customers.add(tx, AssignmentCustomer(planned.id, planned.cooperative_id, contact))
    return replace(planned, contact=contact)


async def _from_order(tx: Tx, planned: Assignment, order_id: UUID, priced: bool) -> Assignment:
    """Creates the assignment of an order; from now on the assignment moves that order."""
    order = order_in_time(tx, await orders.get(tx, order_id, lock=True))
    if order.cooperative_id != planned.cooperative_id:
        raise NotFound
    if order.state not in ORDERED or order.assignment_id is not None:
        raise WrongState(verb="plan_assignment", state=order.state, possible=[])
    if priced:
        raise RuleRefused(rule="price_is_the_orders", value=order.reference)
    if await claims.all(tx, order_id=order_id, state=(*UNDECIDED, ClaimState.APPROVED)):
        raise RuleRefused(rule="costs_are_the_assignments", value=order.reference)
    await orders.save(tx, replace(order, assignment_id=planned.id))
    return replace(planned, net_cents=order.net_cents, order_id=order_id)


async def _move(tx: Tx, actor: Actor, found: Assignment, verb: str, reason: str) -> Assignment:
    moved = transition(Case(found, actor, tx.now), verb, reason=reason)
    whole = await steps.load(tx, moved)
    match verb:
        case "agree":
            whole = await _agreed(tx, whole)
        case "cancel":
            whole = await steps.end_offers(tx, whole)
        case "deliver":
            whole = await steps.end_offers(tx, whole)
            await check_limits(tx, moved, cents_by_place(whole))
            await start_timer(tx, "approve", moved.cooperative_id, moved.id, tx.now + APPROVED_AFTER)
    order = await steps.follow(tx, actor, whole.assignment, reason)
    if moved.state is AssignmentState.APPROVED and order is not None:
        whole = await book_assignment(tx, whole, order)
        if not order.due_cents:
            whole = replace(whole, assignment=replace(whole.assignment, state=AssignmentState.SETTLED))
    await steps.tell_all(tx, whole, {"approve_silently": "approve"}.get(verb, verb), reason)
    return await assignments.save(tx, whole.assignment)


async def _agreed(tx: Tx, whole: Whole) -> Whole:
    """Checks that the shares add up and that no credit limit is exceeded, and confirms the customer's order."""
    assignment = whole.assignment
    await check_limits(tx, assignment, cents_by_place(whole))
    if assignment.order_id is not None:
        await check_vat(tx, whole, await orders.get(tx, assignment.order_id))
        return whole
    order = await order_of_job(tx, whole)
    await check_vat(tx, whole, order)
    if assignment.deposit_cents > order.gross_cents:
        raise RuleRefused(rule="deposit_within_price", value=str(order.gross_cents))
    await add_order(tx, order)
    await tx.flush()
    return replace(whole, assignment=replace(assignment, order_id=order.id))
