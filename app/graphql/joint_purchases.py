"""GraphQL: buying together, from the plan to what everybody paid."""

from collections.abc import AsyncGenerator
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from app.domain import joint_purchases as domain
from app.domain.actors import Actor
from app.domain.allocation import SharingRule
from app.domain.joint_purchases import PURCHASE, PurchaseState, draft_article
from app.domain.transitions import available
from app.domain.vat import VatClass
from app.graphql.context import Info
from app.graphql.types import AvailableTransitionType, Connection, Money, MoneyInput, Node, changed, page_of, show
from app.graphql.watch import watch
from app.usecases.joint_purchases import (
    Stand,
    add_article,
    change_joint_purchase,
    drop_article,
    get_joint_purchase,
    list_joint_purchases,
    move_joint_purchase,
    plan_joint_purchase,
)
from app.usecases.purchase_settlements import receive_units, settle_joint_purchase

strawberry.enum(PurchaseState)
strawberry.enum(SharingRule)


@strawberry.enum
class DeliveryBy(Enum):
    QUANTITY = "quantity"
    PRICE = "price"
    HEAD = "head"


@strawberry.enum
class JointPurchaseVerb(Enum):
    OPEN = "open"
    TOP_UP = "top_up"
    EXTEND = "extend"
    CLOSE = "close"
    ORDER = "order"
    RECEIVE = "receive"
    CANCEL = "cancel"
    GIVE_UP = "give_up"


@strawberry.type(description="From so many packs on a pack costs `price`, without VAT.")
class Tier:
    from_packs: int
    price: Money


@strawberry.type(description="`missing` more units fill a pack or reach the minimum; `packs` as it stands.")
class PurchaseArticle:
    id: UUID
    title: str
    unit: str
    pack_units: int
    tiers: list[Tier]
    vat_class: VatClass
    minimum_units: int
    dropped: bool
    wished: int
    tolerated: int
    packs: int
    missing: int
    ordered_units: int
    received_units: int | None
    digest: str
    version: int

    @classmethod
    def of(cls, article: domain.Article, stand: Stand | None = None) -> "PurchaseArticle":
        wanted = stand.demands.get(article.id) if stand and not article.dropped else None
        return show(
            cls,
            article,
            tiers=[Tier(from_packs=tier.from_packs, price=Money.of(tier.cents)) for tier in article.tiers],
            wished=wanted.firm if wanted else 0,
            tolerated=wanted.tolerance if wanted else 0,
            packs=wanted.packs if wanted else 0,
            missing=wanted.missing if wanted else 0,
        )


@strawberry.type
class JointPurchase(Node):
    cooperative_id: UUID
    partner_ids: list[UUID]
    title: str
    about: str
    supplier: str
    purpose: str
    rule: SharingRule
    tops_up_at: datetime | None
    closes_at: datetime
    delivery: Money
    delivery_by: str
    discount: Money
    state: PurchaseState
    closed_at: datetime | None
    settled_on: date | None
    version: int
    available_transitions: list[AvailableTransitionType]

    @classmethod
    def of(cls, purchase: domain.JointPurchase, actor: Actor) -> "JointPurchase":
        found = available(PURCHASE, purchase, lambda right: actor.may(right, purchase.cooperative_id))
        partners, transitions = list(purchase.partner_ids), AvailableTransitionType.all_of(found)
        return show(cls, purchase, partner_ids=partners, available_transitions=transitions)


@strawberry.type(description="A purchase with its articles and how each stands now.")
class JointPurchaseStand:
    purchase: JointPurchase
    articles: list[PurchaseArticle]

    @classmethod
    def of(cls, stand: Stand, actor: Actor) -> "JointPurchaseStand":
        articles = [PurchaseArticle.of(article, stand) for article in stand.articles]
        return cls(purchase=JointPurchase.of(stand.purchase, actor), articles=articles)


