"""Orders, their trail, and the status link of a guest."""

from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.selling.customers import Contact
from app.contract.shape import Money, Viewer, computed, shape, show
from app.contract.transitions import Step, steps
from app.domain.money import percent_text
from app.domain.selling import orders as domain
from app.domain.selling import prices
from app.domain.selling.orders import ORDER, OrderState, OrderStep, PaymentState
from app.domain.vat import PriceBasis, VatClass
from app.ids import (
    AppId,
    AssignmentId,
    CooperativeId,
    MemberId,
    OfferingId,
    OrderEventId,
    OrderId,
    OrderLineId,
    PersonId,
)
from app.usecases.selling import orders as usecases


@shape(domain.OrderLine)
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
    net: Money
    """The price of the line without VAT."""
    vat: Money
    """Its part of the VAT of the order."""
    gross: Money
    """Its price with VAT."""
    vat_class: VatClass


@shape(prices.VatGroup)
class VatGroup:
    """The lines of an order of one class and rate whose prices have the same basis."""

    vat_class: VatClass
    vat_percent: str = computed(lambda group, _: percent_text(group.basis_points))
    """The rate, such as 21."""
    basis: PriceBasis
    """Whether VAT was inside the prices, or was added to them."""
    net: Money
    """Their price without VAT."""
    vat: Money
    """The VAT: computed on their sum, rounded half up."""
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
    net: Money
    """Its price without VAT."""
    vat: Money
    """The VAT."""
    gross: Money
    """Its price with VAT."""
    vat_groups: list[VatGroup]
    """Price and VAT by class, rate and basis."""
    paid: Money
    """The payments, less the refunds."""
    refunded: Money
    """The amount taken off the price after the sale."""
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
    lines: list[OrderLine]
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
    version: int
    available_transitions: list[Step] = steps("OrderTransition", ORDER)


def _status_url(order: domain.Order, viewer: Viewer) -> str | None:
    token = usecases.guest_token(order, viewer.token_of)
    return token and f"{viewer.prefix}/v1/order-status/{token}"


@shape(domain.Order)
class PlacedOrder:
    """A new order."""

    order: Order = computed(lambda order, viewer: show(Order, order, viewer))
    """The order."""
    status_url: str | None = computed(_status_url)
    """The status link of the guest for whom an app ordered. It is shown here only."""


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


@shape(domain.GuestOrder)
class GuestOrder:
    """The public part of an order, for its status link: no name and no address."""

    reference: str
    """The short reference of the order."""
    rf_reference: str
    """Its reference for a payment (ISO 11649): the same with check digits, which banks check."""
    cooperative: str
    """The name of the seller."""
    state: OrderState
    title: str
    """A line that was ordered."""
    gross: Money
    """Its price with VAT."""
    paid: Money
    """The payments, less the refunds."""
    placed_at: datetime
    """When it was placed."""
    needed_at: datetime | None
    """The moment at which it is needed."""


ONE = "/orders/{order_id}"
orders = Noun("orders")
orders.post("/orders", usecases.place_order, PlacedOrder, opens="/orders", holds="order")
orders.get("/orders", usecases.list_orders, Order)
orders.get(ONE, usecases.get_order, Order)
orders.get(f"{ONE}/events", usecases.list_order_events, OrderEvent, below=Order)
orders.move(f"{ONE}/transitions", usecases.move_order, Order)
orders.get("/order-status/{token}", usecases.get_guest_order, GuestOrder)
