"""The catalogue: every cooperative's published offerings, with public facts only."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.offerings import OfferingKind, PriceUnit
from app.domain.page import PageRequest
from app.domain.vat import VatClass


@dataclass(frozen=True)
class CatalogueQuery:
    """What to look for: `text` with Dutch stemming, `cooperative` a slug, prices in net cents."""

    page: PageRequest
    text: str | None = None
    category: str | None = None
    town: str | None = None
    cooperative: str | None = None
    min_price_cents: int | None = None
    max_price_cents: int | None = None


@dataclass(frozen=True)
class CatalogueSeller:
    """The cooperative that sells an offering."""

    id: UUID
    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class CatalogueOffering:
    """What everybody may know of a published offering. The database writes it as JSON; nothing here reads its rows."""

    id: UUID
    title: str
    text: str
    category: str
    tags: list[str]
    kind: OfferingKind
    price_unit: PriceUnit
    price_cents: int
    price_incl_vat_cents: int
    vat_class: VatClass
    vat_percent: str
    town: str
    image_url: str | None
    lead_time_minutes: int
    left: int | None
    edition: int
    maker: str
    cooperative: CatalogueSeller
