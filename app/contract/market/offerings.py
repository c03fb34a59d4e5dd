"""Offerings, and units of them that are held during a checkout."""

from dataclasses import replace
from datetime import datetime

from app.contract.operation import Key, Noun
from app.contract.shape import Money, MoneyOut, Viewer, computed, shape
from app.contract.transitions import Step, steps
from app.domain.access import Right
from app.domain.market import offerings as domain
from app.domain.market.offerings import OFFERING, HiddenBy, HoldState, OfferingKind, OfferingState, PriceUnit
from app.domain.vat import PriceBasis, VatClass
from app.ids import CooperativeId, HoldId, MemberId, OfferingId, OrderId
from app.usecases.market import offerings as usecases


def _purchase_price(offering: domain.Offering, viewer: Viewer) -> Money | None:
    actor = replace(viewer.actor, passed=None)
    own = actor.as_member(offering.member_id)
    if offering.purchase_cents is None or not actor.may(Right.SEE_PURCHASE_PRICE, offering.cooperative_id, own=own):
        return None
    return MoneyOut.of(offering.purchase_cents)


@shape(domain.Offering)
class Offering:
    """An offering in any state: a member makes it, a cooperative sells it."""

    id: OfferingId
    cooperative_id: CooperativeId
    """The cooperative that sells it."""
    member_id: MemberId
    """The member who makes it."""
    kind: OfferingKind
    """Goods, a service, or something that is given away."""
    title: str
    """The name."""
    text: str
    """A description, in plain words."""
    category: str
    """The category in which it is found."""
    price_unit: PriceUnit
    """The unit of the price."""
    price: Money
    """The price of a unit, as its maker set it."""
    price_basis: PriceBasis
    """Whether VAT is inside `price`, or is added to it."""
    consumer_price: Money
    """What a consumer pays for a unit, VAT included, as the catalogue shows it."""
    vat_class: VatClass
    town: str
    """The town where it is."""
    tags: list[str]
    """Words by which it is found."""
    image_url: str | None
    """The URL of its picture."""
    lead_time_minutes: int
    """The least minutes between order and delivery."""
    stock: int | None
    """The number of units in stock; null: without limit."""
    purchase_price: Money | None = computed(_purchase_price)
    """The cost of a unit, under the margin scheme; null but for the staff, its maker and the partner's app."""
    left: int | None
    """The number of units that can still be ordered; null: without limit."""
    state: OfferingState
    hidden_by: list[HiddenBy]
    """The reasons for the pause; the shop shows it once this is empty."""
    edition: int
    """Counts the published changes; 0 before it is published."""
    source: str | None
    """The partner's system that maintains it, if there is one."""
    external_id: str | None
    """Its id in that system."""
    version: int
    available_transitions: list[Step] = steps("OfferingTransition", OFFERING)


@shape(domain.Hold)
class Hold:
    """Units that are held, during a checkout or for an order."""

    id: HoldId
    """Its id, to give in an order."""
    offering_id: OfferingId
    """The offering that is held."""
    quantity: int
    """The number of units held."""
    order_id: OrderId | None
    """The order that holds them until it is accepted; null during a checkout."""
    expires_at: datetime
    """The moment at which the hold ends."""
    state: HoldState
    """The state of the hold."""


ONE = "/offerings/{offering_id}"
offerings = Noun("offerings")
offerings.get("/cooperatives/{cooperative_id}/offerings", usecases.list_offerings, Offering)
offerings.post(
    "/cooperatives/{cooperative_id}/offerings", usecases.add_offering, Offering, key=Key.KEPT, opens="/offerings"
)
offerings.get(ONE, usecases.get_offering, Offering)
offerings.patch(ONE, usecases.change_offering, Offering)
offerings.put(f"{ONE}/stock", usecases.set_stock, Offering)
offerings.move(f"{ONE}/transitions", usecases.move_offering, Offering, key=Key.KEPT)
offerings.post(f"{ONE}/holds", usecases.hold_stock, Hold)
offerings.get("/cooperatives/{cooperative_id}/holds", usecases.list_holds, Hold)
offerings.delete("/holds/{hold_id}", usecases.release_hold, Hold)
