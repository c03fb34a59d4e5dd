"""Assignments (jobs): one cooperative has the contract with the customer, members of several do the parts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right, Role
from app.domain.actors import Actor, Party
from app.domain.errors import HoursStand, OwnOffering, RuleRefused, SecondPersonNeeded, SharesDiffer
from app.domain.input_vat import check_vat, deductible_vat
from app.domain.money import MAX_CENTS, WHOLE, half_up
from app.domain.selling.customers import Contact
from app.domain.selling.orders import OrderState
from app.domain.selling.parts import CHANGES_HANDS, Part, PartState, Slot
from app.domain.selling.shares import Share, share_cents
from app.domain.transitions import REASON, Case, Need, Process, Terms, Transition, every, move
from app.domain.vat import VatClass, rate_on

APPROVED_AFTER = timedelta(days=14)
"""Without an answer of the customer, as with orders."""


class AssignmentState(StrEnum):
    """The state of a job."""

    DRAFT = "draft"
    PUBLISHED = "published"
    STAFFING = "staffing"
    AGREED = "agreed"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    APPROVED = "approved"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"


class AssignmentVerb(StrEnum):
    """Steps of a job that people take."""

    PUBLISH = "publish"
    AGREE = "agree"
    START = "start"
    DELIVER = "deliver"
    REQUEST_CHANGES = "request_changes"
    DISPUTE = "dispute"
    RESUME = "resume"
    APPROVE = "approve"
    CANCEL = "cancel"


class Audience(StrEnum):
    """The members who may apply: the lead's own, the partners' too, or those of every cooperative."""

    OWN = "own"
    PARTNERS = "partners"
    ALL = "all"


@dataclass(frozen=True)
class PriceLine:
    """A line that the customer pays for; `unit_price_cents` without VAT."""

    title: str
    quantity: int
    unit_price_cents: int
    vat_class: VatClass


@dataclass(frozen=True, kw_only=True)
class JobCost:
    """A cost of a job that is paid to `supplier`, in cents with VAT.

    `vat_cents` is the VAT inside `cents`; `deductible_basis_points` of it can be deducted. `deducted_vat_cents` is what
    the lead deducts, so the job bears the rest.
    """

    title: str
    supplier: str
    cents: int
    vat_cents: int = 0
    deductible_basis_points: int = WHOLE
    deducted_vat_cents: int = 0

    @property
    def net_cents(self) -> int:
        return self.cents - self.deducted_vat_cents

    def deducting(self, *, small_business: bool) -> "JobCost":
        """The cost with the VAT that the lead deducts: none under the small-business scheme."""
        vat = deductible_vat(self.vat_cents, self.deductible_basis_points, small_business=small_business)
        return replace(self, deducted_vat_cents=vat)


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """`cooperative_id` leads and has the contract with the customer; `order_id` is the customer's order once there is
    one.

    `terms` counts every change of the shares; `signed_ids` are the cooperatives that signed the present terms,
    `party_ids` those that do a part. `net_cents` is the price without VAT.
    """

    id: UUID
    cooperative_id: UUID
    title: str
    about: str
    place: str
    starts_at: datetime
    ends_at: datetime
    created_by: UUID
    created_at: datetime
    audience: Audience = Audience.OWN
    partner_ids: tuple[UUID, ...] = ()
    contact: Contact | None = None
    lines: tuple[PriceLine, ...] = ()
    costs: tuple[JobCost, ...] = ()
    net_cents: int = 0
    deposit_cents: int = 0
    order_id: UUID | None = None
    real_property: bool = False
    """Whether it is physical work on buildings or land: the lead declares the VAT on what its partners charge."""
    terms: int = 1
    signed_ids: tuple[UUID, ...] = ()
    party_ids: tuple[UUID, ...] = ()
    member_ids: tuple[UUID, ...] = ()
    """The members who do a part, wait for one, or were invited."""
    open_seats: int = 0
    open_hours: int = 0
    """The number of reports of hours that nobody has decided yet."""
    approved_minutes: int = 0
    """The approved minutes of all parts."""
    paid_cents: int = 0
    """The payments of the customer's order, for the check of the deposit."""
    customer_person_id: UUID | None = None
    customer_app_id: UUID | None = None
    """The customer who can log in, or the app that ordered for them; loaded for those who may see the order."""
    roles: tuple[Slot, ...] = ()
    """Its slots; loaded until it is approved."""
    state: AssignmentState = AssignmentState.DRAFT
    delivered_at: datetime | None = None
    reason: str = ""
    version: int = 1

    @property
    def cost_cents(self) -> int:
        return sum(cost.cents for cost in self.costs)

    @property
    def shared_cents(self) -> int:
        """The amount that the parts share: the price without VAT, less what the job bears of its costs."""
        return self.net_cents - sum(cost.net_cents for cost in self.costs)

    @property
    def unsigned_ids(self) -> tuple[UUID, ...]:
        """The cooperatives that still have to sign; the lead signs too."""
        needed = dict.fromkeys((self.cooperative_id, *self.party_ids))
        return tuple(place for place in needed if place not in self.signed_ids)


