"""The public catalogue: one statement a page, whose JSON is passed through as the database makes it."""

from dataclasses import dataclass
from uuid import UUID

from app.db.engine import Database
from app.db.market.catalogue import catalogue_connection, catalogue_offering, catalogue_page
from app.domain.errors import NotFound
from app.domain.market.catalogue import CatalogueQuery
from app.domain.selection import Chosen
from app.running.run import available


@dataclass(frozen=True)
class Catalogue:
    """The catalogue's own connection pool, whose role can only select the public view. Reads raise Unavailable."""

    database: Database

    async def page(self, query: CatalogueQuery) -> tuple[str, str | None]:
        """A page as JSON text, `{"items": [...], "nextCursor": …}`, newest first; and the cursor by itself."""
        return await available(lambda: catalogue_page(self.database, query))

    async def connection(self, query: CatalogueQuery, fields: tuple[Chosen, ...]) -> str:
        """A page as the JSON text of a Relay connection that holds these fields."""
        return await available(lambda: catalogue_connection(self.database, query, fields))

    async def offering(self, offering_id: UUID, fields: tuple[Chosen, ...] | None = None) -> str:
        """One published offering as JSON text: these fields of it, or all. Raises NotFound."""
        found = await available(lambda: catalogue_offering(self.database, offering_id, fields))
        if found is None:
            raise NotFound
        return found
