"""Several statements in one round trip: buffered writes, or queries."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.domain.errors import DomainError

PLACE = re.compile(r"\$(\d+)")
ROW = re.compile(r"insert into .* values (\([^()]*\))", re.DOTALL)
"""An insert of one row; its values are a group."""


@dataclass(frozen=True)
class Write:
    """A buffered statement: an insert, an update, or a call (`select f(…)`)."""

    sql: str
    arguments: tuple[object, ...]
    row: tuple[object, ...]
    """Table and key of what it writes: the same row is not written twice in one statement."""
    inserts: bool = False
    missing: DomainError | None = None
    """Raised if no row was there to be written."""

    @property
    def is_counted(self) -> bool:
        """Whether its rows are counted: an update has to find one, and a call runs only if its result is asked for."""
        return self.missing is not None or self.sql.startswith("select")


def placed(sql: str, offset: int) -> str:
    """The statement with its parameters `$1, $2, …` renumbered."""
    return PLACE.sub(lambda place: f"${int(place[1]) + offset}", sql)


class UnitOfWork:
    """The buffered writes of a transaction. Nobody reads them yet, so one statement writes all of them."""

    def __init__(self) -> None:
        self._writes: list[Write] = []
        self._calls: dict[str, list[object]] = {}

    def must_flush_before(self, row: tuple[object, ...], parents: Collection[str]) -> bool:
        """Whether another write cannot join: the same row is among them, or rows of a table that it refers to."""
        return any(write.row == row or (write.inserts and write.row[0] in parents) for write in self._writes)

    def add(self, write: Write) -> None:
        self._writes.append(write)

    def joins_call(self, sql: str, argument: object) -> bool:
        """Add an argument to a buffered call of a function that takes a list of them; False if there is none yet."""
        arguments = self._calls.get(sql)
        if arguments is not None:
            arguments.append(argument)
        return arguments is not None

    def add_call(self, sql: str, argument: object) -> None:
        """Buffer a call of such a function."""
        self._calls[sql] = [argument]
        self.add(Write(sql, (self._calls[sql],), (sql,)))

    def discard(self) -> None:
        """Forget all of them: their savepoint was rolled back."""
        self._writes, self._calls = [], {}

    async def flush(self, connection: Any) -> None:
        """Write. Raises what the database refuses, and the `missing` of an update that found no row."""
        writes = self._writes
        self.discard()
        if not writes:
            return
        sql = together(tuple((write.sql, write.is_counted) for write in writes))
        counts = await connection.fetchrow(sql, *(argument for write in writes for argument in write.arguments))
        counted = [write for write in writes if write.is_counted]
        for write, count in zip(counted, counts, strict=False):
            if write.missing is not None and not count:
                raise write.missing


@lru_cache(maxsize=1000)
def together(statements: tuple[tuple[str, bool], ...]) -> str:
    """One statement out of several (SQL, whether its rows are counted); each counted one is a column of the answer.

    Inserts that differ in their values alone become one insert of several rows.
    """
    parts, counts, offset = list[str](), list[str](), 0
    inserts: dict[str, int] = {}
    for sql, counted in statements:
        row = ROW.fullmatch(sql)
        if sql in inserts and row:
            parts[inserts[sql]] += f", {placed(row[1], offset)}"
        else:
            inserts[sql] = len(parts)
            parts.append(placed(sql, offset))
        if counted:
            number = len(parts) - 1
            counts.append(f"(select count(*) from w{number}) as n{number}")
        offset += max(int(place) for place in PLACE.findall(sql))
    return f"with {', '.join(f'w{n} as ({part})' for n, part in enumerate(parts))} select {', '.join(counts) or '1'}"


@lru_cache(maxsize=1000)
def all_of(questions: tuple[str, ...], offset: int = 0, only_if: str = "true") -> str:
    """The select list of several selects: the rows of each as one json (jsonb costs twice as much), from `offset` on.

    `only_if` is a condition; if it names another table of the statement, the selects run after that was read.
    """
    parts = []
    for sql in questions:
        parts.append(f"array_to_json(array(select row_to_json(q) from ({placed(sql, offset)}) q where {only_if}))")
        offset += max((int(place) for place in PLACE.findall(sql)), default=0)
    return ", ".join(parts)
