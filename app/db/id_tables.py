"""In which table an id stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.db.store import Query


@dataclass(frozen=True)
class TableOfId:
    """An id, and the table that it stands in."""

    id: UUID
    table: str


def tables_of(tables: Iterable[str], ids: tuple[UUID, ...]) -> Query[TableOfId]:
    """Asks in which of these tables ids stand, as far as the caller may know."""
    sql = " union all ".join(
        f"""select t.id, '{table}' as "table" from "{table}" t where t.id = any($1)""" for table in tables
    )
    return Query(sql, (ids,), _load)


def _load(row: Any) -> TableOfId:
    return TableOfId(UUID(str(row["id"])), row["table"])
