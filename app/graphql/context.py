"""The context of a GraphQL operation: access to the use cases, the language, the loaders."""

from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.fastapi import BaseContext

from app.contract.shape import Viewer
from app.domain.actors import Actor
from app.running.catalogue import Catalogue
from app.running.level import Verb, read_level
from app.running.run import Keyed, Run
from app.usecases.declared.forms import filled
from app.usecases.nodes import find_tables
from app.vocabulary import Form, RequestKey


class _Key(Form):
    idempotency_key: RequestKey


@dataclass(kw_only=True)
class Context(BaseContext):
    """One per request. Every field that runs a use case gets its own transaction."""

    door: Run
    catalogue: Catalogue
    language: str
    trace_id: str
    reads_schema: bool = True
    """Whether this caller may read the schema. In production, introspection needs a token."""
    charge: Callable[[int], Awaitable[None]] | None = None
    """Charges the cost of an operation, in units of the caller's rate."""
    seconds: float | None = None
    """The most seconds for an operation."""
    takes_text: bool = False
    """Whether the face passes on an answer that is JSON already."""
    renew: Callable[[], None] | None = None
    """For a socket: reads its token again, which may have expired since. Raises TokenRefused."""
    ends_at: float | None = None
    """For a socket: the end of its token, in Unix seconds; None without a token."""

    prefix: str = ""
    """The path prefix by which the API is reached."""
    base: str = ""
    """The public address of the API."""

    def __post_init__(self) -> None:
        super().__init__()
        self._make_loaders()

    def of_operation(self) -> "Context":
        """A copy for one operation: a socket runs several at a time, each with its own caller and replays."""
        own = copy(self)
        own.door = copy(self.door)
        own.door.replayed = []
        own._make_loaders()
        return own

    def _make_loaders(self) -> None:
        self.links: DataLoader[tuple[Verb, UUID], Any] = DataLoader(load_fn=self._level, cache=False)
        self.tables: DataLoader[UUID, str | None] = DataLoader(load_fn=self._tables, cache=False)

    @property
    def run(self) -> Run:
        """Runs use cases for a caller that is still let in."""
        if self.renew is not None:
            self.renew()
        return self.door

    @property
    def actor(self) -> Actor:
        """The actor of the last use case."""
        return self.door.actor

    @property
    def viewer(self) -> Viewer:
        """The viewer of the last use case's result, with their language."""
        return Viewer(
            actor=self.door.actor,
            language=self.language,
            now=self.door.now(),
            prefix=self.prefix,
            base=self.base,
            token_of=self.door.token_of,
        )

    def keyed(self, key: str) -> Keyed:
        """Runs use cases under a request key. Raises Malformed."""
        return self.run.keyed(filled(_Key, idempotency_key=key).idempotency_key)

    async def pay(self, units: int) -> None:
        """Charges units of the caller's rate. Raises TooFast if a socket has none left."""
        if self.charge is not None:
            await self.charge(units)

    async def _level(self, asked: list[tuple[Verb, UUID]]) -> list[Any]:
        """The targets of the links of a level, or the errors that block them."""
        each = tuple(dict.fromkeys(asked))
        found = dict(zip(each, await read_level(self.run, each), strict=True))
        return [found[one] for one in asked]

    async def _tables(self, ids: list[UUID]) -> list[str | None]:
        found = await self.run(find_tables, ids=tuple(dict.fromkeys(ids)))
        return [found.get(row_id) for row_id in ids]


Info = strawberry.Info[Context, None]
