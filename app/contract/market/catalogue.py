"""The public catalogue. The database writes these shapes itself, as JSON."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from app.contract.shape import Money, written
from app.domain.market.offerings import OfferingKind, PriceUnit
from app.domain.vat import PriceBasis, VatClass
from app.ids import CooperativeId, OfferingId


@written
class CatalogueSeller:
    """The cooperative that sells an offering."""

    id: CooperativeId
    slug: str
    """Its name in links."""
    name: str
    """The name."""


@written
class CatalogueOffering:
    """A published offering, as everybody may see it."""

    id: OfferingId
    title: str
    """The name."""
    text: str
    """The description by its maker."""
    category: str
    """The category in which it is found."""
    tags: list[str]
    """More words by which it is found."""
    kind: OfferingKind
    """Goods, a service, or something that is given away."""
    price_unit: PriceUnit
    """The unit of the price."""
    price: Money
    """What a consumer pays for a unit, VAT included."""
    price_incl_vat: Money
    """The same as `price`."""
    seller_price: Money
    """The price of a unit as its seller set it. A company or a public body pays by it."""
    price_basis: PriceBasis
    """Whether VAT is inside `sellerPrice`, or is added to it."""
    vat_class: VatClass
    vat_percent: str
    """The rate of its VAT today, such as 21."""
    town: str
    """The town where it is."""
    image_url: str | None
    """The URL of its picture."""
    lead_time_minutes: int
    """The least minutes between order and delivery."""
    left: int | None
    """The number of units that can be ordered; null: without limit."""
    edition: int
    """Counts its published contents. A line of an order may give the edition that the buyer saw."""
    maker: str
    """The maker's name, as the shop shows it."""
    cooperative: CatalogueSeller
    """The cooperative that sells it."""


_ROW = TypeAdapter(CatalogueOffering)


def offering_of(row: Mapping[str, Any]) -> CatalogueOffering:
    """The shape of an offering that the database wrote as JSON."""
    return _ROW.validate_python(row)