@dataclass(frozen=True)
class AssignmentCustomer:
    """The customer of an assignment (`id`), for the lead only."""

    id: UUID
    cooperative_id: UUID
    contact: Contact


def _priced(case: Case[Assignment]) -> str | None:
    return None if case.thing.net_cents > 0 else "price_missing"


def _ready(case: Case[Assignment]) -> str | None:
    """It has a price, every seat is taken, and all cooperatives signed the present terms."""
    if case.thing.net_cents <= 0:
        return "price_missing"
    if case.thing.open_seats:
        return "seats_open"
    return "signatures_missing" if case.thing.unsigned_ids else None


def _deposited(case: Case[Assignment]) -> str | None:
    return "deposit_missing" if case.thing.paid_cents < case.thing.deposit_cents else None


def _hours_decided(case: Case[Assignment]) -> str | None:
    return "hours_open" if case.thing.open_hours else None


def _shared(case: Case[Assignment]) -> SharesDiffer | None:
    """The planned shares of all seats add up."""
    try:
        seat_cents(case.thing, case.thing.roles)
    except SharesDiffer as refusal:
        return refusal
    return None


def _worked(case: Case[Assignment]) -> SharesDiffer | None:
    """Shares by hours need hours."""
    by_hours = all(slot.share_kind == "hours" for slot in case.thing.roles if slot.seats)
    return SharesDiffer(how="hours") if by_hours and not case.thing.approved_minutes else None


def _deposit_within_price(case: Case[Assignment]) -> RuleRefused | None:
    """The deposit is at most the price with VAT, once there is an order to pay."""
    assignment = case.thing
    if assignment.order_id is not None or assignment.deposit_cents <= assignment.net_cents:
        return None
    nets: dict[VatClass, int] = {}
    for line in assignment.lines:
        nets[line.vat_class] = nets.get(line.vat_class, 0) + line.quantity * line.unit_price_cents
    gross = sum(net + half_up(net, rate_on(vat_class, case.today)) for vat_class, net in nets.items())
    within = assignment.deposit_cents <= gross
    return None if within else RuleRefused(rule="deposit_within_price", value=str(gross))


def _no_hours_stand(case: Case[Assignment]) -> HoursStand | None:
    """The lead alone cannot cancel a job that has approved hours."""
    return HoursStand(minutes=case.thing.approved_minutes) if case.thing.approved_minutes else None


def _somebody_else(case: Case[Assignment]) -> SecondPersonNeeded | None:
    """A treasurer may speak for a customer without a login, but not about their own work."""
    if is_customer(roles_in(case.thing, case.actor)):
        return None
    own = case.is_person(case.thing.created_by) or case.is_member(*case.thing.member_ids)
    return SecondPersonNeeded() if own else None


def _told_how(case: Case[Assignment]) -> tuple[Need, ...]:
    """Somebody who speaks for the customer must say how they know."""
    own_word = case.actor.person_id is None or is_customer(roles_in(case.thing, case.actor))
    return () if own_word else (REASON,)


def _until(assignment: Assignment) -> datetime | None:
    """The deadline of the customer's answer; after it the delivery is approved."""
    delivered = assignment.state is AssignmentState.DELIVERED and assignment.delivered_at is not None
    return assignment.delivered_at + APPROVED_AFTER if delivered and assignment.delivered_at else None


_publishable, _agreeable = every(_priced, _shared), every(_ready, _shared, _deposit_within_price)
_startable, _deliverable = every(_deposited, _ready), every(_hours_decided, _ready, _worked)
_approvable, _CONFIRMS = every(_somebody_else, _ready), Right.CONFIRM_ASSIGNMENT
UNDER_WAY = ("draft", "published", "staffing", "agreed", "in_progress", "delivered", "disputed")


