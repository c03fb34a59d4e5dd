"""Orders: one per cooperative, with a snapshot of each offering and an append-only history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor, Party
from app.domain.days import day_of
from app.domain.errors import NotOrderable, RuleRefused, SecondPersonNeeded, SeveralSellers, TooLate
from app.domain.market.offerings import Offering, OfferingState, PriceUnit
from app.domain.money import MAX_CENTS
from app.domain.selling.customers import Contact
from app.domain.selling.prices import MINUTES, LinePrice, UnitPrice, VatGroup, cents_of_units, priced
from app.domain.selling.references import rf_of
from app.domain.transitions import Case, Process, Terms, Transition, every, move
from app.domain.vat import PriceBasis, VatClass, margin_vat, rate_on

ACCEPT_WITHIN = timedelta(hours=48)
COMPLETES_AFTER = timedelta(days=14)


@dataclass(frozen=True)
class Units:
    """What is ordered of an offering: whole units, or the `minutes` of an hourly price, whose begun hours count."""

    quantity: int
    minutes: int | None = None

    @classmethod
    def of_minutes(cls, minutes: int) -> "Units":
        """So many minutes."""
        return cls(-(-minutes // MINUTES), minutes)

    @property
    def in_minutes(self) -> int:
        """The minutes, if a unit is an hour."""
        return self.quantity * MINUTES if self.minutes is None else self.minutes


class OrderState(StrEnum):
    """The state of an order."""

    PLACED = "placed"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class OrderVerb(StrEnum):
    """A step that people take with an order."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    START = "start"
    DELIVER = "deliver"
    COMPLETE = "complete"
    CANCEL = "cancel"


class OrderStep(StrEnum):
    """A step in the history of an order: by people, by deadlines, or about its payments."""

    PLACE = "place"
    ACCEPT = "accept"
    REFUSE = "refuse"
    START = "start"
    DELIVER = "deliver"
    COMPLETE = "complete"
    CANCEL = "cancel"
    EXPIRE = "expire"
    COMPLETE_SILENTLY = "complete_silently"
    RECORD_PAYMENT = "record_payment"
    REVERSE_PAYMENT = "reverse_payment"
    REFUND = "refund"


