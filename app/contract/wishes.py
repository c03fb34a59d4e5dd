"""What everybody wishes of a joint purchase, and the order to its supplier."""

from app.contract.operation import Noun
from app.contract.shape import Money, seen, shape
from app.domain import joint_purchases as domain
from app.domain import purchase_costs
from app.usecases.purchase_settlements import credit_wish, get_supplier_order
from app.usecases.wishes import list_wishes, lock_wish, wish_for
from app.vocabulary import CooperativeId, JointPurchaseId, MemberId, PurchaseArticleId, WishId


@shape(domain.Wish)
class Wish:
    """What was wished of an article, is set apart for it, was got and was paid."""

    id: WishId
    """Its id."""
    purchase_id: JointPurchaseId
    """The joint purchase."""
    article_id: PurchaseArticleId
    """What is wished for."""
    cooperative_id: CooperativeId
    """The cooperative that takes part."""
    member_id: MemberId | None
    """The member who gets it; null if it is for the cooperative itself."""
    paid_by: str = seen(lambda wish, _: wish.paid_by)
    """What pays it: `pot`, the member's savings pot, or `account`, the cooperative's fund."""
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
    """Changes with every change; REST's ETag."""


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
    """Who sells it."""
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


OF_A_PURCHASE = "/joint-purchases/{purchase_id}"
wishes = Noun("joint purchases")
wishes.get(f"{OF_A_PURCHASE}/wishes", list_wishes, Wish)
wishes.post("/wishes", wish_for, Wish)
wishes.post("/wishes/{wish_id}/locks", lock_wish, Wish)
wishes.get(f"{OF_A_PURCHASE}/supplier-order", get_supplier_order, SupplierOrder)
wishes.post("/wishes/{wish_id}/credits", credit_wish, Wish)
