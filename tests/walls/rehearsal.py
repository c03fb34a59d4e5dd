"""The whole application, except that every request is rolled back at its end.

So every request of the matrix finds the same world, in any order: a caller that ends an office or erases itself does so
for that request only.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

from fastapi import FastAPI
from starlette.types import ASGIApp, Message

from app.db.engine import Database, Tx
from app.db.logins import logins_at
from app.domain.actors import Identity
from app.graphql.compiled import Written
from app.graphql.context import Context
from app.graphql.schema import schema
from app.keys import sealing
from app.main import build
from app.running.run import Run
from app.settings import Settings
from app.transport.prefix import Prefix
from tests.world import Clock, Json


class Stage:
    """The connection of one request, and the transaction on it that is never committed."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.turn, self.whole = connection, asyncio.Lock(), connection.transaction()
        self.began = False

    @asynccontextmanager
    async def part(self) -> AsyncIterator[Any]:
        """The first transaction of the request is the real one, later ones are savepoints in it; they take turns."""
        async with self.turn:
            if self.began:
                async with self.connection.transaction():
                    yield self.connection
                return
            await self.whole.start()
            try:
                yield self.connection
                self.began = True
            finally:
                if not self.began:
                    await self.whole.rollback()
                    self.whole = self.connection.transaction()


_stage: ContextVar[Stage] = ContextVar("stage")


class Rehearsal(Database):
    """As the application's role; the checks of a commit run, and then nothing is committed."""

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        async with self._turns, self._pool.acquire() as connection:
            stage = Stage(connection)
            token = _stage.set(stage)
            try:
                yield
            finally:
                _stage.reset(token)
                if stage.began:
                    await stage.whole.rollback()

    @asynccontextmanager
    async def transaction(self, now: datetime | None = None, *, snapshot: bool = False) -> AsyncIterator[Tx]:
        async with _stage.get().part() as connection:
            tx = Tx(connection, now or datetime.now(UTC), self.sealing)
            yield tx
            await tx.flush()
            await connection.execute("set constraints all immediate; set constraints all deferred")


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: tuple[tuple[str, str], ...]

    @property
    def etag(self) -> str | None:
        return dict(self.headers).get("etag")

    @property
    def code(self) -> str | None:
        """Of a refusal."""
        said = json.loads(self.text) if self.status >= 400 else {}
        return said.get("code") or said.get("error")


class Stand:
    """The two faces on a rehearsal, called without a network: REST as a request, GraphQL as a document."""

    def __init__(self, app: FastAPI, rehearsal: Rehearsal, clock: Clock, prefix: str = "") -> None:
        self.app, self.rehearsal, self.clock = app, rehearsal, clock
        self._asked: ASGIApp = Prefix(app, prefix) if prefix else app

    def below(self, prefix: str) -> "Stand":
        """The same faces, on a host with a path prefix."""
        return Stand(self.app, self.rehearsal, self.clock, prefix)

    async def ask(self, method: str, address: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        path, _, query = address.partition("?")
        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
        }
        scope |= {"query_string": query.encode(), "http_version": "1.1", "scheme": "http", "asgi": {"version": "3.0"}}
        scope |= {"server": ("test", 80), "client": ("127.0.0.1", 1)}
        sent = {"host": "test", "content-length": str(len(body))} | headers
        scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
        said: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            said.append(message)

        async with self.rehearsal.request():
            # A bug is answered, and then raised for the server's log.
            with contextlib.suppress(Exception):
                await self._asked(scope, receive, send)
        text = b"".join(message.get("body", b"") for message in said[1:])
        sent_back = tuple((name.decode(), value.decode()) for name, value in said[0]["headers"])
        # A PDF is no text.
        return Answer(said[0]["status"], text.decode(errors="replace"), sent_back)

    async def query(self, document: str, variables: dict[str, Any], identity: Identity) -> Json:
        """The answer of GraphQL; for a subscription the first event."""
        run = Run(self.rehearsal, identity, now=self.clock)
        context = Context(
            door=run, catalogue=self.app.state.wiring.catalogue, language="en", trace_id="-", takes_text=True
        )
        async with self.rehearsal.request():
            if document.startswith("subscription"):
                watched = await schema.subscribe(document, variables, context_value=context)
                async with contextlib.aclosing(cast("AsyncGenerator[Any, None]", watched)) as events:
                    result = await anext(events)
            else:
                result = await schema.execute(document, variables, context_value=context)
        data = json.loads(result.data.text) if isinstance(result.data, Written) else result.data
        return {"data": data, "errors": [error.formatted for error in result.errors or ()]}


@asynccontextmanager
async def rehearsed(settings: Settings, database_url: str, clock: Clock) -> AsyncIterator[Stand]:
    app = build(settings, logins_at(database_url), now=clock)
    rehearsal = Rehearsal(logins_at(database_url), size=2, sealing=sealing(settings))
    await rehearsal.open()
    async with app.router.lifespan_context(app):
        app.state.wiring = replace(app.state.wiring, make_run=partial(Run, rehearsal, now=clock))
        yield Stand(app, rehearsal, clock)
    await rehearsal.close()