class PaymentState(StrEnum):
    """How much of an order is paid."""

    UNPAID = "unpaid"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """A snapshot of an offering: edition, title, unit price and VAT rate (basis points) at the moment of the order.

    `basis` says whether VAT is inside the unit price. Net and VAT are those of the whole order, shared over its lines.
    A line that was agreed for an assignment has no offering; on the customer's order it has no member either.
    """

    id: UUID
    order_id: UUID
    offering_id: UUID | None
    edition: int
    member_id: UUID | None
    title: str
    price_unit: str
    quantity: int
    unit_price_cents: int
    vat_class: VatClass
    vat_basis_points: int
    counts_stock: bool
    purchase_cents: int | None = None
    """The cost of a unit, under the margin scheme."""
    minutes: int | None = None
    """The minutes of an hourly price; its `quantity` counts the hours begun."""
    basis: PriceBasis = PriceBasis.EXCL
    net_cents: int = 0
    vat_cents: int = 0
    gross_cents: int = 0

    @property
    def price(self) -> LinePrice:
        """The line before its VAT is known."""
        cents = cents_of_units(self.unit_price_cents, self.quantity, self.minutes)
        vat = None
        if self.purchase_cents is not None:
            margin = cents - cents_of_units(self.purchase_cents, self.quantity, self.minutes)
            vat = margin_vat(margin, self.vat_basis_points)
        return LinePrice(basis=self.basis, cents=cents, basis_points=self.vat_basis_points, margin_vat_cents=vat)


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order at one cooperative. VAT is never earned.

    `paid_cents` is what was received less what was given back, `refunded_cents` what was taken off the price after the
    sale. At every step paid + refunded + due − owed back is the price: `gross_cents`, or 0 once it is cancelled.
    """

    id: UUID
    cooperative_id: UUID
    reference: str
    contact: Contact
    lines: tuple[OrderLine, ...]
    net_cents: int
    vat_cents: int
    placed_at: datetime
    accept_by: datetime
    customer_person_id: UUID | None = None
    app_id: UUID | None = None
    maker_ids: tuple[UUID, ...] = ()
    guest_token_hash: str | None = None
    needed_at: datetime | None = None
    note: str = ""
    state: OrderState = OrderState.PLACED
    paid_cents: int = 0
    refunded_cents: int = 0
    delivered_at: datetime | None = None
    """The moment of delivery; for a day that was entered later, its last second in Amsterdam."""
    completes_at: datetime | None = None
    """When no answer of the customer completes it: counted from the moment at which its delivery was entered."""
    completed_at: datetime | None = None
    sale_parts: int = 0
    """The number of sale journals; the last one is in force unless `sale_reversed`."""
    sale_reversed: bool = False
    assignment_id: UUID | None = None
    """The assignment that moves it, if any."""
    buyer_id: UUID | None = None
    """The cooperative that is charged for a partner's part of an assignment; netting pays it."""
    external_reference: str | None = None
    """The number that the app gave it which placed it."""
    payment_days: int | None = None
    """The days after supply within which it is paid. None until it is placed: the seller's of that moment."""
    version: int = 1

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents

    @property
    def vat_groups(self) -> tuple[VatGroup, ...]:
        """Net, VAT and gross by class, rate and basis, as the lines have them; in the order of the lines."""
        groups: dict[tuple[VatClass, int, PriceBasis], list[OrderLine]] = {}
        for line in self.lines:
            groups.setdefault((line.vat_class, line.vat_basis_points, line.basis), []).append(line)
        return tuple(
            VatGroup(
                vat_class=vat_class,
                basis_points=basis_points,
                basis=basis,
                net_cents=sum(line.net_cents for line in lines),
                vat_cents=sum(line.vat_cents for line in lines),
                gross_cents=sum(line.gross_cents for line in lines),
            )
            for (vat_class, basis_points, basis), lines in groups.items()
        )

    @property
    def settled(self) -> bool:
        """Whether a sale is booked and not reversed."""
        return self.sale_parts > 0 and not self.sale_reversed

    @property
    def _price_left_cents(self) -> int:
        return 0 if self.state in CALLED_OFF else self.gross_cents - self.refunded_cents

    @property
    def due_cents(self) -> int:
        """The amount still to be paid."""
        return max(self._price_left_cents - self.paid_cents, 0)

    @property
    def owed_back_cents(self) -> int:
        """The amount paid beyond the price, which the cooperative owes the customer."""
        return max(self.paid_cents - self._price_left_cents, 0)

    @property
    def payment(self) -> PaymentState:
        """How much of it is paid, also if it is cancelled."""
        if self.refunded_cents and self.refunded_cents == self.gross_cents:
            return PaymentState.REFUNDED
        if self.paid_cents >= self.gross_cents - self.refunded_cents:
            return PaymentState.PARTLY_REFUNDED if self.refunded_cents else PaymentState.PAID
        return PaymentState.PARTLY_PAID if self.paid_cents else PaymentState.UNPAID

    @property
    def due_at(self) -> datetime | None:
        """When a timer moves it: it expires if nobody accepted it; after delivery, no answer completes it."""
        if self.assignment_id is not None:
            return None
        if self.state is OrderState.PLACED:
            return self.accept_by
        if self.state is not OrderState.DELIVERED or self.delivered_at is None:
            return None
        # Orders that an earlier version delivered have no such moment.
        return self.completes_at or self.delivered_at + COMPLETES_AFTER

    @property
    def work_date(self) -> date | None:
        """The day of delivery in Europe/Amsterdam; the agreement of that day decides."""
        return day_of(self.delivered_at) if self.delivered_at else None

    @property
    def due_on(self) -> date | None:
        """The last day to pay; None before delivery, and for a charge between cooperatives. SQL has it too."""
        if self.work_date is None or self.payment_days is None or self.buyer_id is not None:
            return None
        return self.work_date + timedelta(days=self.payment_days)

    @property
    def rf_reference(self) -> str:
        """The reference that a payment names, with check digits."""
        return rf_of(self.reference)