@strawberry.input(description="From so many packs on a pack costs `price`, without VAT.")
class TierInput:
    price: MoneyInput
    from_packs: int = 1


@strawberry.input(description="The least that can be ordered: one of packs, units, or money without VAT.")
class MinimumInput:
    packs: int | None = None
    units: int | None = None
    money: MoneyInput | None = None


@strawberry.input(description="A pack holds `packUnits` of `unit`; a seat of a training or an hour is a pack of one.")
class PurchaseArticleInput:
    title: str
    unit: str
    tiers: list[TierInput]
    pack_units: int = 1
    vat_class: VatClass = VatClass.STANDARD
    minimum: MinimumInput | None = None

    def draft(self) -> domain.Article:
        """The article as it is to be added."""
        least = self.minimum or MinimumInput()
        return draft_article(
            title=self.title,
            unit=self.unit,
            pack_units=self.pack_units,
            tiers=[(tier.from_packs, tier.price.cents) for tier in self.tiers],
            vat_class=self.vat_class,
            minimum={"packs": least.packs, "units": least.units, "money": least.money.cents if least.money else None},
        )


@strawberry.input
class JointPurchaseInput:
    title: str
    supplier: str
    purpose: str = strawberry.field(description="What the savings pot pays for, by the agreement")
    closes_at: datetime
    articles: list[PurchaseArticleInput]
    about: str = ""
    rule: SharingRule = SharingRule.FIRST_COME
    partner_ids: list[UUID] = strawberry.field(default_factory=list)
    tops_up_at: datetime | None = None
    delivery: MoneyInput | None = None
    delivery_by: DeliveryBy = DeliveryBy.QUANTITY
    discount: MoneyInput | None = None


@strawberry.input
class JointPurchaseChange:
    title: str | None = strawberry.UNSET
    about: str | None = strawberry.UNSET
    supplier: str | None = strawberry.UNSET
    rule: SharingRule | None = strawberry.UNSET
    tops_up_at: datetime | None = strawberry.UNSET
    closes_at: datetime | None = strawberry.UNSET
    delivery: MoneyInput | None = strawberry.UNSET
    delivery_by: DeliveryBy | None = strawberry.UNSET
    discount: MoneyInput | None = strawberry.UNSET

    def changes(self) -> dict[str, Any]:
        """The fields that are named, as the domain calls them."""
        names = {"delivery": "delivery_cents", "discount": "discount_cents"}
        found = changed(("tops_up_at",), **vars(self))
        return {names.get(name, name): _plain(value) for name, value in found.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, MoneyInput):
        return value.cents
    return value.value if isinstance(value, DeliveryBy) else value


@strawberry.type
class JointPurchaseQuery:
    @strawberry.field(description="The purchases that a cooperative leads or takes part in, newest first.")
    async def joint_purchases(
        self,
        info: Info,
        cooperative_id: UUID,
        first: int = 20,
        after: str | None = None,
        state: PurchaseState | None = None,
    ) -> Connection[JointPurchase]:
        page = page_of(first, after)
        found = await info.context.run(list_joint_purchases, cooperative_id=cooperative_id, page=page, state=state)
        return Connection.of(found, lambda row: JointPurchase.of(row, info.context.actor), page)

    @strawberry.field(description="A purchase with its articles: what is wished and what is still missing.")
    async def joint_purchase(self, info: Info, id: UUID) -> JointPurchaseStand:
        found = await info.context.run(get_joint_purchase, purchase_id=id)
        return JointPurchaseStand.of(found, info.context.actor)


@strawberry.type
class JointPurchaseSubscription:
    @strawberry.subscription(description="A purchase as it stands, now and after every change; ends when it is over.")
    async def joint_purchase(self, info: Info, id: UUID) -> AsyncGenerator[JointPurchaseStand, None]:
        def over(stand: Stand) -> bool:
            return stand.purchase.state in domain.OVER

        async for found in watch(info.context, lambda run: run(get_joint_purchase, purchase_id=id), over):
            yield JointPurchaseStand.of(found, info.context.actor)


