"""What an id is the id of."""

from uuid import UUID

from app.db.engine import Tx
from app.db.store import TableOfId, rows_of, tables_of
from app.domain.actors import Actor
from app.usecases.steps.reading import asks_at_once, tables_by_id
from app.usecases.steps.visitors import open_to_visitors


@open_to_visitors
@asks_at_once(lambda _, *, ids: (tables_of(tables_by_id(), ids),))
async def find_tables(tx: Tx, actor: Actor, *, ids: tuple[UUID, ...]) -> dict[UUID, str]:
    """The tables that ids stand in, of those that the database shows the caller. Others are left out.

    It takes no right: what reads the thing itself asks for its own, and the scope that goes with it.
    """
    found: list[TableOfId] = await rows_of(tx, tables_of(tables_by_id(), ids))
    return {one.id: one.table for one in found}
