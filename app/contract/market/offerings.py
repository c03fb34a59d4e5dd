"""Offerings, and units of them that are held during a checkout."""

from datetime import datetime

from app.contract.operation import Key, Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain.market import offerings as domain
from app.domain.market.offerings import OFFERING, HiddenBy, HoldState, OfferingKind, OfferingState, PriceUnit
from app.domain.vat import VatClass
from app.ids import CooperativeId, HoldId, MemberId, OfferingId, OrderId
from app.usecases.market import offerings as usecases


@shape(domain.Offering)
class Offering:
    """What a member makes and a cooperative sells, in any state."""

    id: OfferingId
    cooperative_id: CooperativeId
    """The cooperative that sells it."""
    member_id: MemberId
    """The member who makes it."""
    kind: OfferingKind
    """Goods, a service, or something that is given away."""
    title: str
    """What it is called."""
    text: str
    """What it is, in plain words."""
    category: str
    """The category in which it is found."""
    price_unit: PriceUnit
    """What the price is for."""
    price: Money
    """The price of a unit, net of VAT."""
    vat_class: VatClass
    town: str
    """The town where it is."""
    tags: list[str]
    """Words by which it is found."""
    image_url: str | None
    """Where its picture is."""
    lead_time_minutes: int
    """How many minutes it takes to make."""
    stock: int | None
    """How many units there are in all; null: without limit."""
    purchase_price: Money | None = cents("purchase_cents")
    """What a unit cost, under the margin scheme."""
    left: int | None
    """How many units can still be ordered; null: without limit."""
    state: OfferingState
    hidden_by: list[HiddenBy]
    """Why it is paused; it is shown once this is empty."""
    edition: int
    """How often what is published changed; 0 before it is published."""
    source: str | None
    """The system of a partner that keeps it, if there is one."""
    external_id: str | None
    """What that system calls it."""
    version: int
    available_transitions: list[Step] = steps("OfferingTransition", OFFERING)


@shape(domain.Hold)
class Hold:
    """Units that are kept apart, during a checkout or for an order."""

    id: HoldId
    """Its id, which an order names."""
    offering_id: OfferingId
    """What is held."""
    quantity: int
    """How many units are held."""
    order_id: OrderId | None
    """The order that holds them until it is accepted; null during a checkout."""
    expires_at: datetime
    """Until when they are held."""
    state: HoldState
    """What became of them."""


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