def _rights(assignment: Assignment, actor: Actor) -> Callable[[Right], bool]:
    """A customer who can log in speaks for themselves."""
    own = roles_in(assignment, actor)
    spoken_for = bool(assignment.customer_person_id) and not is_customer(own)

    def may(right: Right) -> bool:
        blocked = spoken_for and right is Right.CONFIRM_ASSIGNMENT
        return not blocked and actor.may(right, assignment.cooperative_id, own=own)

    return may


ASSIGNMENT: Process[Assignment] = Process(
    verbs=AssignmentVerb,
    states=AssignmentState,
    rights=_rights,
    rows=(
        Transition("publish", ("draft",), "published", Right.LEAD_ASSIGNMENT, Terms(_publishable)),
        Transition("agree", ("published", "staffing"), "agreed", Right.LEAD_ASSIGNMENT, Terms(_agreeable)),
        Transition("start", ("agreed",), "in_progress", Right.LEAD_ASSIGNMENT, Terms(_startable)),
        Transition("deliver", ("in_progress",), "delivered", Right.LEAD_ASSIGNMENT, Terms(_deliverable)),
        Transition(
            "request_changes",
            ("delivered",),
            "in_progress",
            _CONFIRMS,
            Terms(_somebody_else, needs=(REASON,), until=_until),
        ),
        Transition(
            "dispute", ("delivered",), "disputed", _CONFIRMS, Terms(_somebody_else, needs=(REASON,), until=_until)
        ),
        Transition("resume", ("disputed",), "in_progress", Right.LEAD_ASSIGNMENT),
        Transition(
            "approve",
            ("delivered", "disputed"),
            "approved",
            _CONFIRMS,
            Terms(_approvable, needs=_told_how, until=_until),
        ),
        Transition("cancel", UNDER_WAY, "cancelled", Right.LEAD_ASSIGNMENT, Terms(_no_hours_stand, needs=(REASON,))),
        Transition("approve_silently", ("delivered",), "approved", Right.RUN_TIMER, Terms(_ready)),
    ),
)
OVER = (AssignmentState.SETTLED, AssignmentState.CANCELLED)
PLANNING = (AssignmentState.DRAFT, AssignmentState.PUBLISHED, AssignmentState.STAFFING)
"""The states in which the price can still change."""
STAFFABLE = tuple(AssignmentState(state) for state in CHANGES_HANDS)
"""The states in which parts can be taken, given up and handed on."""
ORDER_STATES = {
    AssignmentState.IN_PROGRESS: OrderState.IN_PROGRESS,
    AssignmentState.DELIVERED: OrderState.DELIVERED,
    AssignmentState.APPROVED: OrderState.COMPLETED,
    AssignmentState.CANCELLED: OrderState.CANCELLED,
}
"""The state of the customer's order for each state of its assignment."""


def roles_in(assignment: Assignment, actor: Actor) -> tuple[Party, ...]:
    """The actor's parties to it: the customer, the customer's app, a member who does a part."""
    of_order = actor.as_customer(assignment.customer_person_id, assignment.customer_app_id)
    return (*of_order, *actor.as_member(*assignment.member_ids))


def is_customer(own: Iterable[Party]) -> bool:
    """Whether the actor is the customer, or the app that ordered for them."""
    return any(party.role in (Role.CUSTOMER, Role.APP) for party in own)


def open_to(assignment: Assignment, cooperative_id: UUID) -> bool:
    """Whether a cooperative takes part, or its members may apply while parts can be taken."""
    if cooperative_id in (assignment.cooperative_id, *assignment.party_ids):
        return True
    partner = assignment.audience is Audience.PARTNERS and cooperative_id in assignment.partner_ids
    return assignment.state in STAFFABLE and (partner or assignment.audience is Audience.ALL)


def check_assignment(assignment: Assignment) -> Assignment:
    """Returns the assignment.

    Raises RuleRefused for times in the wrong order, or costs or a deposit above the price; VatTooHigh.
    """
    for cost in assignment.costs:
        check_vat(cost.cents, cost.vat_cents)
    if assignment.ends_at < assignment.starts_at:
        raise RuleRefused(rule="ends_after_it_starts", value=assignment.ends_at.isoformat())
    if assignment.net_cents > MAX_CENTS:
        raise RuleRefused(rule="price_too_high", value=str(assignment.net_cents))
    if assignment.cost_cents > assignment.net_cents:
        raise RuleRefused(rule="costs_within_price", value=str(assignment.cost_cents))
    return assignment


