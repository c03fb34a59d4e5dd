"""GraphQL links beside ids, and `node`, to reads with `@reads_by_id`; and lists below an object."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import strawberry

from app.contract.operation import Noun, Operation, UseCase
from app.contract.shape import bare, optional
from app.domain.errors import DomainError, NotFound
from app.graphql.budget import count_rows
from app.graphql.context import Context, Info
from app.graphql.engine import field_name, said, type_of
from app.graphql.limits import MOST_WITHIN, ROWS
from app.graphql.types import Id, Node
from app.ids import AnyId, noun_of
from app.usecases.declared.audit import DENIALS, audited
from app.usecases.declared.forms import filled
from app.usecases.declared.reading import read_by_id
from app.usecases.nodes import find_tables
from app.vocabulary import Form

Lead = Callable[[Any, Context], Awaitable[Any]]
"""A function from an object to the target of its link."""
MOST_BELOW = 10
"""The rows that a list below an object weighs."""


class _Any(Form):
    id: AnyId


class Links:
    """All reads that take only an id, so that they can run for a whole level of a document at once."""

    def __init__(self, tables: Iterable[Noun]) -> None:
        self.reads = [one for table in tables for one in table.operations if read_by_id(one.use_case)]
        things = [one for one in self.reads if one.own_id and not one.lists]
        self._by_noun = {noun_of(one.hints[cast("str", one.own_id)]): one for one in things}
        self._by_table = {read_by_id(one.use_case)[0].store.table.name: one for one in things}
        self._below: dict[Any, list[Operation]] = defaultdict(list)
        for one in self.reads:
            self._below[one.below].append(one)

    @property
    def nodes(self) -> set[UseCase]:
        """The reads of one object by its id."""
        return {one.use_case for one in self._by_table.values()}

    def of(self, shape: type) -> dict[str, Any]:
        """The extra fields of a shape's type, such as `member` beside `memberId`."""
        links = (self._link(*one) for one in get_type_hints(shape, include_extras=True).items())
        return dict(filter(None, links)) | {_name_below(one): _list(one) for one in self._below[shape]}

    def _link(self, name: str, hint: Any) -> tuple[str, Any] | None:
        inner, _ = optional(bare(hint))
        several = get_origin(bare(inner)) is list
        noun = noun_of(get_args(bare(inner))[0]) if several else noun_of(inner) or noun_of(hint)
        if noun is None or (name == "id" and noun) or (noun and noun not in self._by_noun):
            return None
        lead, kind = self._to(noun)

        async def one(thing: Any, context: Context) -> Any:
            row_id = getattr(thing, name)
            return None if row_id is None else await lead(row_id, context)

        async def each(thing: Any, context: Context) -> Any:
            return await asyncio.gather(*(lead(one, context) for one in getattr(thing, name)), return_exceptions=True)

        words = said(hint)
        if several:
            stem = name.removesuffix("_ids")
            # mypy cannot know a type that is made when the app starts.
            kinds = list[kind | None] | None  # type: ignore[valid-type]
            return f"{noun}s" if stem == noun else f"{stem}_{noun}s", _field(each, kinds, words, MOST_WITHIN)
        called = name.removesuffix("_id") if name.endswith("_id") else f"{name}_{noun}"
        called = "node" if name == "id" else called
        return called, _field(one, kind | None, words, 1)

    def _to(self, noun: str) -> tuple[Lead, Any]:
        """How ids of a noun are followed, and the type at their end."""
        if not noun:
            return self._any, Node
        read = self._by_noun[noun]
        return lambda row_id, context: _led(read, row_id, context), type_of(read.shape)

    async def _any(self, row_id: UUID, context: Context) -> Any:
        """The object with an id of one of several nouns; null for a noun without a read by id."""
        read = self._by_table.get(await context.tables.load(row_id) or "")
        if read is None:
            count_rows(1)
            return None
        return await _led(read, row_id, context)

    async def node(self, row_id: UUID, context: Context) -> Any:
        """The object with this id.

        Raises NotFound, also for nouns without such a read, or if the caller may not see it.
        """
        read = self._by_table.get(await context.tables.load(row_id) or "")
        if read is None:
            with audited(find_tables, context.run.identity, lambda: context.actor, {"id": row_id}):
                raise NotFound
        try:
            return await _led(read, row_id, context)
        except DomainError as refusal:
            raise (NotFound if refusal.status in DENIALS else refusal) from None

    def query(self) -> Any:
        """The field of Query that reads any such object by its id alone."""

        async def node(info: Info, id: Id) -> Node | None:
            return cast("Node", await self.node(filled(_Any, id=id).id, info.context))

        types = ", ".join(f"`{one.shape.__name__}`" for one in sorted(self._by_table.values(), key=_name_of_shape))
        words = f"What has this id, as far as the caller may see it. It reads {types} and no other type."
        return strawberry.type(type("NodeQuery", (), {"node": strawberry.field(resolver=node, description=words)}))


async def _led(read: Operation, row_id: UUID, context: Context) -> Any:
    count_rows(1)
    found = await context.links.load((read.use_case, row_id))
    return read.shape.of(found, context.viewer)


def _list(read: Operation) -> Any:
    async def rows(thing: Any, context: Context) -> Any:
        found = await context.links.load((read.use_case, thing.id))
        count_rows(len(found))
        return [read.shape.of(row, context.viewer) for row in found]

    # mypy cannot know a type that is made when the app starts.
    return _field(rows, list[type_of(read.shape)] | None, read.words, MOST_BELOW)  # type: ignore[misc]


def _name_of_shape(read: Operation) -> str:
    return str(read.shape.__name__)


def _name_below(read: Operation) -> str:
    """`events` of an order, not `order_events`."""
    return field_name(read).removeprefix(f"{read.below.__name__.lower()}_")


def _field(lead: Lead, kind: Any, words: str | None, rows: int) -> Any:
    async def resolve(self: Any, info: Info) -> Any:
        return await lead(self, info.context)

    resolve.__annotations__ = {"info": Info, "return": kind}
    return strawberry.field(resolver=resolve, description=words, metadata={ROWS: rows})
