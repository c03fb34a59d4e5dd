"""The catalogue: every cooperative's published offerings, with public facts only."""

from dataclasses import dataclass

from app.domain.page import PageRequest


@dataclass(frozen=True, kw_only=True)
class CatalogueQuery:
    """A search: `text` with Dutch stemming, `cooperative` a slug, prices in cents as a consumer pays them."""

    page: PageRequest
    text: str | None = None
    category: str | None = None
    town: str | None = None
    cooperative: str | None = None
    min_price_cents: int | None = None
    max_price_cents: int | None = None
