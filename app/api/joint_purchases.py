"""REST: buying together, from the plan to what everybody paid."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from app.api.deps import KeyedDep, LanguageDep, MustHaveSeenDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import (
    Day,
    In,
    Line,
    Moment,
    Money,
    Out,
    PageOut,
    Text,
    TransitionOut,
    Units,
    Version,
    When,
    given,
    money,
)
from app.domain import joint_purchases as domain
from app.domain.actors import Actor
from app.domain.allocation import SharingRule
from app.domain.joint_purchases import PURCHASE, PurchaseState, draft_article
from app.domain.transitions import available
from app.domain.vat import VatClass
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
from app.vocabulary import WHOLE, MoneyIn

router = noun("joint purchases")
Title = Annotated[str, Field(min_length=1, max_length=200)]
Supplier = Annotated[str, Field(min_length=1, max_length=120)]
Purpose = Annotated[str, Field(min_length=1, max_length=60)]
DeliveryBy = Literal["quantity", "price", "head"]


class TierIn(In):
    """From so many packs on a pack costs `price`, without VAT."""

    from_packs: Annotated[int, Field(strict=True, ge=1, le=1_000_000), WHOLE] = 1
    price: MoneyIn


class MinimumIn(In):
    """The least that can be ordered: one of packs, units, or money without VAT."""

    packs: Units | None = None
    units: Units | None = None
    money: MoneyIn | None = None


class ArticleIn(In):
    """A pack holds `packUnits` of `unit`; a seat of a training or an hour is a pack of one."""

    title: Title
    unit: Annotated[str, Field(min_length=1, max_length=60)]
    pack_units: Annotated[int, Field(strict=True, ge=1, le=100_000), WHOLE] = 1
    tiers: Annotated[list[TierIn], Field(min_length=1, max_length=20)]
    vat_class: VatClass = VatClass.STANDARD
    minimum: MinimumIn = MinimumIn()

    def draft(self) -> domain.Article:
        """The article as it is to be added."""
        least = self.minimum
        return draft_article(
            title=self.title,
            unit=self.unit,
            pack_units=self.pack_units,
            tiers=[(tier.from_packs, tier.price.cents) for tier in self.tiers],
            vat_class=self.vat_class,
            minimum={"packs": least.packs, "units": least.units, "money": least.money.cents if least.money else None},
        )


class JointPurchaseIn(In):
    title: Title
    about: Text = ""
    supplier: Supplier
    purpose: Annotated[Purpose, Field(description="What the savings pot pays for, by the agreement")]
    rule: SharingRule = SharingRule.FIRST_COME
    partner_ids: Annotated[list[UUID], Field(max_length=100)] = []
    tops_up_at: Moment | None = None
    closes_at: Moment
    delivery: MoneyIn = MoneyIn(amount="0")
    delivery_by: DeliveryBy = "quantity"
    discount: MoneyIn = MoneyIn(amount="0")
    articles: Annotated[list[ArticleIn], Field(max_length=1000)] = []


class JointPurchaseChange(In):
    title: Title = ""
    about: Text = ""
    supplier: Supplier = ""
    rule: SharingRule = SharingRule.FIRST_COME
    tops_up_at: Moment | None = None
    closes_at: Moment | None = None
    delivery: MoneyIn | None = None
    delivery_by: DeliveryBy = "quantity"
    discount: MoneyIn | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that are named, as the domain calls them."""
        names = {"delivery": "delivery_cents", "discount": "discount_cents"}
        return {names.get(n, n): v.cents if isinstance(v, MoneyIn) else v for n, v in given(self).items()}


class JointPurchaseMove(In):
    verb: Literal["open", "top_up", "extend", "close", "order", "receive", "cancel", "give_up"]
    closes_at: Moment | None = None
    reason: Line = ""


class UnitsIn(In):
    units: Annotated[Units | None, Field(description="How many more came.")] = None
    units_in_all: Annotated[
        Units | None,
        Field(description="Instead of `units`: how many came in all. Corrects a slip until the purchase is settled."),
    ] = None


class SettlementIn(In):
    total: MoneyIn
    paid_on: Day | None = None


class TierOut(Out):
    from_packs: int
    price: Money = money("cents")


class ArticleOut(Out):
    """`wished` and `tolerated` by all; `missing` more units fill a pack or reach the minimum; `packs` as it stands."""

    id: UUID
    title: str
    unit: str
    pack_units: int
    tiers: list[TierOut]
    vat_class: VatClass
    minimum_units: int
    dropped: bool
    wished: int = 0
    tolerated: int = 0
    packs: int = 0
    missing: int = 0
    ordered_units: int
    received_units: int | None
    digest: str
    version: Version


class JointPurchaseOut(Out):
    id: UUID
    cooperative_id: UUID
    partner_ids: list[UUID]
    title: str
    about: str
    supplier: str
    purpose: str
    rule: SharingRule
    tops_up_at: When | None
    closes_at: When
    delivery: Money = money("delivery_cents")
    delivery_by: str
    discount: Money = money("discount_cents")
    state: PurchaseState
    closed_at: When | None
    settled_on: Day | None
    version: Version
    available_transitions: list[TransitionOut] = []

    @classmethod
    def of(cls, purchase: domain.JointPurchase, actor: Actor, language: str) -> "JointPurchaseOut":
        found = available(PURCHASE, purchase, lambda right: actor.may(right, purchase.cooperative_id))
        return cls.model_validate(purchase).model_copy(
            update={"available_transitions": TransitionOut.all_of(found, language)}
        )


