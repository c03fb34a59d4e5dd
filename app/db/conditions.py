"""The conditions of lists that callers filter: only those that were asked for get into the statement."""

from collections.abc import Mapping
from typing import Any

from app.db.store import Store
from app.domain.page import PageRequest


class Conditions:
    """Conditions on rows `t`, with their arguments."""

    def __init__(self) -> None:
        self.arguments: list[object] = []
        self._found: list[str] = []

    def placed(self, value: object) -> str:
        """The place of an argument in the statement."""
        self.arguments.append(list(value) if isinstance(value, tuple) else value)
        return f"${len(self.arguments)}"

    def add(self, sql: str) -> None:
        """One more condition."""
        self._found.append(sql)

    def add_any(self, conditions: Mapping[str, str], values: object) -> None:
        """At least one of the conditions whose field of `values` is given; if none is, no row passes."""
        self.add(f"({' or '.join(self._told(conditions, values)) or 'false'})")

    def add_all(self, conditions: Mapping[str, str], values: object) -> None:
        """All conditions whose field of `values` is given."""
        self._found += self._told(conditions, values)

    def page(self, store: Store[Any], request: PageRequest, *, narrow: bool) -> str:
        """The statement for a page of these rows, newest first.

        Rows that pass a narrow filter are found first, by index. Otherwise the planner may read the newest rows of
        everybody, one by one, until it has a page of those that pass.
        """
        if request.after is not None:
            self.add(f"t.id < {self.placed(request.after)}")
        where, page = " and ".join(self._found), f"order by t.id desc limit {int(request.limit) + 1}"
        if not narrow:
            return f"{store.select} where {where} {page}"
        found = f'with found as materialized (select t.id from "{store.table.name}" t where {where})'
        return f"{found} {store.select} where t.id in (select t.id from found t {page}) {page}"

    def _told(self, conditions: Mapping[str, str], values: object) -> list[str]:
        named = ((sql, getattr(values, name)) for name, sql in conditions.items())
        return [f"({sql.format(self.placed(value))})" for sql, value in named if value not in (None, ())]
