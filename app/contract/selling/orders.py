"""Orders, their trail, and the status link of a guest."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from app.contract.operation import Noun
from app.contract.selling.customers import Contact
from app.contract.selling.guest_orders import STATUS, GuestOrder, status_path
from app.contract.shape import Money, MoneyOut, Viewer, computed, shape, show
from app.contract.transitions import Step, steps
from app.domain.access import Right
from app.domain.money import percent_text
from app.domain.selling import order_lines, prices
from app.domain.selling import orders as domain
from app.domain.selling.orders import ORDER, OrderState, OrderStep, PaymentState
from app.domain.vat import PriceBasis, VatClass
from app.ids import (
    AppId,
    AssignmentId,
    CooperativeId,
    InvoiceId,
    MemberId,
    OfferingId,
    OrderEventId,
    OrderId,
    OrderLineId,
    PersonId,
)
from app.usecases.selling import orders as usecases
from app.usecases.selling.guest_orders import get_guest_order


def _shown(name: str) -> Any:
    """An amount of a line or group; null under the margin scheme, which tells nobody but the staff what is inside."""
    return computed(lambda part, _: None if part.hides_vat else MoneyOut.of(getattr(part, name)), kind=Money | None)


def _money(order: domain.Order, name: str) -> MoneyOut | None:
    return None if order.hides_vat else MoneyOut.of(getattr(order, name))


def _opened(order: domain.Order, viewer: Viewer) -> domain.Order:
    """The order as the viewer may see it: the staff sees what is inside a margin."""
    actor = replace(viewer.actor, passed=None)
    return order.opened if actor.may(Right.SEE_MARGIN, order.cooperative_id) else order


@shape(order_lines.OrderLine)
class OrderLine:
    """A line of an order, with the facts at the moment of the order."""

    id: OrderLineId
    offering_id: OfferingId | None
    """The offering; null for a line that was agreed for an assignment."""
    edition: int
    """The edition of the offering."""
    member_id: MemberId | None
    """The member who makes it."""
    title: str
    """The name."""
    price_unit: str
    """The unit of the price."""
    quantity: int
    """The number of units; of an hourly price the hours, of which a begun one counts."""
    minutes: int | None
    """The minutes of an hourly price; null for any other."""
    unit_price: Money
    """The price of a unit, as this buyer pays it."""
    basis: PriceBasis
    """Whether VAT is inside the price of a unit, or is added to it."""
    net: Money | None = _shown("net_cents")
    """The price of the line without VAT; null under the margin scheme, but for the staff."""
    vat: Money | None = _shown("vat_cents")
    """Its part of the VAT of the order; null under the margin scheme, but for the staff."""
    gross: Money
    """Its price with VAT."""
    vat_class: VatClass
    replaces: list[OrderLineId]
    """The lines of before that it replaces, since VAT was another on the day of supply; their ids still name it."""


@shape(prices.VatGroup)
class VatGroup:
    """The lines of an order of one class and rate whose prices have the same basis."""

    vat_class: VatClass
    vat_percent: str = computed(lambda group, _: percent_text(group.basis_points))
    """The rate, such as 21."""
    basis: PriceBasis
    """Whether VAT was inside the prices, or was added to them."""
    net: Money | None = _shown("net_cents")
    """Their price without VAT; null under the margin scheme, but for the staff."""
    vat: Money | None = _shown("vat_cents")
    """The VAT: computed on their sum, rounded half up; null under the margin scheme, but for the staff."""
    gross: Money
    """Their price with VAT."""


@shape(domain.Order)
class Order:
    """An order at one cooperative."""

    id: OrderId
    reference: str
    """Its short reference for people, for example on the telephone."""
    rf_reference: str
    """Its reference for a payment (ISO 11649): the same with check digits, which banks check."""
    external_reference: str | None
    """The number that the app gave it which placed it."""
    cooperative_id: CooperativeId
    """The seller."""
    state: OrderState
    payment: PaymentState
    """How much of it is paid."""
    net: Money | None = computed(lambda order, viewer: _money(_opened(order, viewer), "net_cents"), kind=Money | None)
    """Its price without VAT; null if a line is under the margin scheme, but for the staff."""
    vat: Money | None = computed(lambda order, viewer: _money(_opened(order, viewer), "vat_cents"), kind=Money | None)
    """The VAT; null if a line is under the margin scheme, but for the staff."""
    gross: Money
    """Its price with VAT."""
    vat_groups: list[VatGroup] = computed(
        lambda order, viewer: [show(VatGroup, group, viewer) for group in _opened(order, viewer).vat_groups]
    )
    """Price and VAT by class, rate and basis."""
    paid: Money
    """The payments, less the refunds."""
    refunded: Money
    """The amount that was credited: taken off the price."""
    written_off: Money
    """The amount that is not expected to be paid any more."""
    due: Money
    """The amount still to be paid."""
    due_on: date | None
    """The last day to pay what is due; null before delivery, and for a charge between cooperatives."""
    owed_back: Money
    """The amount paid beyond the price, which the seller owes the customer."""
    contact: Contact
    """The contact details of the customer."""
    note: str
    """The customer's note."""
    lines: list[OrderLine] = computed(
        lambda order, viewer: [show(OrderLine, line, viewer) for line in _opened(order, viewer).lines]
    )
    """The lines."""
    placed_at: datetime
    """When it was placed."""
    accept_by: datetime
    """The moment until which the seller can accept it; then it expires."""
    needed_at: datetime | None
    """The moment at which it is needed."""
    delivered_at: datetime | None
    """When it was delivered."""
    completed_at: datetime | None
    """When it was completed."""
    work_date: date | None
    """The day of delivery; the agreement of that day splits it."""
    assignment_id: AssignmentId | None
    """The assignment that moves it."""
    buyer_id: CooperativeId | None
    """The cooperative that is charged with it; cleared by netting."""
    invoice_id: InvoiceId | None
    """The invoice of its supply; its list of invoices has deposits and credit notes too."""
    terms: int
    """How often its lines were stated: 2 if VAT was another on the day of supply than when it was placed."""
    version: int
    available_transitions: list[Step] = steps("OrderTransition", ORDER)


def _status_url(order: domain.Order, viewer: Viewer) -> str | None:
    token = usecases.guest_token(order, viewer.token_of)
    return token and f"{viewer.base}{status_path(token)}"


@shape(domain.Order)
class PlacedOrder:
    """A new order."""

    order: Order = computed(lambda order, viewer: show(Order, order, viewer))
    """The order."""
    status_url: str | None = computed(_status_url)
    """The full address for the guest for whom an app ordered: a page in a browser, JSON for an app. It is shown here
    only."""


@shape(domain.OrderEvent)
class OrderEvent:
    """A step in the history of an order."""

    id: OrderEventId
    verb: OrderStep
    """The step that was taken."""
    state: OrderState
    """The state after it."""
    at: datetime
    """The moment of the step."""
    person_id: PersonId | None
    """The person who did it."""
    app_id: AppId | None
    """The app through which it was done."""
    note: str
    """The note with it."""


ONE = "/orders/{order_id}"
orders = Noun("orders")
orders.post("/orders", usecases.place_order, PlacedOrder, opens="/orders", holds="order")
orders.get("/orders", usecases.list_orders, Order)
orders.get(ONE, usecases.get_order, Order)
orders.get(f"{ONE}/events", usecases.list_order_events, OrderEvent, below=Order)
orders.move(f"{ONE}/transitions", usecases.move_order, Order)
orders.get(STATUS, get_guest_order, GuestOrder)
