"""Keyset pages: ordered by id (UUIDv7, so by time), usually newest first; a cursor stays valid while rows are added."""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from app.domain.errors import BadCursor

T = TypeVar("T")
MAX_PAGE = 100
CURSOR = "^[A-Za-z0-9_-]{21}[AQgw]$"
"""The form of a cursor: sixteen bytes in base64url."""


@dataclass(frozen=True)
class PageRequest:
    """At most `limit` rows after the row `after`."""

    limit: int = 20
    after: UUID | None = None
    oldest_first: bool = False


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page, and whether there are more rows; `cursor_of` gives the cursor of a row."""

    rows: Sequence[T]
    has_next: bool

    @property
    def end_cursor(self) -> str | None:
        return cursor_of(self.rows[-1].id) if self.rows else None  # type: ignore[attr-defined]

    def map(self, convert: Callable[[T], T]) -> "Page[T]":
        return Page([convert(row) for row in self.rows], self.has_next)


def cursor_of(row_id: UUID) -> str:
    """The opaque cursor of a row."""
    return base64.urlsafe_b64encode(row_id.bytes).decode().rstrip("=")


def parse_cursor(cursor: str | None) -> UUID | None:
    """The row's id of a cursor. Raises BadCursor."""
    if cursor is None:
        return None
    if not re.fullmatch(CURSOR, cursor):
        raise BadCursor(cursor=cursor[:60])
    return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))


def cut(rows: Sequence[T], request: PageRequest) -> Page[T]:
    """A page from the `limit + 1` rows that were read."""
    return Page(rows[: request.limit], len(rows) > request.limit)