@dataclass(frozen=True, kw_only=True)
class OrderEvent:
    """A step in the history of an order, with the person and the app."""

    id: UUID
    order_id: UUID
    cooperative_id: UUID
    verb: OrderStep
    state: OrderState
    at: datetime
    person_id: UUID | None = None
    app_id: UUID | None = None
    note: str = ""


ABOUT_MONEY = frozenset({OrderStep.RECORD_PAYMENT, OrderStep.REVERSE_PAYMENT, OrderStep.REFUND})
"""The steps about an order's payments."""


@dataclass(frozen=True, kw_only=True)
class GuestOrder:
    """The public part of an order, for its status link: no name, no address."""

    reference: str
    cooperative: str
    state: OrderState
    title: str
    gross_cents: int
    paid_cents: int
    placed_at: datetime
    needed_at: datetime | None

    @property
    def rf_reference(self) -> str:
        """The reference that a payment names, with check digits."""
        return rf_of(self.reference)


def _alone(case: Case[Order]) -> str | None:
    return "moves_with_its_assignment" if case.thing.assignment_id else None


def _not_the_maker(case: Case[Order]) -> SecondPersonNeeded | None:
    """Nobody confirms the work that they did themselves."""
    return SecondPersonNeeded() if case.is_member(*case.thing.maker_ids) else None


def _until(order: Order) -> datetime | None:
    return order.due_at


_completable = every(_not_the_maker, _alone)


def _rights(order: Order, actor: Actor) -> Callable[[Right], bool]:
    own = roles_on(order, actor)
    return lambda right: actor.may(right, order.cooperative_id, own=own)


ORDER: Process[Order] = Process(
    verbs=OrderVerb,
    states=OrderState,
    rights=_rights,
    rows=(
        Transition("accept", ("placed",), "accepted", Right.WORK_ORDER, Terms(until=_until)),
        Transition("refuse", ("placed",), "refused", Right.WORK_ORDER, Terms(_alone, until=_until)),
        Transition("start", ("accepted",), "in_progress", Right.WORK_ORDER, Terms(_alone)),
        Transition("deliver", ("accepted", "in_progress"), "delivered", Right.WORK_ORDER, Terms(_alone)),
        Transition("complete", ("delivered",), "completed", Right.CONFIRM_ORDER, Terms(_completable, until=_until)),
        Transition("cancel", ("placed", "accepted"), "cancelled", Right.CANCEL_ORDER, Terms(_alone, until=_until)),
        Transition("expire", ("placed",), "expired", Right.RUN_TIMER, Terms(_alone)),
        Transition("complete_silently", ("delivered",), "completed", Right.RUN_TIMER, Terms(_alone)),
    ),
)
CALLED_OFF = frozenset({OrderState.REFUSED, OrderState.EXPIRED, OrderState.CANCELLED})
RELEASES_STOCK = frozenset({"refuse", "cancel", "expire"})


def roles_on(order: Order, actor: Actor) -> tuple[Party, ...]:
    """The actor's parties to this order: its customer, its app, its maker.

    A charge between cooperatives shows the earnings of each member, so it is for staff only.
    """
    makers = order.maker_ids if order.buyer_id is None else ()
    return (*actor.as_customer(order.customer_person_id, order.app_id), *actor.as_member(*makers))


