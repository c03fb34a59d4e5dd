"""Orders: one per cooperative, with a snapshot of each offering and an append-only history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor, Party
from app.domain.days import day_of
from app.domain.errors import RuleRefused, SecondPersonNeeded, SeveralSellers, TooLate
from app.domain.market.offerings import Offering
from app.domain.money import MAX_CENTS
from app.domain.selling.customers import Billing, Contact
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.prices import VatGroup, priced
from app.domain.selling.references import rf_of
from app.domain.transitions import Case, Process, Terms, Transition, every, move
from app.domain.vat import PriceBasis, VatClass

ACCEPT_WITHIN = timedelta(hours=48)
COMPLETES_AFTER = timedelta(days=14)


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
    CREDIT = "credit"
    REPAY = "repay"
    WRITE_OFF = "write_off"
    REVERSE_REPAYMENT = "reverse_repayment"
    REVERSE_CREDIT = "reverse_credit"
    REVERSE_APPROVAL = "reverse_approval"
    REVERSE_WRITE_OFF = "reverse_write_off"


class PaymentState(StrEnum):
    """How much of an order is paid."""

    UNPAID = "unpaid"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    WRITTEN_OFF = "written_off"
    """Nothing is due any more, but not all of it came: the rest was written off."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order at one cooperative. VAT is never earned.

    `paid_cents` is what was received less what was given back, `refunded_cents` what was credited, `written_off_cents`
    what nobody expects any more. At every step paid + refunded + written off + due − owed back is the price:
    `gross_cents`, or 0 once it is called off.
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
    written_off_cents: int = 0
    fund_bears: bool = False
    """Whether the cooperative's fund bears what was written off, instead of its makers."""
    delivered_at: datetime | None = None
    """The moment of delivery; for a day that was entered later, its last second in Amsterdam."""
    completes_at: datetime | None = None
    """When no answer of the customer completes it: counted from the moment at which its delivery was entered."""
    completed_at: datetime | None = None
    sale_parts: int = 0
    """The number of sale journals; the last one is in force unless `sale_reversed`."""
    sale_reversed: bool = False
    charge_parts: int = 0
    """The number of journals that charged it, or took that back."""
    assignment_id: UUID | None = None
    """The assignment that moves it, if any."""
    vat_with_money: bool = False
    """Whether VAT of what was supplied is due as its money comes in; until then it is on the account `later`."""
    buyer_id: UUID | None = None
    """The cooperative that is charged for a partner's part of an assignment; netting pays it."""
    external_reference: str | None = None
    """The number that the app gave it which placed it."""
    payment_days: int | None = None
    """The days after supply within which it is paid. None until it is placed: the seller's of that moment."""
    deposit_cents: int = 0
    """What its deposit invoices ask before supply, less their credit notes."""
    invoice_id: UUID | None = None
    """The invoice of its supply."""
    pay_by: date | None = None
    """The last day to pay that its invoice names."""
    terms: int = 1
    """How often its lines were stated; `lines` are the last."""
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
                hides_vat=any(line.hides_vat for line in lines),
            )
            for (vat_class, basis_points, basis), lines in groups.items()
        )

    @property
    def hides_vat(self) -> bool:
        return any(line.hides_vat for line in self.lines)

    @property
    def opened(self) -> "Order":
        """The order for the staff of its seller, which may know what is inside a margin."""
        return replace(self, lines=tuple(replace(line, purchase_cents=None) for line in self.lines))

    @property
    def settled(self) -> bool:
        """Whether a sale is booked and not reversed."""
        return self.sale_parts > 0 and not self.sale_reversed

    @property
    def price_left_cents(self) -> int:
        """The price less what was credited and written off; 0 once it is called off."""
        taken = self.refunded_cents + self.written_off_cents
        return 0 if self.state in CALLED_OFF else self.gross_cents - taken

    @property
    def earned_from_cents(self) -> int:
        """The part of the price that members earn from: what the fund bears of it counts too."""
        borne = self.written_off_cents if self.fund_bears and self.state not in CALLED_OFF else 0
        return self.price_left_cents + borne

    @property
    def due_cents(self) -> int:
        """The amount still to be paid."""
        return max(self.price_left_cents - self.paid_cents, 0)

    @property
    def owed_back_cents(self) -> int:
        """The amount paid beyond the price, which the cooperative owes the customer."""
        return max(self.paid_cents - self.price_left_cents, 0)

    @property
    def payment(self) -> PaymentState:
        """How much of it is paid, also if it is cancelled."""
        if self.refunded_cents and self.refunded_cents == self.gross_cents:
            return PaymentState.REFUNDED
        if self.paid_cents >= self.gross_cents - self.refunded_cents - self.written_off_cents:
            if self.written_off_cents:
                return PaymentState.WRITTEN_OFF
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
        """The last day to pay; None before delivery, and for a charge between cooperatives. SQL has it too.

        Whoever gets one invoice a month pays by that.
        """
        if self.pay_by is not None:
            return self.pay_by
        if self.work_date is None or self.payment_days is None or self.buyer_id is not None or self.billed_monthly:
            return None
        return self.work_date + timedelta(days=self.payment_days)

    @property
    def billed_monthly(self) -> bool:
        """Whether the customer gets one invoice for all orders of a month."""
        return self.contact.buyer.billing is Billing.MONTHLY

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


