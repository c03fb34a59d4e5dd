"""GraphQL: orders, their trail, and the status link of a guest."""

from collections.abc import AsyncGenerator
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from app.contract import cooperatives
from app.contract.shape import show as shown
from app.domain import orders as domain
from app.domain.orders import ORDER, OrderState, PaymentState, roles_on
from app.domain.transitions import available
from app.domain.vat import VatClass
from app.graphql.context import Context, Info
from app.graphql.customers import Contact, ContactInput, contact_from, contact_of
from app.graphql.engine import type_of
from app.graphql.types import AvailableTransitionType, Connection, Money, Node, page_of, show
from app.graphql.watch import watch
from app.usecases.orders import (
    Wanted,
    get_guest_order,
    get_order,
    guest_token,
    list_order_events,
    list_orders,
    move_order,
    place_order,
)

Cooperative: Any = type_of(cooperatives.Cooperative)
strawberry.enum(OrderState)
strawberry.enum(PaymentState)


@strawberry.enum
class OrderVerb(Enum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    START = "start"
    DELIVER = "deliver"
    COMPLETE = "complete"
    CANCEL = "cancel"


@strawberry.type
class OrderLine:
    id: UUID
    offering_id: UUID | None
    edition: int
    member_id: UUID | None
    title: str
    price_unit: str
    quantity: int
    unit_price: Money
    net: Money
    vat_class: VatClass


@strawberry.type
class Order(Node):
    reference: str
    cooperative_id: UUID
    state: OrderState
    payment: PaymentState
    net: Money
    vat: Money
    gross: Money
    paid: Money
    refunded: Money
    due: Money
    owed_back: Money
    contact: Contact
    note: str
    lines: list[OrderLine]
    placed_at: datetime
    accept_by: datetime
    needed_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    work_date: date | None
    assignment_id: UUID | None
    buyer_id: UUID | None
    version: int
    available_transitions: list[AvailableTransitionType]

    @strawberry.field(description="The seller.")
    async def cooperative(self, info: Info) -> Cooperative:
        found = await info.context.cooperatives.load(self.cooperative_id)
        return shown(cooperatives.Cooperative, found, info.context.viewer)

    @classmethod
    def of(cls, order: domain.Order, context: Context) -> "Order":
        actor, own = context.actor, roles_on(order, context.actor)
        found = available(ORDER, order, lambda right: actor.may(right, order.cooperative_id, own=own))
        return show(
            cls,
            order,
            contact=contact_of(order.contact),
            lines=[show(OrderLine, line) for line in order.lines],
            available_transitions=AvailableTransitionType.all_of(found),
        )


@strawberry.type(description="A new order; the guest's status link is shown here only.")
class PlacedOrder:
    order: Order
    status_url: str | None


@strawberry.type
class OrderEvent:
    id: UUID
    verb: str
    state: OrderState
    at: datetime
    person_id: UUID | None
    app_id: UUID | None
    note: str


@strawberry.type(description="What a status link shows: no name, no address.")
class GuestOrder:
    reference: str
    cooperative: str
    state: OrderState
    title: str
    gross: Money
    paid: Money
    placed_at: datetime
    needed_at: datetime | None


@strawberry.input
class OrderLineInput:
    offering_id: UUID
    quantity: int
    hold_id: UUID | None = None
    edition: int | None = None


@strawberry.type
class OrderQuery:
    @strawberry.field(description="The orders that the caller is a party to, newest first.")
    async def orders(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        state: OrderState | None = None,
        cooperative_id: UUID | None = None,
    ) -> Connection[Order]:
        page = page_of(first, after)
        found = await info.context.run(list_orders, page=page, state=state, cooperative_id=cooperative_id)
        return Connection.of(found, lambda row: Order.of(row, info.context), page)

    @strawberry.field(description="One order, for its customer, its app, its maker and the seller's staff.")
    async def order(self, info: Info, id: UUID) -> Order:
        return Order.of(await info.context.run(get_order, order_id=id), info.context)

    @strawberry.field(description="What happened to an order, oldest first.")
    async def order_events(self, info: Info, order_id: UUID) -> list[OrderEvent]:
        return [show(OrderEvent, event) for event in await info.context.run(list_order_events, order_id=order_id)]

    @strawberry.field(description="What the holder of a status link may see; no login.")
    async def guest_order(self, info: Info, token: str) -> GuestOrder:
        found = await info.context.run(get_guest_order, token=token)
        return show(GuestOrder, found, state=OrderState(found.state))


@strawberry.type
class OrderSubscription:
    @strawberry.subscription(description="An order as it stands, now and after every change; ends with its last state.")
    async def order(self, info: Info, id: UUID) -> AsyncGenerator[Order, None]:
        def over(order: domain.Order) -> bool:
            last = order.state is OrderState.COMPLETED or order.state in domain.CALLED_OFF
            return last and not order.due_cents and not order.owed_back_cents

        async for found in watch(info.context, lambda run: run(get_order, order_id=id), over):
            yield Order.of(found, info.context)


@strawberry.type
class OrderMutation:
    @strawberry.mutation(description="Order at one cooperative. Stock is held until acceptBy.")
    async def place_order(
        self,
        info: Info,
        idempotency_key: str,
        lines: list[OrderLineInput],
        contact: ContactInput | None = None,
        needed_at: datetime | None = None,
        note: str = "",
    ) -> PlacedOrder:
        once = info.context.keyed(idempotency_key)
        order = await once(
            place_order,
            lines=tuple(Wanted(line.offering_id, line.quantity, line.hold_id, line.edition) for line in lines),
            contact=contact_from(contact),
            needed_at=needed_at,
            note=note,
        )
        token = guest_token(info.context.run, order)
        url = f"{info.context.prefix}/v1/order-status/{token}" if token else None
        return PlacedOrder(order=Order.of(order, info.context), status_url=url)

    @strawberry.mutation(description="Accept, refuse, start, deliver, complete or cancel.")
    async def move_order(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        verb: OrderVerb,
        note: str = "",
        expected_version: int | None = None,
    ) -> Order:
        once = info.context.keyed(idempotency_key)
        found = await once(move_order, order_id=id, verb=verb.value, note=note, expected_version=expected_version)
        return Order.of(found, info.context)
