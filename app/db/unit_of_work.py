"""Several statements in one, which is one round trip: the writes of an act, or questions that belong together."""

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


@lru_cache(maxsize=1000)
def all_of(questions: tuple[str, ...], offset: int = 0, only_if: str = "true") -> str:
    """The select list of several selects: the rows of each as one json (jsonb costs twice as much), from `offset` on.

    `only_if`: what has to hold; where it names another table of the statement, they are asked after that was read.
    """
    parts = []
    for sql in questions:
        parts.append(f"array_to_json(array(select row_to_json(q) from ({placed(sql, offset)}) q where {only_if}))")
        offset += max((int(place) for place in PLACE.findall(sql)), default=0)
    return ", ".join(parts)
