"""Joint purchases, from the plan to everybody's payment."""

from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain.buying import joint_purchases as domain
from app.domain.buying import purchase_articles
from app.domain.buying.allocation import SharingRule
from app.domain.buying.joint_purchases import PURCHASE, DeliveryBy, PurchaseState
from app.domain.vat import VatClass
from app.ids import CooperativeId, JointPurchaseId, PurchaseArticleId
from app.usecases.buying import joint_purchases as usecases
from app.usecases.buying.purchase_costs import price_article, receive_units, settle_joint_purchase


@shape(purchase_articles.Tier)
class Tier:
    """From `fromPacks` packs on, a pack costs `price`."""

    from_packs: int
    """The smallest number of packs with this price."""
    price: Money = cents("cents")
    """The price of a pack, without VAT."""


@shape(purchase_articles.StandingArticle)
class PurchaseArticle:
    """An article that is bought in whole packs, with the present total of all wishes."""

    id: PurchaseArticleId
    title: str
    """The name."""
    unit: str
    """The unit, such as litre."""
    pack_units: int
    """The number of units in a pack."""
    tiers: list[Tier]
    """Its prices, from one pack on."""
    vat_class: VatClass
    minimum_units: int
    """The least to order, in units."""
    dropped: bool
    """Whether the article was dropped."""
    wished: int
    """The number of units wished for certain."""
    tolerated: int
    """The number of extra units accepted to fill a pack."""
    packs: int
    """The packs that would be ordered now."""
    missing: int
    """The number of units missing to fill a pack or reach the minimum."""
    ordered_units: int
    """The number of units ordered, once it is closed."""
    received_units: int | None
    """The number of units that came; null before the first delivery."""
    received_on: date | None
    """The day of the last delivery, which decides the VAT rate."""
    pack_price: Money = cents("pack_price_cents")
    """The price of a pack, without VAT: as billed, or else by the order."""
    price_reason: str
    """Why the billed price is not that of the order."""
    digest: str
    """SHA-256 of the inputs of the allocation, once it is closed."""
    version: int


@shape(domain.JointPurchase)
class JointPurchase:
    """A purchase that a cooperative makes with its members and with other cooperatives."""

    id: JointPurchaseId
    cooperative_id: CooperativeId
    """The cooperative that leads."""
    partner_ids: list[CooperativeId]
    """The cooperatives that take part beside it."""
    title: str
    """The name."""
    about: str
    """A description for others."""
    supplier: str
    """The supplier that sells it."""
    purpose: str
    """The purpose that savings pots pay for, by the agreement."""
    rule: SharingRule
    """The rule that shares units if there are fewer than were wished."""
    tops_up_at: datetime | None
    """From when on only wishes that fill packs are accepted; null: never."""
    closes_at: datetime
    """The moment at which wishing ends."""
    delivery: Money
    """The cost of delivery, with VAT."""
    delivery_by: DeliveryBy
    """How the cost of delivery is shared."""
    discount: Money
    """The discount of the supplier, with VAT."""
    deductible: bool
    """Whether the goods are for taxed work, so that their VAT is deducted and only the net is shared."""
    state: PurchaseState
    closed_at: datetime | None
    """When it was closed."""
    settled_on: date | None
    """The day on which the supplier was paid."""
    total: Money | None
    """The total of the supplier's bill, with VAT; null before it is settled."""
    risen: Money
    """What the lead's fund paid because prices rose above what wishes pay."""
    version: int
    available_transitions: list[Step] = steps("JointPurchaseTransition", PURCHASE)


@shape(usecases.Stand)
class JointPurchaseStand:
    """A purchase with the present state of its articles."""

    purchase: JointPurchase
    """The purchase."""
    articles: list[PurchaseArticle]
    """Its articles, with the total wish for each and what is missing."""


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
joint_purchases.patch(ARTICLE, price_article, PurchaseArticle, field="price_purchase_article")
joint_purchases.post(f"{ARTICLE}/receipts", receive_units, PurchaseArticle)
joint_purchases.post(f"{ONE}/settlements", settle_joint_purchase, JointPurchase)