ABOUT_MONEY = frozenset(
    {
        OrderStep.RECORD_PAYMENT,
        OrderStep.REVERSE_PAYMENT,
        OrderStep.REFUND,
        OrderStep.CREDIT,
        OrderStep.REPAY,
        OrderStep.WRITE_OFF,
        OrderStep.REVERSE_REPAYMENT,
        OrderStep.REVERSE_CREDIT,
        OrderStep.REVERSE_WRITE_OFF,
        OrderStep.REVERSE_APPROVAL,
    }
)
"""The steps about an order's money."""
FOR_CUSTOMERS = frozenset({OrderStep.REFUND, OrderStep.CREDIT})
"""Those of them whose reason the customer reads too; the reasons of the others are the staff's own words."""


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
SUPPLIED = frozenset({OrderState.DELIVERED, OrderState.COMPLETED})
"""In these states all of the price is charged."""
RELEASES_STOCK = frozenset({"refuse", "cancel", "expire"})


def roles_on(order: Order, actor: Actor) -> tuple[Party, ...]:
    """The actor's parties to this order: its customer, its app, its maker.

    A charge between cooperatives shows the earnings of each member, so it is for staff only.
    """
    makers = order.maker_ids if order.buyer_id is None else ()
    return (*actor.as_customer(order.customer_person_id, order.app_id), *actor.as_member(*makers))


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


def transition(case: Case[Order], verb: str) -> Order:
    """The order after `verb`. Raises WrongState, SecondPersonNeeded for makers who confirm their own work."""
    order, now = case.thing, case.now
    state = OrderState(move(ORDER, case, verb))
    return replace(
        called_off(order) if state in CALLED_OFF else order,
        state=state,
        delivered_at=now if state is OrderState.DELIVERED else order.delivered_at,
        completes_at=now + COMPLETES_AFTER if state is OrderState.DELIVERED else order.completes_at,
        completed_at=now if state is OrderState.COMPLETED else order.completed_at,
    )


def called_off(order: Order) -> Order:
    """The order without a price: there is nothing that could be credited or lost."""
    return replace(order, refunded_cents=0, written_off_cents=0)


def due_for_sale(order: Order) -> bool:
    """Whether a sale must be booked: completed, paid and not booked; approval books the sale of an assignment instead.

    A payment beyond the price stops no sale; nothing is shared of an order that was credited whole, or written off at
    its makers' expense.
    """
    return (
        order.state is OrderState.COMPLETED
        and (not order.due_cents or order.assignment_id is not None)
        and order.earned_from_cents > 0
        and not order.settled
    )
