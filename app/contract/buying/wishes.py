"""Wishes of a joint purchase, their allocation, and the order to the supplier."""

from datetime import datetime

from app.adapters.messages import explain
from app.contract.operation import Noun
from app.contract.shape import Money, Viewer, computed, shape, show
from app.domain.buying import allocation, purchase_costs
from app.domain.buying import joint_purchases as domain
from app.domain.buying.allocation import SharingRule
from app.domain.buying.joint_purchases import PaidBy
from app.ids import CooperativeId, JointPurchaseId, MemberId, PurchaseArticleId, WishId
from app.usecases.buying.joint_purchases import get_allocation
from app.usecases.buying.purchase_costs import credit_wish, get_supplier_order
from app.usecases.buying.wishes import list_wishes, lock_wish, wish_for


@shape(domain.Wish)
class Wish:
    """A wish for an article: its units, reserved amount and payment."""

    id: WishId
    purchase_id: JointPurchaseId
    """The joint purchase."""
    article_id: PurchaseArticleId
    """The article."""
    cooperative_id: CooperativeId
    """The cooperative that takes part."""
    member_id: MemberId | None
    """The member who gets it; null if it is for the cooperative itself."""
    paid_by: PaidBy
    """The source of the money: the member's savings pot, or the cooperative's fund."""
    quantity: int
    """The number of units wished for certain."""
    tolerance: int
    """The number of extra units accepted to fill a pack."""
    reserved: Money
    """The amount reserved now."""
    locked_units: int | None
    """The units that were set by hand; null if they are shared out."""
    units: int
    """The number of units that it gets."""
    charged: Money
    """The amount paid for it."""
    credited: Money
    """The supplier's credit on that."""
    version: int


@shape(purchase_costs.OrderedLine)
class OrderedLine:
    """The packs of one article."""

    article: str
    """The article."""
    unit: str
    """The unit, such as litre."""
    packs: int
    """The number of packs ordered."""
    pack_units: int
    """The number of units in a pack."""
    units: int
    """The number of units ordered."""
    pack_price: Money
    """The price of a pack, without VAT."""
    net: Money
    """The price of all packs, without VAT."""
    gross: Money
    """The price of all packs, with VAT."""


@shape(purchase_costs.SupplierOrder)
class SupplierOrder:
    """The order to the supplier."""

    supplier: str
    """The supplier that sells it."""
    title: str
    """The title of the purchase."""
    lines: list[OrderedLine]
    """The articles with packs to order."""
    delivery: Money
    """The cost of delivery."""
    discount: Money
    """The discount of the supplier."""
    total: Money
    """The total, with VAT."""


@shape(allocation.Change)
class WishChange:
    """A change of the units of a wish."""

    number: int
    """Its number among all changes of the purchase."""
    at: datetime
    """When it was made."""
    quantity: int
    """The number of units wished for certain."""
    tolerance: int
    """The number of extra units accepted to fill a pack."""


@shape(allocation.WishLine)
class WishHistory:
    """A wish without a name."""

    wish: WishId = computed(lambda line, _: line.wish_id)
    """The wish."""
    locked: int | None
    """The units that were set by hand; null if they are shared out."""
    changes: list[WishChange]
    """The changes of the wish, oldest first."""


def _reason(line: allocation.AllocatedLine, viewer: Viewer) -> str:
    facts = {"quantity": line.wish.quantity, "asked_tolerance": line.wish.tolerance, "there": line.there}
    got = {"units": line.got.units, "firm": line.got.firm, "tolerance": line.got.tolerance}
    return explain(f"allocated_{line.how}", facts | got, viewer.language)


@shape(allocation.AllocatedLine)
class AllocatedWish:
    """The units that a wish gets, and the reason."""

    wish: WishId = computed(lambda line, _: line.got.wish_id)
    """The wish."""
    firm: int = computed(lambda line, _: line.got.firm)
    """The units from its certain quantity."""
    tolerance: int = computed(lambda line, _: line.got.tolerance)
    """The units from its tolerance."""
    units: int = computed(lambda line, _: line.got.units)
    """The total number of units."""
    reason: str = computed(_reason)
    """The reason, in the caller's language."""


@shape(allocation.ArticleAllocation)
class AllocationResult:
    """The result of the allocation of an article."""

    packs: int = computed(lambda one, _: one.result.packs)
    """The number of packs ordered."""
    units: int = computed(lambda one, _: one.result.units)
    """The number of units to share."""
    left: int = computed(lambda one, _: one.result.left)
    """The number of units that nobody asked for; the lead keeps them."""
    digest: str = computed(lambda one, _: one.result.digest)
    """SHA-256 of the inputs."""
    lines: list[AllocatedWish]
    """The units of each wish."""


@shape(allocation.ArticleAllocation)
class ArticleAllocation:
    """The allocation of an article: its result, and the inputs from which everybody can compute it again."""

    article: PurchaseArticleId
    """The article."""
    title: str
    """The name."""
    rule: SharingRule = computed(lambda one, _: one.inputs.rule)
    """The rule that shares units if there are fewer than were wished."""
    pack_units: int = computed(lambda one, _: one.inputs.pack_units)
    """The number of units in a pack."""
    minimum_units: int = computed(lambda one, _: one.inputs.minimum_units)
    """The least to order, in units."""
    units: int | None = computed(lambda one, _: one.inputs.units)
    """The units that came or were ordered; null while the wishes still decide the packs."""
    wishes: list[WishHistory] = computed(
        lambda one, viewer: [show(WishHistory, line, viewer) for line in one.inputs.lines]
    )
    """All wishes for it."""
    result: AllocationResult = computed(lambda one, viewer: show(AllocationResult, one, viewer))
    """The result."""


@shape(allocation.PurchaseAllocation)
class Allocation:
    """The allocation of a joint purchase, with reasons and without names."""

    articles: list[ArticleAllocation]
    """Its articles."""


OF_A_PURCHASE = "/joint-purchases/{purchase_id}"
wishes = Noun("joint purchases")
wishes.get(f"{OF_A_PURCHASE}/wishes", list_wishes, Wish)
wishes.post("/wishes", wish_for, Wish)
wishes.post("/wishes/{wish_id}/locks", lock_wish, Wish)
wishes.get(f"{OF_A_PURCHASE}/allocation", get_allocation, Allocation)
wishes.get(f"{OF_A_PURCHASE}/supplier-order", get_supplier_order, SupplierOrder)
wishes.post("/wishes/{wish_id}/credits", credit_wish, Wish)
