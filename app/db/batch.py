"""Writes that wait for each other: what one act changes goes to the database in one statement, one round trip."""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.domain.errors import DomainError

PLACE = re.compile(r"\$(\d+)")


@dataclass(frozen=True)
class Write:
    """One statement that can wait until somebody reads: an insert, an update, or a call (`select f(…)`)."""

    sql: str
    arguments: tuple[object, ...]
    row: tuple[object, ...]
    """Table and key of what it writes: the same row is not written twice in one statement."""
    inserts: bool = False
    missing: DomainError | None = None
    """Raised where no row was there to be written."""


def placed(sql: str, offset: int) -> str:
    """The statement with its places `$1, $2, …` moved up."""
    return PLACE.sub(lambda place: f"${int(place[1]) + offset}", sql)


@lru_cache(maxsize=1000)
def together(statements: tuple[tuple[str, bool], ...]) -> str:
    """One statement out of several (SQL, whether its rows are counted); each counted one is a column of the answer."""
    parts, counts, offset = [], [], 0
    for number, (sql, counted) in enumerate(statements):
        highest = max(int(place) for place in PLACE.findall(sql))
        parts.append(f"w{number} as ({placed(sql, offset)})")
        if counted:
            counts.append(f"(select count(*) from w{number}) as n{number}")
        offset += highest
    return f"with {', '.join(parts)} select {', '.join(counts) or '1'}"
