"""The fields that people and partners' systems write of an offering."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from app.domain.market.offerings import OfferingKind, PriceUnit
from app.domain.vat import PriceBasis, VatClass
from app.ids import MemberId
from app.vocabulary import About, Between, BlankIsNone, Doc, Form, LeadTime, MoneyIn, Name, Slug, Stock, Town, Url

HIGHEST_PRICE = 100_000_000
"""The highest price of a unit, in cents."""
Maker = Annotated[MemberId, Doc("The member who makes it.")]
Kind = Annotated[OfferingKind, Doc("Goods, a service, or something that is given away.")]
Description = Annotated[About, Doc("A description, in plain words.")]
Category = Annotated[Slug, Doc("The category under which it is found.")]
Unit = Annotated[PriceUnit, Doc("The unit of the price.")]
Price = Annotated[
    MoneyIn, Between(0, HIGHEST_PRICE), Doc("The price of a unit; `priceBasis` says whether VAT is in it.")
]
Basis = Annotated[PriceBasis, Doc("Whether VAT is inside the price (`incl`), or is added to it (`excl`).")]
Tags = Annotated[list[Slug], Field(max_length=20), Doc("Words by which it is found.")]
ImageUrl = Annotated[Url | None, BlankIsNone(), Doc("The URL of its picture.")]
Units = Annotated[Stock, Doc("The number of units in stock, for goods; null: without limit.")]
PurchasePrice = Annotated[MoneyIn, Between(0), Doc("The cost of a unit, under the margin scheme.")]
_CENTS = {"price": "price_cents", "purchase_price": "purchase_cents"}
_APART = frozenset({"member_id", "stock", "offered", "external_id"})


class OfferingContents(Form):
    """The contents of an offering, and its maker."""

    member_id: Maker
    kind: Kind
    title: Name
    text: Description = ""
    category: Category
    price_unit: Unit
    price: Price
    vat_class: VatClass
    town: Town
    tags: Tags = Field(default_factory=list, json_schema_extra={"default": []})
    image_url: ImageUrl = None
    lead_time_minutes: LeadTime = 0
    stock: Units | None = None


class OfferingChange(Form):
    """The fields of an offering that change."""

    title: Name = ""
    text: Description = ""
    category: Category = ""
    price_unit: Unit = PriceUnit.PIECE
    price: Price = MoneyIn.of(0)
    price_basis: Basis = PriceBasis.INCL
    vat_class: VatClass = VatClass.STANDARD
    town: Town = ""
    tags: Tags = Field(default_factory=list)
    image_url: ImageUrl = None
    lead_time_minutes: LeadTime = 0
    purchase_price: PurchasePrice | None = None


def contents_of(named: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of Offering from `kind` to `purchase_cents` that a form sets: money in cents, lists as tuples."""
    fields = {_CENTS.get(name, name): value for name, value in named.items() if name not in _APART}
    for name in _CENTS.values():
        if fields.get(name) is not None:
            fields[name] = fields[name].cents
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
