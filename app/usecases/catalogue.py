"""The catalogue: read by everybody, one statement a page, passed through as it comes from the database."""

from dataclasses import dataclass
from uuid import UUID

from app.db.catalogue import catalogue_offering, catalogue_page
from app.db.engine import Database
from app.domain.catalogue import CatalogueQuery
from app.domain.errors import NotFound
from app.usecases.steps.input import check_input


@dataclass(frozen=True)
class Catalogue:
    """The read model's own pool, whose role may select the public view and nothing else."""

    database: Database

    async def page(self, query: CatalogueQuery) -> tuple[str, str | None]:
        """A page as JSON text, `{"items": [...], "nextCursor": …}`, newest first; and the cursor by itself.

        Raises TextTooLong, TextMalformed.
        """
        check_input({"query": query})
        return await catalogue_page(self.database, query)

    async def offering(self, offering_id: UUID) -> str:
        """One published offering as JSON text. Raises NotFound."""
        found = await catalogue_offering(self.database, offering_id)
        if found is None:
            raise NotFound
        return found
