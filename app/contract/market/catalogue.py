"""The catalogue: what everybody sees of what is on offer. The database writes these shapes itself, as JSON."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from app.contract.shape import Money, written
from app.domain.market.offerings import OfferingKind, PriceUnit
from app.domain.vat import VatClass
from app.ids import CooperativeId, OfferingId


@written
class CatalogueSeller:
    """The cooperative that sells an offering."""

    id: CooperativeId
    slug: str
    """Its name in links."""
    name: str
    """What it is called."""


@written
class CatalogueOffering:
    """A published offering: what everybody may know of it."""

    id: OfferingId
    title: str
    """What it is called."""
    text: str
    """What it is, in the words of its maker."""
    category: str
    """The category in which it is found."""
    tags: list[str]
    """More words by which it is found."""
    kind: OfferingKind
    """Goods, a service, or something that is given away."""
    price_unit: PriceUnit
    """What the price is for."""
    price: Money
    """The price of a unit, net of VAT."""
    price_incl_vat: Money
    """The price of a unit with the VAT of today."""
    vat_class: VatClass
    vat_percent: str
    """The rate of its VAT today, such as 21."""
    town: str
    """The town where it is."""
    image_url: str | None
    """Where its picture is."""
    lead_time_minutes: int
    """How many minutes ahead it has to be ordered."""
    left: int | None
    """How many units can be ordered; null: without limit."""
    edition: int
    """Counts its published contents. A line of an order may name the edition that the buyer saw."""
    maker: str
    """Who makes it, under the name that the shop shows."""
    cooperative: CatalogueSeller
    """The cooperative that sells it."""


_ROW = TypeAdapter(CatalogueOffering)


def offering_of(row: Mapping[str, Any]) -> CatalogueOffering:
    """The shape of an offering that the database wrote as JSON."""
    return _ROW.validate_python(row)
