"""The statements that every noun needs, made once from its SQLModel table and its domain class."""

import dataclasses
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from app.db.engine import Tx
from app.domain.errors import NotFound, Stale
from app.domain.page import Page, PageRequest, cut

T = TypeVar("T")


class Store(Generic[T]):
    """Rows of `table` as objects of `cls`: a column fills the field of its name, `extra` are computed fields."""

    def __init__(self, table: type[SQLModel], cls: type[T], **extra: str) -> None:
        self.table: Table = table.__table__  # type: ignore[attr-defined]
        self.cls = cls
        self.extra = extra
        fields = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        self.columns = [column.name for column in self.table.columns if column.name in fields - set(extra)]
        self._json = {c.name for c in self.table.columns if isinstance(c.type, JSONB)}

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self.cls)

    @cached_property
    def select(self) -> str:
        """`select … from table t`, to which a condition is added."""
        columns = [f"t.{name}" for name in self.columns]
        computed = [f"{sql} as {name}" for name, sql in self.extra.items()]
        return f'select {", ".join(columns + computed)} from "{self.table.name}" t'

    def load(self, record: Any) -> T:
        """The domain object of a row."""
        return self._adapter.validate_python(dict(record))

    async def get(self, tx: Tx, row_id: UUID, *, lock: bool = False) -> T:
        """The object with this id. Raises NotFound."""
        found = await self.find(tx, lock=lock, id=row_id)
        if found is None:
            raise NotFound
        return found

    async def find(self, tx: Tx, *, lock: bool = False, **equal: object) -> T | None:
        """The only object whose columns equal these, or None."""
        conditions, arguments = _conditions(equal)
        record = await tx.row(f"{self.select}{conditions}{' for update of t' if lock else ''}", *arguments)
        return None if record is None else self.load(record)

    async def all(self, tx: Tx, **equal: object) -> list[T]:
        """Every object whose columns equal these (a tuple: one of them), oldest first."""
        conditions, arguments = _conditions(equal)
        return [self.load(r) for r in await tx.rows(f"{self.select}{conditions} order by t.id", *arguments)]

    async def page(self, tx: Tx, request: PageRequest, **equal: object) -> Page[T]:
        """A page, newest first; a filter of None does not filter."""
        given = {name: value for name, value in equal.items() if value is not None}
        conditions, arguments = _conditions(given)
        arguments.append(request.after)
        place = len(arguments)
        after = f"{' and' if given else ' where'} (${place}::uuid is null or t.id < ${place})"
        sql = f"{self.select}{conditions}{after} order by t.id desc limit {int(request.limit) + 1}"
        return cut([self.load(record) for record in await tx.rows(sql, *arguments)], request)

    async def add(self, tx: Tx, *objects: T) -> None:
        """Insert the objects, in one round trip."""
        names = ", ".join(self.columns)
        places = ", ".join(f"${number + 1}" for number in range(len(self.columns)))
        sql = f'insert into "{self.table.name}" ({names}) values ({places})'
        await tx.many(sql, [tuple(self._values(thing)) for thing in objects])

    async def save(self, tx: Tx, thing: T) -> T:
        """Update the row to the object; returns it with the next version. Raises Stale after another's change."""
        names = [name for name in self.columns if name not in ("id", "version")]
        sets = ", ".join(f"{name} = ${number + 3}" for number, name in enumerate(names))
        sql = f'update "{self.table.name}" set {sets}, version = version + 1 where id = $1 and version = $2 returning 1'
        version: int = thing.version  # type: ignore[attr-defined]
        if await tx.value(sql, thing.id, version, *self._values(thing, names)) is None:  # type: ignore[attr-defined]
            raise Stale(version=version)
        return dataclasses.replace(thing, version=version + 1)  # type: ignore[type-var]

    def _values(self, thing: T, names: Sequence[str] | None = None) -> list[object]:
        return [
            to_jsonable_python(getattr(thing, name)) if name in self._json else getattr(thing, name)
            for name in names or self.columns
        ]


def _conditions(equal: dict[str, object]) -> tuple[str, list[object]]:
    parts, arguments = [], []
    for name, value in equal.items():
        many = isinstance(value, tuple | list)
        arguments.append(list(value) if isinstance(value, tuple | list) else value)
        parts.append(f"t.{name} = any(${len(arguments)})" if many else f"t.{name} = ${len(arguments)}")
    return (" where " + " and ".join(parts) if parts else ""), arguments
