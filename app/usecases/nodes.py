"""Finds out which noun an id belongs to."""

from uuid import UUID

from app.db.engine import Tx
from app.db.store import TableOfId, rows_of, tables_of
from app.domain.actors import Actor
from app.usecases.declared.reading import asks_at_once, tables_by_id
from app.usecases.declared.visitors import open_to_visitors


@open_to_visitors
@asks_at_once(lambda _, *, ids: (tables_of(tables_by_id(), ids),))
async def find_tables(tx: Tx, actor: Actor, *, ids: tuple[UUID, ...]) -> dict[UUID, str]:
    """Returns the table of each id that the caller may see; other ids are left out.

    It needs no right of its own: the use case that reads the object checks its right and scope.
    """
    found: list[TableOfId] = await rows_of(tx, tables_of(tables_by_id(), ids))
    return {one.id: one.table for one in found}