def changeable(state: AssignmentState, names: Iterable[str]) -> bool:
    """Whether these fields can change: all before it is agreed, the costs during the work, which all sign again."""
    later = {AssignmentState.AGREED: {"about", "deposit"}, AssignmentState.IN_PROGRESS: {"costs"}}
    return state in PLANNING or (state in later and set(names) <= later[state])


def net_of(lines: Iterable[PriceLine]) -> int:
    """The price without VAT."""
    return sum(line.quantity * line.unit_price_cents for line in lines)


def transition(case: Case[Assignment], verb: str, *, reason: str = "") -> Assignment:
    """The assignment after `verb`.

    Raises WrongState with the reason, HoursStand if there are approved hours, SharesDiffer, ReasonNeeded, and
    SecondPersonNeeded for a treasurer who planned it or does a part.
    """
    assignment, state = case.thing, AssignmentState(move(ASSIGNMENT, case, verb, reason=reason))
    delivered = case.now if state is AssignmentState.DELIVERED else assignment.delivered_at
    return replace(assignment, state=state, delivered_at=delivered, reason=reason or assignment.reason)


def not_own_job(assignment: Assignment, person_id: UUID | None) -> None:
    """Nobody does the job that they ordered. Raises OwnOffering."""
    if person_id is not None and person_id == assignment.customer_person_id:
        raise OwnOffering(title=assignment.title, how="job")


def staffed(assignment: Assignment, slots: Sequence[Slot], before: Sequence[Part], after: Sequence[Part]) -> Assignment:
    """The assignment with these parts; other cooperatives or open seats void every signature.

    A colleague of the same cooperative who takes over a part changes no signed term.
    """
    taken = [part for part in after if part.state is PartState.TAKEN]
    active = [part for part in after if part.active]
    seats = sum(slot.seats for slot in slots)
    changed = replace(
        assignment,
        party_ids=tuple(sorted({part.cooperative_id for part in taken})),
        member_ids=tuple(sorted({part.member_id for part in active} | {p.offered_to for p in taken if p.offered_to})),
        open_seats=seats - len(taken),
    )
    if taken and changed.state is AssignmentState.PUBLISHED:
        changed = replace(changed, state=AssignmentState.STAFFING)
    return changed if _seated(before) == _seated(after) else new_terms(changed)


def _seated(parts: Iterable[Part]) -> list[tuple[UUID, UUID]]:
    return sorted((part.slot_id, part.cooperative_id) for part in parts if part.state is PartState.TAKEN)


def new_terms(assignment: Assignment) -> Assignment:
    """The assignment with new terms: all signatures are void, and it must be agreed again."""
    state = AssignmentState.STAFFING if assignment.state is AssignmentState.AGREED else assignment.state
    return replace(assignment, terms=assignment.terms + 1, signed_ids=(), state=state)


def shares_of(assignment: Assignment, slots: Sequence[Slot], parts: Sequence[Part]) -> dict[UUID, int]:
    """Cents by part for the taken parts; the price is shared over these and the open seats.

    Approved hours count once all was delivered, planned hours before. Raises SharesDiffer.
    """
    worked = assignment.delivered_at is not None
    lines: list[tuple[UUID | None, Share]] = []
    for slot in slots:
        taken = [part for part in parts if part.slot_id == slot.id and part.state is PartState.TAKEN]
        # Sorted by number, so that a colleague who takes over a part moves no odd cent.
        taken.sort(key=lambda part: (part.cooperative_id, part.number))
        lines += [(part.id, slot.share_of(part.minutes if worked else slot.minutes)) for part in taken]
        lines += [(None, slot.share_of(slot.minutes))] * (slot.seats - len(taken))
    amounts = share_cents(assignment.shared_cents, [share for _, share in lines])
    return {part_id: cents for (part_id, _), cents in zip(lines, amounts, strict=True) if part_id is not None}


def seat_cents(assignment: Assignment, slots: Sequence[Slot]) -> dict[UUID, int]:
    """The planned earnings of one seat of each slot; of the first seat if the cents do not divide evenly."""
    lines = [(slot.id, slot.share_of(slot.minutes)) for slot in slots for _ in range(slot.seats)]
    amounts = share_cents(assignment.shared_cents, [share for _, share in lines])
    found: dict[UUID, int] = {}
    for (slot_id, _), cents in zip(lines, amounts, strict=True):
        found.setdefault(slot_id, cents)
    return found
