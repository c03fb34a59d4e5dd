"""The statements that every noun needs, made once from its SQLModel table and its domain class."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Table
from sqlmodel import SQLModel

from app.db.engine import Answers, Tx
from app.db.failures import unique_or
from app.db.unit_of_work import all_of
from app.domain.errors import DomainError, NotFound, Stale
from app.domain.page import Page, PageRequest, cut

T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")
W = TypeVar("W")


@dataclasses.dataclass(frozen=True)
class Query(Generic[T]):
    """A select that has not run yet."""

    sql: str
    arguments: tuple[object, ...]
    load: Callable[[Any], T]
    again: str = ""
    """The SQL to run once more, now that the lock is held, if a row says `reread`."""


async def rows_of(tx: Tx, query: Query[T]) -> list[T]:
    """Returns the prefetched rows once; otherwise runs the query."""
    prefetched = tx.answers.pop((query.sql, query.arguments), None) if tx.answers else None
    rows = await tx.rows(query.sql, *query.arguments) if prefetched is None else prefetched
    if query.again and any(row["reread"] for row in rows):
        rows = await tx.rows(query.again, *query.arguments)
    return [query.load(dict(row)) for row in rows]


def answers_to(queries: Sequence[Query[Any]], found: Sequence[list[dict[str, Any]]]) -> Answers:
    """Prefetched rows by their query, for `rows_of`."""
    return {(query.sql, query.arguments): rows for query, rows in zip(queries, found, strict=True)}


async def one_of(tx: Tx, query: Query[T]) -> T:
    """The first row of a query. Raises NotFound."""
    for found in await rows_of(tx, query):
        return found
    raise NotFound


async def ask(
    tx: Tx, first: Query[T], second: Query[U], third: Query[V], fourth: Query[W]
) -> tuple[list[T], list[U], list[V], list[W]]:
    """The rows of four queries, in one round trip."""
    queries: tuple[Query[Any], ...] = (first, second, third, fourth)
    sql = f"select {all_of(tuple(query.sql for query in queries))}"
    found = await tx.only(sql, *(a for query in queries for a in query.arguments))
    one, two, three, four = ([query.load(row) for row in rows] for query, rows in zip(queries, found, strict=True))
    return one, two, three, four


class Store(Generic[T]):
    """Rows of `table` as objects of `cls`: a column fills the field of its name, `extra` are computed fields.

    `fixed` are columns that never change: a save leaves them out, and no role of the application may update them
    (`app/db/sql`).

    A statement that waits for a lock sees the row as it is then, and all other rows as they were before it waited. So
    computed fields of a locked row are read once more. With `saves_extra` whoever changes what they read saves the row
    too, and they are read once more only if its version changed meanwhile.
    """

    def __init__(
        self,
        table: type[SQLModel],
        cls: type[T],
        *,
        fixed: Collection[str] = (),
        saves_extra: bool = False,
        **extra: str,
    ) -> None:
        self.row = table
        self.table: Table = table.__table__  # type: ignore[attr-defined]
        self.cls = cls
        self.extra = extra
        self.saves_extra = saves_extra
        fields = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        self.columns = [column.name for column in self.table.columns if column.name in fields - set(extra)]
        self.changing = [name for name in self.columns if name not in {"id", "version", *fixed}]

    @cached_property
    def plain(self) -> "Store[T]":
        """The same rows without computed fields, whose defaults they get: for acts that need none."""
        return Store(self.row, self.cls)

    @cached_property
    def _parents(self) -> frozenset[str]:
        return frozenset(key.target_fullname.split(".")[0] for key in self.table.foreign_keys)

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self.cls)

    @cached_property
    def own(self) -> str:
        """The columns of the table `t` itself."""
        return ", ".join(f"t.{name}" for name in self.columns)

    @cached_property
    def select(self) -> str:
        """`select … from table t`, to which a condition is added."""
        return f'select {self._fields} from "{self.table.name}" t'

    @cached_property
    def _fields(self) -> str:
        return self.own + "".join(f", {sql} as {name}" for name, sql in self.extra.items())

    def load(self, record: Any) -> T:
        """The domain object of a row."""
        return self._adapter.validate_python(dict(record))

    async def get(self, tx: Tx, row_id: UUID, *, lock: bool = False) -> T:
        """The object with this id. Raises NotFound."""
        return await one_of(tx, self.only(lock=lock, id=row_id))

    async def find(self, tx: Tx, *, lock: bool = False, **equal: object) -> T | None:
        """The only object whose columns equal these, or None."""
        found = await rows_of(tx, self.only(lock=lock, **equal))
        return found[0] if found else None

    def only(self, *, lock: bool = False, **equal: object) -> Query[T]:
        """The query of `find`."""
        conditions, arguments = _conditions(equal)
        sql, given = f"{self.select}{conditions}", tuple(arguments)
        if not lock:
            return Query(sql, given, self.load)
        table, wait = self.table.name, f"{conditions} for no key update of t"
        if not self.extra:
            return Query(f"{self.select}{wait}", given, self.load)
        if not self.saves_extra:
            return Query(f'select true as reread from "{table}" t{wait}', given, self.load, again=sql)
        changed = f'(select v.version from "{table}" v where v.id = t.id) <> t.version as reread'
        return Query(f'select {self._fields}, {changed} from "{table}" t{wait}', given, self.load, again=sql)

    async def all(self, tx: Tx, **equal: object) -> list[T]:
        """Every object whose columns equal these (a tuple: one of them), oldest first."""
        return await rows_of(tx, self.query(**equal))

    def query(self, **equal: object) -> Query[T]:
        """The query of `all`."""
        conditions, arguments = _conditions(equal)
        return Query(f"{self.select}{conditions} order by t.id", tuple(arguments), self.load)

    def many(self, column: str, ids: Sequence[UUID]) -> Query[tuple[str, dict[str, Any]]]:
        """The query for rows whose `column` is one of these ids, each with that id as text, oldest first."""
        sql = f"""select {self._fields}, t.{column} as of_id from "{self.table.name}" t
                  where t.{column} = any($1) order by t.id"""
        return Query(sql, (tuple(ids),), lambda row: (str(row.pop("of_id")), row))

    async def page(self, tx: Tx, request: PageRequest, **equal: object) -> Page[T]:
        """A page, newest first unless the request says otherwise; a filter of None does not filter."""
        given = {name: value for name, value in equal.items() if value is not None}
        conditions, arguments = _conditions(given)
        arguments.append(request.after)
        place = len(arguments)
        beyond, order = (">", "asc") if request.oldest_first else ("<", "desc")
        after = f"{' and' if given else ' where'} (${place}::uuid is null or t.id {beyond} ${place})"
        sql = f"{self.select}{conditions}{after} order by t.id {order} limit {int(request.limit) + 1}"
        return cut([self.load(record) for record in await tx.rows(sql, *arguments)], request)

    async def add(self, tx: Tx, *objects: T) -> None:
        """Insert the objects: one with the next statement, several in a round trip of their own."""
        names = ", ".join(self.columns)
        places = ", ".join(f"${number + 1}" for number in range(len(self.columns)))
        sql = f'insert into "{self.table.name}" ({names}) values ({places})'
        if len(objects) == 1:
            row = (self.table.name, objects[0].id)  # type: ignore[attr-defined]
            await tx.write(sql, *self._values(objects[0]), row=row, inserts=True, parents=self._parents)
        elif objects:
            await tx.many(sql, [tuple(self._values(thing)) for thing in objects])

    async def add_new(self, tx: Tx, thing: T, taken: DomainError) -> None:
        """Insert an object now. Raises `taken` if there is one like it already."""
        with unique_or(taken):
            await self.add(tx, thing)
            await tx.flush()

    async def add_all(self, tx: Tx, objects: Sequence[T]) -> None:
        """Insert many objects in one statement."""
        names = ", ".join(self.columns)
        sql = f"""insert into "{self.table.name}" ({names})
                  select {names} from jsonb_populate_recordset(null::"{self.table.name}", $1)"""
        if objects:
            await tx.value(sql, self.records(objects))

    async def save_all(self, tx: Tx, objects: Sequence[T]) -> None:
        """Update the rows of many objects, which are locked, in one statement; each gets the next version."""
        sets = ", ".join(f"{name} = n.{name}" for name in self.changing)
        sql = f"""update "{self.table.name}" t set {sets}, version = t.version + 1
                    from jsonb_populate_recordset(null::"{self.table.name}", $1) n where t.id = n.id"""
        if objects:
            await tx.value(sql, self.records(objects))

    def records(self, objects: Sequence[T]) -> list[dict[str, Any]]:
        """The rows of objects, for a statement that takes them all at once."""
        return [{name: getattr(thing, name) for name in self.columns} for thing in objects]

    async def save(self, tx: Tx, thing: T) -> T:
        """Update the row to the object with the next statement; returns it with the next version.

        Raises Stale after another's change, when that statement runs.
        """
        sets = ", ".join(f"{name} = ${number + 3}" for number, name in enumerate(self.changing))
        sql = f'update "{self.table.name}" set {sets}, version = version + 1 where id = $1 and version = $2 returning 1'
        version: int = thing.version  # type: ignore[attr-defined]
        row_id = thing.id  # type: ignore[attr-defined]
        values, row = self._values(thing, self.changing), (self.table.name, row_id)
        await tx.write(sql, row_id, version, *values, row=row, parents=self._parents, missing=Stale(version=version))
        return dataclasses.replace(thing, version=version + 1)  # type: ignore[type-var]

    async def change(self, tx: Tx, before: T, after: T) -> T:
        """Saves a changed object; if nothing differs, nothing is written and the version stays."""
        return before if after == before else await self.save(tx, after)

    def _values(self, thing: T, names: Sequence[str] | None = None) -> list[object]:
        return [getattr(thing, name) for name in names or self.columns]


def _conditions(equal: dict[str, object]) -> tuple[str, list[object]]:
    parts, arguments = [], []
    for name, value in equal.items():
        many = isinstance(value, tuple | list)
        arguments.append(tuple(value) if isinstance(value, list) else value)
        parts.append(f"t.{name} = any(${len(arguments)})" if many else f"t.{name} = ${len(arguments)}")
    return (" where " + " and ".join(parts) if parts else ""), arguments


@dataclasses.dataclass(frozen=True)
class TableOfId:
    """An id, and the table that it stands in."""

    id: UUID
    table: str


def tables_of(tables: Iterable[str], ids: tuple[UUID, ...]) -> Query[TableOfId]:
    """The query for the table of each id, of the rows that the caller may see."""
    sql = " union all ".join(
        f"""select t.id, '{table}' as "table" from "{table}" t where t.id = any($1)""" for table in tables
    )
    return Query(sql, (ids,), _table_of_id)


def _table_of_id(row: Any) -> TableOfId:
    return TableOfId(UUID(str(row["id"])), row["table"])
