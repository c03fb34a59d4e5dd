"""Finds the table of an id."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.db.store import Query


@dataclass(frozen=True)
class Found:
    """An id, and the table that it stands in."""

    id: UUID
    noun: str


def nouns_of(tables: Iterable[str], ids: tuple[UUID, ...]) -> Query[Found]:
    """Asks in which of these tables ids stand, as far as the caller may know."""
    sql = " union all ".join(
        f"""select t.id, '{table}' as noun from "{table}" t where t.id = any($1)""" for table in tables
    )
    return Query(sql, (ids,), _load)


def _load(row: Any) -> Found:
    return Found(UUID(str(row["id"])), row["noun"])
