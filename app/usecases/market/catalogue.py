"""The forms of a search in the catalogue."""

from datetime import date
from typing import Annotated, Any

from app.domain.market.catalogue import CatalogueQuery
from app.domain.money import cents_of
from app.domain.page import PageRequest
from app.usecases.declared.forms import read_forms
from app.vocabulary import AmountText, Doc, Text

Words = Annotated[str, Text(0, 200), Doc("Words to look for; other forms of a Dutch word are found too.")]
Category = Annotated[str, Text(0, 60), Doc("Only this category.")]
Town = Annotated[str, Text(0, 80), Doc("Only this town.")]
Seller = Annotated[str, Text(0, 60), Doc("Only this cooperative, by its slug.")]
LowestPrice = Annotated[AmountText, Doc("The lowest price of a unit, as consumers pay it.")]
HighestPrice = Annotated[AmountText, Doc("The highest price of a unit, as consumers pay it.")]


def query_of(page: PageRequest, **given: Any) -> CatalogueQuery:
    """Returns the search parameters. Raises Malformed with every fault at once."""
    return _query(**read_forms(_query, {"page": page, **given}, date.min))


def _query(
    page: PageRequest,
    *,
    text: Words | None = None,
    category: Category | None = None,
    town: Town | None = None,
    cooperative: Seller | None = None,
    min_price: LowestPrice | None = None,
    max_price: HighestPrice | None = None,
) -> CatalogueQuery:
    """The search parameters; blank ones are ignored."""
    return CatalogueQuery(
        page=page,
        text=text or None,
        category=category or None,
        town=town or None,
        cooperative=cooperative or None,
        min_price_cents=cents_of(min_price) if min_price else None,
        max_price_cents=cents_of(max_price) if max_price else None,
    )
