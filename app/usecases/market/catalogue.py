"""The public catalogue: one statement a page, whose JSON is passed through as the database makes it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from app.db.engine import Database
from app.db.market.catalogue import catalogue_connection, catalogue_offering, catalogue_page
from app.domain.errors import NotFound
from app.domain.market.catalogue import CatalogueQuery
from app.domain.money import cents_of
from app.domain.page import PageRequest
from app.domain.selection import Chosen
from app.usecases.run import available
from app.usecases.steps.forms import read_forms
from app.vocabulary import AmountText, Doc, Text

Words = Annotated[str, Text(0, 200), Doc("Words to look for; other forms of a Dutch word are found too.")]
Category = Annotated[str, Text(0, 60), Doc("Only this category.")]
Town = Annotated[str, Text(0, 80), Doc("Only this town.")]
Seller = Annotated[str, Text(0, 60), Doc("Only this cooperative, by its slug.")]
LowestPrice = Annotated[AmountText, Doc("The lowest price of a unit, net of VAT.")]
HighestPrice = Annotated[AmountText, Doc("The highest price of a unit, net of VAT.")]


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


@dataclass(frozen=True)
class Catalogue:
    """The catalogue's own connection pool, whose role can only select the public view. Reads raise Unavailable."""

    database: Database

    async def page(self, query: CatalogueQuery) -> tuple[str, str | None]:
        """A page as JSON text, `{"items": [...], "nextCursor": …}`, newest first; and the cursor separately."""
        return await available(lambda: catalogue_page(self.database, query))

    async def connection(self, query: CatalogueQuery, fields: tuple[Chosen, ...]) -> str:
        """A page as the JSON text of a Relay connection with these fields."""
        return await available(lambda: catalogue_connection(self.database, query, fields))

    async def offering(self, offering_id: UUID, fields: tuple[Chosen, ...] | None = None) -> str:
        """One published offering as JSON text, with these fields or all of them. Raises NotFound."""
        found = await available(lambda: catalogue_offering(self.database, offering_id, fields))
        if found is None:
            raise NotFound
        return found