def line_of(
    offering: Offering,
    units: Units,
    price: UnitPrice,
    *,
    id: UUID,  # noqa: A002  the field's name
    order_id: UUID,
    day: date,
) -> OrderLine:
    """The snapshot of an offering, at a buyer's price. `totals` gives it net and VAT.

    Raises NotOrderable unless it is published, RuleRefused for minutes of another price than an hourly one.
    """
    if offering.state is not OfferingState.PUBLISHED:
        raise NotOrderable(title=offering.title, state=offering.state)
    hourly = offering.price_unit is PriceUnit.HOUR
    if units.minutes is not None and not hourly:
        raise RuleRefused(rule="minutes_are_of_an_hourly_price", value=offering.title)
    return OrderLine(
        id=id,
        order_id=order_id,
        offering_id=offering.id,
        edition=offering.edition,
        member_id=offering.member_id,
        title=offering.title,
        price_unit=offering.price_unit,
        quantity=units.quantity,
        minutes=units.in_minutes if hourly else None,
        unit_price_cents=price.cents,
        basis=price.basis,
        vat_class=offering.vat_class,
        vat_basis_points=rate_on(offering.vat_class, day),
        counts_stock=offering.stock is not None,
        purchase_cents=offering.purchase_cents,
    )


def accept_by(offerings: Sequence[Offering], now: datetime, needed_at: datetime | None) -> datetime:
    """The earlier of 48 hours from now and neededAt minus the longest lead time. Raises TooLate."""
    latest = now + ACCEPT_WITHIN
    if needed_at is not None:
        lead = timedelta(minutes=max(offering.lead_time_minutes for offering in offerings))
        latest = min(latest, needed_at - lead)
    if latest <= now:
        past = {"how": "past"} if needed_at is not None and needed_at <= now else {}
        raise TooLate(minutes=max(offering.lead_time_minutes for offering in offerings), **past)
    return latest


def seller_of(offerings: Sequence[Offering]) -> UUID:
    """The one cooperative that sells all of them. Raises SeveralSellers."""
    sellers = {offering.cooperative_id for offering in offerings}
    if len(sellers) > 1:
        raise SeveralSellers(sellers=len(sellers))
    return sellers.pop()


def totals(order: Order) -> Order:
    """The order with net and VAT, of each line too. Raises RuleRefused beyond one thousand million euro."""
    amounts = priced([line.price for line in order.lines])
    lines = tuple(
        replace(line, net_cents=one.net_cents, vat_cents=one.vat_cents, gross_cents=one.gross_cents)
        for line, one in zip(order.lines, amounts, strict=True)
    )
    net = sum(line.net_cents for line in lines)
    if net > MAX_CENTS:
        raise RuleRefused(rule="order_too_large", value=order.reference, limit_cents=MAX_CENTS)
    return replace(order, lines=lines, net_cents=net, vat_cents=sum(line.vat_cents for line in lines))


def free_of_vat(order: Order) -> Order:
    """The order of a cooperative under the small-business scheme: every line exempt."""
    lines = tuple(
        replace(line, vat_class=VatClass.EXEMPT, vat_basis_points=0, purchase_cents=None) for line in order.lines
    )
    return totals(replace(order, lines=lines))


def transition(case: Case[Order], verb: str) -> Order:
    """The order after `verb`. Raises WrongState, SecondPersonNeeded for makers who confirm their own work."""
    order, now = case.thing, case.now
    state = OrderState(move(ORDER, case, verb))
    return replace(
        order,
        state=state,
        delivered_at=now if state is OrderState.DELIVERED else order.delivered_at,
        completes_at=now + COMPLETES_AFTER if state is OrderState.DELIVERED else order.completes_at,
        completed_at=now if state is OrderState.COMPLETED else order.completed_at,
    )


def less(order: Order, cents: int) -> Order:
    """A settled order with `cents` taken off its price; payments beyond the new price are given back."""
    refunded = order.refunded_cents + cents
    paid = min(order.paid_cents, order.gross_cents - refunded)
    return replace(order, refunded_cents=refunded, paid_cents=paid, sale_reversed=refunded == order.gross_cents)


def due_for_sale(order: Order) -> bool:
    """Whether a sale must be booked: completed, paid and not booked; approval books the sale of an assignment instead.

    A payment beyond the price stops no sale; a fully refunded order has none.
    """
    return (
        order.state is OrderState.COMPLETED
        and (order.payment is PaymentState.PAID or order.assignment_id is not None)
        and order.gross_cents > order.refunded_cents
        and not order.settled
    )
