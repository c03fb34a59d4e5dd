"""Buying together, from the plan to what everybody paid."""

from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain.buying import joint_purchases as domain
from app.domain.buying.allocation import SharingRule
from app.domain.buying.joint_purchases import PURCHASE, DeliveryBy, PurchaseState
from app.domain.vat import VatClass
from app.ids import CooperativeId, JointPurchaseId, PurchaseArticleId
from app.usecases.buying import joint_purchases as usecases
from app.usecases.buying.purchase_costs import receive_units, settle_joint_purchase


@shape(domain.Tier)
class Tier:
    """From so many packs on a pack costs `price`."""

    from_packs: int
    """From how many packs on."""
    price: Money = cents("cents")
    """The price of a pack, without VAT."""


@shape(domain.StandingArticle)
class PurchaseArticle:
    """Something of which whole packs are bought, and what is wished of it now by all."""

    id: PurchaseArticleId
    title: str
    """What it is called."""
    unit: str
    """What its units are."""
    pack_units: int
    """How many units are in a pack."""
    tiers: list[Tier]
    """Its prices, from one pack on."""
    vat_class: VatClass
    minimum_units: int
    """The least to order, in units."""
    dropped: bool
    """Whether nothing of it is ordered any more."""
    wished: int
    """How many units are wished for sure."""
    tolerated: int
    """How many more units would be taken to fill a pack."""
    packs: int
    """The packs that would be ordered now."""
    missing: int
    """How many more units fill a pack or reach the minimum."""
    ordered_units: int
    """How many units were ordered, once it is closed."""
    received_units: int | None
    """How many units came; null until something did."""
    digest: str
    """SHA-256 of what the shares follow from, once it is closed."""
    version: int


@shape(domain.JointPurchase)
class JointPurchase:
    """What a cooperative buys for its members, and together with others."""

    id: JointPurchaseId
    cooperative_id: CooperativeId
    """The cooperative that leads."""
    partner_ids: list[CooperativeId]
    """The cooperatives that take part beside it."""
    title: str
    """What it is called."""
    about: str
    """What others should know of it."""
    supplier: str
    """The supplier that sells it."""
    purpose: str
    """What the savings pot pays for, by the agreement."""
    rule: SharingRule
    """How units are shared if there are fewer than were wished."""
    tops_up_at: datetime | None
    """From when on only what fills packs may be wished; null: never."""
    closes_at: datetime
    """Until when everybody may wish."""
    delivery: Money
    """What delivery costs in all, with VAT."""
    delivery_by: DeliveryBy
    """By what everybody pays a part of the delivery."""
    discount: Money
    """What the supplier takes off in all, with VAT."""
    state: PurchaseState
    closed_at: datetime | None
    """When it was closed."""
    settled_on: date | None
    """The day on which the supplier was paid."""
    version: int
    available_transitions: list[Step] = steps("JointPurchaseTransition", PURCHASE)


@shape(usecases.Stand)
class JointPurchaseStand:
    """A purchase with its articles as they stand now."""

    purchase: JointPurchase
    """The purchase."""
    articles: list[PurchaseArticle]
    """Its articles, with what is wished of each and still missing."""


THERE = "/cooperatives/{cooperative_id}/joint-purchases"
ONE = "/joint-purchases/{purchase_id}"
ARTICLE = "/purchase-articles/{article_id}"
joint_purchases = Noun("joint purchases")
joint_purchases.get(THERE, usecases.list_joint_purchases, JointPurchase)
joint_purchases.post(
    THERE, usecases.plan_joint_purchase, JointPurchaseStand, opens="/joint-purchases", holds="purchase"
)
joint_purchases.get(ONE, usecases.get_joint_purchase, JointPurchaseStand, holds="purchase")
joint_purchases.patch(ONE, usecases.change_joint_purchase, JointPurchase)
joint_purchases.move(f"{ONE}/transitions", usecases.move_joint_purchase, JointPurchase)
joint_purchases.post(f"{ONE}/articles", usecases.add_article, PurchaseArticle, field="add_purchase_article")
joint_purchases.post(f"{ARTICLE}/drops", usecases.drop_article, PurchaseArticle, field="drop_purchase_article")
joint_purchases.post(f"{ARTICLE}/receipts", receive_units, PurchaseArticle)
joint_purchases.post(f"{ONE}/settlements", settle_joint_purchase, JointPurchase)