class StandOut(JointPurchaseOut):
    """A purchase with its articles and how each stands now."""

    articles: list[ArticleOut] = []

    @classmethod
    def of_stand(cls, stand: Stand, actor: Actor, language: str) -> "StandOut":
        shown = [_article(article, stand) for article in stand.articles]
        return cls(**dict(JointPurchaseOut.of(stand.purchase, actor, language)), articles=shown)


def _article(article: domain.Article, stand: Stand) -> ArticleOut:
    wanted = stand.demands.get(article.id)
    shown = ArticleOut.model_validate(article)
    if wanted is None or article.dropped:
        return shown
    now = {"wished": wanted.firm, "tolerated": wanted.tolerance, "packs": wanted.packs, "missing": wanted.missing}
    return shown.model_copy(update=now)


@router.get("/cooperatives/{cooperative_id}/joint-purchases")
async def list_all(
    cooperative_id: UUID,
    run: RunDep,
    language: LanguageDep,
    page: PageDep,
    request: Request,
    response: Response,
    state: PurchaseState | None = None,
) -> PageOut[JointPurchaseOut]:
    """The purchases that a cooperative leads or takes part in, newest first."""
    found = await run(list_joint_purchases, cooperative_id=cooperative_id, page=page, state=state)
    link_next(request, response, found)
    return PageOut.of(found, lambda row: JointPurchaseOut.of(row, run.actor, language))


@router.post("/cooperatives/{cooperative_id}/joint-purchases", status_code=201)
async def plan(
    cooperative_id: UUID, body: JointPurchaseIn, keyed: KeyedDep, language: LanguageDep, response: Response
) -> StandOut:
    """Plan a purchase with its articles; it is seen by others once it is opened."""
    run, once = keyed
    stated = body.model_dump(exclude={"articles", "delivery", "discount"})
    made = await once(
        plan_joint_purchase,
        cooperative_id=cooperative_id,
        drafts=[article.draft() for article in body.articles],
        delivery_cents=body.delivery.cents,
        discount_cents=body.discount.cents,
        **stated,
    )
    response.headers["Location"] = f"/v1/joint-purchases/{made.purchase.id}"
    tag(response, made.purchase.version)
    return StandOut.of_stand(made, run.actor, language)


@router.get("/joint-purchases/{purchase_id}")
async def get(purchase_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> StandOut:
    """A purchase with its articles: what is wished, what is still missing, what the caller can do next."""
    found = await run(get_joint_purchase, purchase_id=purchase_id)
    tag(response, found.purchase.version)
    return StandOut.of_stand(found, run.actor, language)


@router.patch("/joint-purchases/{purchase_id}")
async def change(
    purchase_id: UUID,
    body: JointPurchaseChange,
    run: RunDep,
    language: LanguageDep,
    seen: MustHaveSeenDep,
    response: Response,
) -> JointPurchaseOut:
    """Change what the body names."""
    changed = await run(change_joint_purchase, purchase_id=purchase_id, changes=body.changes(), expected_version=seen)
    tag(response, changed.version)
    return JointPurchaseOut.of(changed, run.actor, language)


@router.post("/joint-purchases/{purchase_id}/transitions")
async def move(
    purchase_id: UUID,
    body: JointPurchaseMove,
    keyed: KeyedDep,
    language: LanguageDep,
    seen: SeenDep,
    response: Response,
) -> JointPurchaseOut:
    """Open, top up, extend, close, order, receive, cancel, or give up below the minimum."""
    run, once = keyed
    moved = await once(
        move_joint_purchase,
        purchase_id=purchase_id,
        verb=body.verb,
        closes_at=body.closes_at,
        reason=body.reason,
        expected_version=seen,
    )
    tag(response, moved.version)
    return JointPurchaseOut.of(moved, run.actor, language)


@router.post("/joint-purchases/{purchase_id}/articles", status_code=201)
async def add(purchase_id: UUID, body: ArticleIn, keyed: KeyedDep, response: Response) -> ArticleOut:
    """One more article, while wishing goes on."""
    _, once = keyed
    made = await once(add_article, purchase_id=purchase_id, draft=body.draft())
    tag(response, made.version)
    return ArticleOut.model_validate(made)


@router.post("/purchase-articles/{article_id}/drops", status_code=201)
async def drop(article_id: UUID, keyed: KeyedDep, seen: SeenDep, response: Response) -> ArticleOut:
    """Order nothing of an article; what was reserved for it is free again."""
    _, once = keyed
    dropped = await once(drop_article, article_id=article_id, expected_version=seen)
    tag(response, dropped.version)
    return ArticleOut.model_validate(dropped)


@router.post("/purchase-articles/{article_id}/receipts", status_code=201)
async def receive(article_id: UUID, body: UnitsIn, keyed: KeyedDep, response: Response) -> ArticleOut:
    """Record that so many units came; a delivery may come in parts. Or correct how many came in all."""
    _, once = keyed
    received = await once(receive_units, article_id=article_id, units=body.units, units_in_all=body.units_in_all)
    tag(response, received.version)
    return ArticleOut.model_validate(received)


@router.post("/joint-purchases/{purchase_id}/settlements", status_code=201)
async def settle(
    purchase_id: UUID, body: SettlementIn, keyed: KeyedDep, language: LanguageDep, seen: SeenDep, response: Response
) -> JointPurchaseOut:
    """Pay the supplier and book what everybody pays, once; not by who ordered."""
    run, once = keyed
    done = await once(
        settle_joint_purchase,
        purchase_id=purchase_id,
        total_cents=body.total.cents,
        paid_on=body.paid_on,
        expected_version=seen,
    )
    tag(response, done.version)
    return JointPurchaseOut.of(done, run.actor, language)