@strawberry.type
class JointPurchaseMutation:
    @strawberry.mutation(description="Plan a purchase with its articles; it is seen by others once it is opened.")
    async def plan_joint_purchase(
        self, info: Info, idempotency_key: str, cooperative_id: UUID, purchase: JointPurchaseInput
    ) -> JointPurchaseStand:
        made = await info.context.keyed(idempotency_key)(
            plan_joint_purchase,
            cooperative_id=cooperative_id,
            title=purchase.title,
            supplier=purchase.supplier,
            purpose=purchase.purpose,
            closes_at=purchase.closes_at,
            drafts=[article.draft() for article in purchase.articles],
            partner_ids=purchase.partner_ids,
            about=purchase.about,
            rule=purchase.rule,
            tops_up_at=purchase.tops_up_at,
            delivery_cents=purchase.delivery.cents if purchase.delivery else 0,
            delivery_by=purchase.delivery_by.value,
            discount_cents=purchase.discount.cents if purchase.discount else 0,
        )
        return JointPurchaseStand.of(made, info.context.actor)

    @strawberry.mutation(description="Change what is named.")
    async def change_joint_purchase(
        self, info: Info, id: UUID, expected_version: int, changes: JointPurchaseChange
    ) -> JointPurchase:
        made = await info.context.run(
            change_joint_purchase, purchase_id=id, changes=changes.changes(), expected_version=expected_version
        )
        return JointPurchase.of(made, info.context.actor)

    @strawberry.mutation(description="Open, top up, extend, close, order, receive, cancel, or give up.")
    async def move_joint_purchase(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        verb: JointPurchaseVerb,
        closes_at: datetime | None = None,
        reason: str = "",
        expected_version: int | None = None,
    ) -> JointPurchase:
        moved = await info.context.keyed(idempotency_key)(
            move_joint_purchase,
            purchase_id=id,
            verb=verb.value,
            closes_at=closes_at,
            reason=reason,
            expected_version=expected_version,
        )
        return JointPurchase.of(moved, info.context.actor)

    @strawberry.mutation(description="One more article, while wishing goes on.")
    async def add_purchase_article(
        self, info: Info, idempotency_key: str, id: UUID, article: PurchaseArticleInput
    ) -> PurchaseArticle:
        once = info.context.keyed(idempotency_key)
        return PurchaseArticle.of(await once(add_article, purchase_id=id, draft=article.draft()))

    @strawberry.mutation(description="Order nothing of an article; what was reserved for it is free again.")
    async def drop_purchase_article(
        self, info: Info, idempotency_key: str, id: UUID, expected_version: int | None = None
    ) -> PurchaseArticle:
        once = info.context.keyed(idempotency_key)
        return PurchaseArticle.of(await once(drop_article, article_id=id, expected_version=expected_version))

    @strawberry.mutation(
        description="Record that so many units of an article came; or, until it is settled, correct how many in all."
    )
    async def receive_units(
        self, info: Info, idempotency_key: str, id: UUID, units: int | None = None, units_in_all: int | None = None
    ) -> PurchaseArticle:
        once = info.context.keyed(idempotency_key)
        return PurchaseArticle.of(await once(receive_units, article_id=id, units=units, units_in_all=units_in_all))

    @strawberry.mutation(description="Pay the supplier and book what everybody pays, once; not by who ordered.")
    async def settle_joint_purchase(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        total: MoneyInput,
        paid_on: date | None = None,
        expected_version: int | None = None,
    ) -> JointPurchase:
        done = await info.context.keyed(idempotency_key)(
            settle_joint_purchase,
            purchase_id=id,
            total_cents=total.cents,
            paid_on=paid_on,
            expected_version=expected_version,
        )
        return JointPurchase.of(done, info.context.actor)
