"""What everybody wishes of a joint purchase and gets, and the order to its supplier."""

from datetime import datetime

from app.adapters.messages import explain
from app.contract.operation import Noun
from app.contract.shape import Money, Viewer, seen, shape, show
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
    """What was wished of an article, is set apart for it, was got and was paid."""

    id: WishId
    purchase_id: JointPurchaseId
    """The joint purchase."""
    article_id: PurchaseArticleId
    """What is wished for."""
    cooperative_id: CooperativeId
    """The cooperative that takes part."""
    member_id: MemberId | None
    """The member who gets it; null if it is for the cooperative itself."""
    paid_by: PaidBy
    """What pays it: the member's savings pot, or the cooperative's fund."""
    quantity: int
    """How many units are wished for sure."""
    tolerance: int
    """How many more units would be taken to fill a pack."""
    reserved: Money
    """What is set apart for it now."""
    locked_units: int | None
    """The units that were set by hand; null if they are shared out."""
    units: int
    """How many units it gets."""
    charged: Money
    """What was paid for it."""
    credited: Money
    """What the supplier gave back of that."""
    version: int


@shape(purchase_costs.OrderedLine)
class OrderedLine:
    """The packs of one article."""

    article: str
    """What is ordered."""
    unit: str
    """What its units are."""
    packs: int
    """How many packs are ordered."""
    pack_units: int
    """How many units are in a pack."""
    units: int
    """How many units are ordered."""
    pack_price: Money
    """The price of a pack, without VAT."""
    net: Money
    """The price of all packs, without VAT."""
    gross: Money
    """The price of all packs, with VAT."""


@shape(purchase_costs.SupplierOrder)
class SupplierOrder:
    """What to order from the supplier."""

    supplier: str
    """The supplier that sells it."""
    title: str
    """What the purchase is called."""
    lines: list[OrderedLine]
    """The articles of which there are packs to order."""
    delivery: Money
    """What delivery costs."""
    discount: Money
    """What the supplier takes off."""
    total: Money
    """What it costs in all, with VAT."""


@shape(allocation.Change)
class WishChange:
    """From here on a wish stood at other units."""

    number: int
    """Its place among all changes of the purchase."""
    at: datetime
    """When it was made."""
    quantity: int
    """How many units were wished for sure."""
    tolerance: int
    """How many more would be taken to fill a pack."""


@shape(allocation.WishLine)
class WishHistory:
    """A wish without a name."""

    wish: WishId = seen(lambda line, _: line.wish_id)
    """The wish."""
    locked: int | None
    """The units that were set by hand; null if they are shared out."""
    changes: list[WishChange]
    """How it became what it is, oldest first."""


def _reason(line: allocation.AllocatedLine, viewer: Viewer) -> str:
    facts = {"quantity": line.wish.quantity, "asked_tolerance": line.wish.tolerance, "there": line.there}
    got = {"units": line.got.units, "firm": line.got.firm, "tolerance": line.got.tolerance}
    return explain(f"allocated_{line.how}", facts | got, viewer.language)


@shape(allocation.AllocatedLine)
class AllocatedWish:
    """What a wish gets, and why."""

    wish: WishId = seen(lambda line, _: line.got.wish_id)
    """The wish."""
    firm: int = seen(lambda line, _: line.got.firm)
    """What it gets of what was wished for sure."""
    tolerance: int = seen(lambda line, _: line.got.tolerance)
    """What it gets of what would be taken to fill a pack."""
    units: int = seen(lambda line, _: line.got.units)
    """What it gets in all."""
    reason: str = seen(_reason)
    """Why, in the caller's language."""


@shape(allocation.ArticleAllocation)
class AllocationResult:
    """What comes out for an article."""

    packs: int = seen(lambda one, _: one.result.packs)
    """How many packs are ordered."""
    units: int = seen(lambda one, _: one.result.units)
    """How many units there are to share."""
    left: int = seen(lambda one, _: one.result.left)
    """How many units nobody asked for; the lead keeps them."""
    digest: str = seen(lambda one, _: one.result.digest)
    """SHA-256 of the inputs."""
    lines: list[AllocatedWish]
    """What each wish gets."""


@shape(allocation.ArticleAllocation)
class ArticleAllocation:
    """Who gets what of an article: its inputs, from which anybody can work it out again, and the result."""

    article: PurchaseArticleId
    """The article."""
    title: str
    """What it is called."""
    rule: SharingRule = seen(lambda one, _: one.inputs.rule)
    """How units are shared if there are fewer than were wished."""
    pack_units: int = seen(lambda one, _: one.inputs.pack_units)
    """How many units are in a pack."""
    minimum_units: int = seen(lambda one, _: one.inputs.minimum_units)
    """The least to order, in units."""
    units: int | None = seen(lambda one, _: one.inputs.units)
    """What came or was ordered; null while the packs to order still follow from the wishes."""
    wishes: list[WishHistory] = seen(lambda one, viewer: [show(WishHistory, line, viewer) for line in one.inputs.lines])
    """All wishes for it."""
    result: AllocationResult = seen(lambda one, viewer: show(AllocationResult, one, viewer))
    """What comes out."""


@shape(allocation.PurchaseAllocation)
class Allocation:
    """Who gets what of a joint purchase and why, without names."""

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
