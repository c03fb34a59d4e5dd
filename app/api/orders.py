"""REST: orders, their trail, and the status link of a guest."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.adapters.addresses import public_path
from app.api.customers import ContactIn, ContactOut
from app.api.deps import KeyedDep, LanguageDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Day, In, Moment, Money, Note, Out, PageOut, Quantity, TransitionOut, Version, When, money
from app.domain.actors import Actor
from app.domain.orders import ORDER, Order, OrderState, PaymentState, roles_on
from app.domain.transitions import available
from app.domain.vat import VatClass
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

router = noun("orders")


class OrderLineIn(In):
    offering_id: UUID
    quantity: Quantity
    hold_id: Annotated[UUID | None, Field(description="What was kept apart; it keeps its price.")] = None
    edition: Annotated[
        int | None, Field(strict=True, ge=1, le=2**31 - 1, description="The edition seen; 409 for another price.")
    ] = None


class OrderIn(In):
    lines: Annotated[list[OrderLineIn], Field(min_length=1, max_length=50)]
    contact: Annotated[ContactIn, Field(description="May be left out by a person with a contact card.")] | None = None
    needed_at: Moment | None = None
    note: Note = ""


class OrderMove(In):
    verb: Literal["accept", "refuse", "start", "deliver", "complete", "cancel"]
    note: Note = ""


class OrderLineOut(Out):
    id: UUID
    offering_id: UUID | None
    edition: int
    member_id: UUID | None
    title: str
    price_unit: str
    quantity: int
    unit_price: Money = money("unit_price_cents")
    net: Money = money("net_cents")
    vat_class: VatClass


class OrderOut(Out):
    id: UUID
    reference: str
    cooperative_id: UUID
    state: OrderState
    payment: PaymentState
    net: Money = money("net_cents")
    vat: Money = money("vat_cents")
    gross: Money = money("gross_cents")
    paid: Money = money("paid_cents")
    refunded: Money = money("refunded_cents")
    due: Money = money("due_cents")
    owed_back: Money = money("owed_back_cents")
    contact: ContactOut
    note: str
    lines: list[OrderLineOut]
    placed_at: When
    accept_by: When
    needed_at: When | None
    delivered_at: When | None
    completed_at: When | None
    work_date: Day | None
    assignment_id: Annotated[UUID | None, Field(description="The assignment that moves it")]
    buyer_id: Annotated[UUID | None, Field(description="The cooperative that is charged; cleared by netting")]
    version: Version
    available_transitions: list[TransitionOut] = []

    @classmethod
    def of(cls, order: Order, actor: Actor, language: str) -> "OrderOut":
        own = roles_on(order, actor)
        found = available(ORDER, order, lambda right: actor.may(right, order.cooperative_id, own=own))
        return cls.model_validate(order).model_copy(
            update={"available_transitions": TransitionOut.all_of(found, language)}
        )


class PlacedOrderOut(OrderOut):
    status_url: Annotated[str, Field(description="The guest's status link; shown here only.")] | None = None


class OrderEventOut(Out):
    id: UUID
    verb: str
    state: OrderState
    at: When
    person_id: UUID | None
    app_id: UUID | None
    note: str


class GuestOrderOut(Out):
    reference: str
    cooperative: str
    state: OrderState
    title: str
    gross: Money = money("gross_cents")
    paid: Money = money("paid_cents")
    placed_at: When
    needed_at: When | None


@router.post("/orders", status_code=201)
async def place(
    body: OrderIn, keyed: KeyedDep, language: LanguageDep, request: Request, response: Response
) -> PlacedOrderOut:
    """Order at one cooperative. Stock is held until `acceptBy`."""
    run, once = keyed
    order = await once(
        place_order,
        lines=tuple(Wanted(line.offering_id, line.quantity, line.hold_id, line.edition) for line in body.lines),
        contact=body.contact.contact() if body.contact else None,
        needed_at=body.needed_at,
        note=body.note,
    )
    response.headers["Location"] = f"/v1/orders/{order.id}"
    tag(response, order.version)
    token = guest_token(run, order)
    url = public_path(request, f"/v1/order-status/{token}") if token else None
    return PlacedOrderOut(**dict(OrderOut.of(order, run.actor, language)), status_url=url)


@router.get("/orders")
async def list_all(
    run: RunDep,
    language: LanguageDep,
    page: PageDep,
    request: Request,
    response: Response,
    state: OrderState | None = None,
    cooperative_id: Annotated[UUID | None, Query(alias="cooperativeId")] = None,
) -> PageOut[OrderOut]:
    """The orders that the caller is a party to, newest first."""
    found = await run(list_orders, page=page, state=state, cooperative_id=cooperative_id)
    link_next(request, response, found)
    return PageOut.of(found, lambda order: OrderOut.of(order, run.actor, language))


@router.get("/orders/{order_id}")
async def get(order_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> OrderOut:
    """One order, for its customer, its app, its maker and the seller's staff."""
    order = await run(get_order, order_id=order_id)
    tag(response, order.version)
    return OrderOut.of(order, run.actor, language)


@router.get("/orders/{order_id}/events")
async def events(order_id: UUID, run: RunDep) -> list[OrderEventOut]:
    """What happened to an order, oldest first."""
    return [OrderEventOut.model_validate(event) for event in await run(list_order_events, order_id=order_id)]


@router.post("/orders/{order_id}/transitions")
async def move(
    order_id: UUID, body: OrderMove, keyed: KeyedDep, language: LanguageDep, seen: SeenDep, response: Response
) -> OrderOut:
    """Accept, refuse, start, deliver, complete or cancel."""
    run, once = keyed
    order = await once(move_order, order_id=order_id, verb=body.verb, note=body.note, expected_version=seen)
    tag(response, order.version)
    return OrderOut.of(order, run.actor, language)


@router.get("/order-status/{token}")
async def guest_status(token: Annotated[str, Field(max_length=100)], run: RunDep, response: Response) -> GuestOrderOut:
    """What the holder of a status link may see; no login."""
    response.headers["Cache-Control"] = "no-store"
    return GuestOrderOut.model_validate(await run(get_guest_order, token=token))
