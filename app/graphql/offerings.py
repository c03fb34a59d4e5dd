"""GraphQL: offerings and holds on their stock."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from app.contract import cooperatives
from app.contract.shape import show as shown
from app.domain import offerings as domain
from app.domain.offerings import OFFERING, HiddenBy, OfferingKind, OfferingState, PriceUnit
from app.domain.transitions import available
from app.domain.vat import VatClass
from app.graphql.context import Context, Info
from app.graphql.engine import type_of
from app.graphql.types import (
    AvailableTransitionType,
    Connection,
    Money,
    MoneyInput,
    Node,
    changed,
    page_of,
    show,
    stated,
)
from app.usecases.cooperatives import get_cooperative
from app.usecases.offerings import (
    add_offering,
    change_offering,
    get_offering,
    hold_stock,
    list_offerings,
    move_offering,
    release_hold,
    set_stock,
)

for kind in (HiddenBy, OfferingKind, OfferingState, PriceUnit, VatClass):
    strawberry.enum(kind)
Cooperative: Any = type_of(cooperatives.Cooperative)


@strawberry.enum
class OfferingVerb(Enum):
    SUBMIT = "submit"
    PUBLISH = "publish"
    SEND_BACK = "send_back"
    WITHDRAW = "withdraw"
    PAUSE = "pause"
    RESUME = "resume"
    ARCHIVE = "archive"


@strawberry.type
class Offering(Node):
    cooperative_id: UUID
    member_id: UUID
    kind: OfferingKind
    title: str
    text: str
    category: str
    price_unit: PriceUnit
    price: Money
    vat_class: VatClass
    town: str
    tags: list[str]
    image_url: str | None
    lead_time_minutes: int
    stock: int | None
    purchase_price: Money | None
    left: int | None
    state: OfferingState
    hidden_by: list[HiddenBy] = strawberry.field(description="Why it is paused; it is shown once this is empty.")
    edition: int
    source: str | None
    external_id: str | None
    version: int
    available_transitions: list[AvailableTransitionType]

    @strawberry.field(description="The seller.")
    async def cooperative(self, info: Info) -> Cooperative:
        found = await info.context.links.load((get_cooperative, self.cooperative_id))
        return shown(cooperatives.Cooperative, found, info.context.viewer)

    @classmethod
    def of(cls, offering: domain.Offering, context: Context) -> "Offering":
        actor = context.actor
        own = actor.as_member(offering.member_id)
        found = available(OFFERING, offering, lambda right: actor.may(right, offering.cooperative_id, own=own))
        transitions = AvailableTransitionType.all_of(found)
        bought = None if offering.purchase_cents is None else Money.of(offering.purchase_cents)
        lists = {"tags": list(offering.tags), "hidden_by": list(offering.hidden_by)}
        return show(cls, offering, **lists, purchase_price=bought, available_transitions=transitions)


@strawberry.type
class Hold:
    id: UUID
    offering_id: UUID
    quantity: int
    expires_at: datetime
    state: str


@strawberry.input
class OfferingInput:
    member_id: UUID
    kind: OfferingKind
    title: str
    category: str
    price_unit: PriceUnit
    price: MoneyInput
    vat_class: VatClass
    town: str
    text: str = ""
    tags: list[str] = strawberry.field(default_factory=list)
    image_url: str | None = None
    lead_time_minutes: int = 0
    stock: int | None = None
    purchase_price: MoneyInput | None = None


@strawberry.input(description="What is left out stays as it is.")
class OfferingChange:
    title: str | None = strawberry.UNSET
    text: str | None = strawberry.UNSET
    category: str | None = strawberry.UNSET
    price_unit: PriceUnit | None = strawberry.UNSET
    price: MoneyInput | None = strawberry.UNSET
    vat_class: VatClass | None = strawberry.UNSET
    town: str | None = strawberry.UNSET
    tags: list[str] | None = strawberry.UNSET
    image_url: str | None = strawberry.UNSET
    lead_time_minutes: int | None = strawberry.UNSET
    purchase_price: MoneyInput | None = strawberry.UNSET


@strawberry.type
class OfferingQuery:
    @strawberry.field(description="Offerings of a cooperative in every state; the world reads the catalogue.")
    async def offerings(
        self,
        info: Info,
        cooperative_id: UUID,
        first: int = 20,
        after: str | None = None,
        state: OfferingState | None = None,
        member_id: UUID | None = None,
    ) -> Connection[Offering]:
        page = page_of(first, after)
        found = await info.context.run(
            list_offerings, cooperative_id=cooperative_id, page=page, state=state, member_id=member_id
        )
        return Connection.of(found, lambda row: Offering.of(row, info.context), page)

    @strawberry.field(description="One offering in any state, for those who belong to the cooperative.")
    async def offering(self, info: Info, id: UUID) -> Offering:
        return Offering.of(await info.context.run(get_offering, offering_id=id), info.context)


@strawberry.type
class OfferingMutation:
    @strawberry.mutation(description="Write an offering as a draft.")
    async def add_offering(self, info: Info, cooperative_id: UUID, input: OfferingInput) -> Offering:
        apart = ("member_id", "price", "purchase_price", "stock")
        contents = {name: value for name, value in vars(input).items() if name not in apart}
        contents |= {"price_cents": input.price.cents, "tags": tuple(input.tags)}
        contents |= {"purchase_cents": input.purchase_price.cents if input.purchase_price else None}
        found = await info.context.run(
            add_offering,
            cooperative_id=cooperative_id,
            member_id=input.member_id,
            contents=contents,
            stock=input.stock,
        )
        return Offering.of(found, info.context)

    @strawberry.mutation(description="Change what the input names; a published offering gets a new edition.")
    async def change_offering(
        self,
        info: Info,
        id: UUID,
        expected_version: int,
        input: OfferingChange,
    ) -> Offering:
        changes = changed(("image_url", "purchase_price"), **vars(input))
        if "purchase_price" in changes:
            bought = changes.pop("purchase_price")
            changes["purchase_cents"] = bought.cents if bought else None
        if "price" in changes:
            changes["price_cents"] = changes.pop("price").cents
        if "tags" in changes:
            changes["tags"] = tuple(changes["tags"])
        found = await info.context.run(
            change_offering, offering_id=id, expected_version=expected_version, changes=changes
        )
        return Offering.of(found, info.context)

    @strawberry.mutation(description="How many units there are in all; null is unlimited.")
    async def set_stock(self, info: Info, offering_id: UUID, stock: int | None = strawberry.UNSET) -> Offering:
        found = await info.context.run(set_stock, offering_id=offering_id, stock=stated("stock", stock))
        return Offering.of(found, info.context)

    @strawberry.mutation(description="Submit, publish, send back, pause, resume or archive.")
    async def move_offering(
        self,
        info: Info,
        id: UUID,
        verb: OfferingVerb,
        expected_version: int | None = None,
    ) -> Offering:
        found = await info.context.run(
            move_offering, offering_id=id, verb=verb.value, expected_version=expected_version
        )
        return Offering.of(found, info.context)

    @strawberry.mutation(description="Keep units apart during a checkout; name the hold in the order.")
    async def hold_stock(
        self, info: Info, idempotency_key: str, offering_id: UUID, quantity: int, minutes: int = 15
    ) -> Hold:
        once = info.context.keyed(idempotency_key)
        return show(Hold, await once(hold_stock, offering_id=offering_id, quantity=quantity, minutes=minutes))

    @strawberry.mutation(description="Give held units back before the time.")
    async def release_hold(self, info: Info, id: UUID) -> Hold:
        return show(Hold, await info.context.run(release_hold, hold_id=id))
