"""Limits of a connection before the application sees a request: size of the head, time, number of connections.

uvicorn's protocol on httptools has no such limits. Here a head has at most 16 kB and 100 headers. Head and body must
arrive in time. One address may hold a limited number of connections. If the process runs out of connections, it closes
some that wait for their client.
"""

import asyncio
import logging
import resource
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

import uvicorn
from starlette.requests import Request
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.adapters.metrics import REQUESTS
from app.domain.actors import VISITOR
from app.domain.platform.rates import client_of
from app.transport.codes import noted
from app.transport.middleware import BODY_LIMIT, dressed
from app.transport.problems import refused

HEAD_LIMIT = 16_384
"""Bytes of a request's path, headers and trailers together."""
MOST_HEADERS = 100
SOCKET_LINE = 8_000
"""Bytes of one header of a request for a socket; the websocket library accepts 8,192."""
PATIENCE = 10.0
"""Seconds until a head must be in; for a body, plus one for every `BODY_RATE` bytes of it."""
BODY_RATE = 1_000
READING = 60.0
"""Seconds for which a client may read nothing of an answer."""
SPARE = 100
"""File descriptors kept free for the database and everything else."""
log = logging.getLogger("samen.access")


@dataclass
class Doors:
    """The connections of one server, by client address."""

    most_of_address: int = 0
    """The most connections of one address; 0: no limit."""
    most: int = field(default_factory=lambda: max(_most_files() - SPARE, _most_files() // 2))
    held: Counter[str] = field(default_factory=Counter)

    def enter(self, address: str) -> None:
        self.held[address] += 1

    def leave(self, address: str) -> None:
        self.held[address] -= 1
        if not self.held[address]:
            del self.held[address]

    def has_too_many(self, address: str) -> bool:
        return 0 < self.most_of_address < self.held[address]

    def make_room(self, connections: set[Any]) -> None:
        """If the process is nearly out of connections, closes a tenth of those that wait for their client.

        Those with a half-sent head go first, oldest first. A tenth, so that the search through all of them is rare.
        """
        if len(connections) < self.most:
            return
        waiting = [one for one in connections if isinstance(one, Connection | Socket) and one.waits]
        for one in sorted(waiting, key=lambda one: (one.idle, one.since))[: max(len(waiting) // 10, 1)]:
            one.transport.abort()


def _most_files() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_000_000 if soft == resource.RLIM_INFINITY else soft


class Bounded(uvicorn.Config):
    """uvicorn's configuration with limited connections."""

    def __init__(
        self, app: Any, *, version: str, prefix: str = "", connections_per_address: int = 0, **named: Any
    ) -> None:
        super().__init__(app, http=Connection, ws=Socket, ws_max_size=BODY_LIMIT, **named)
        self.version, self.prefix, self.doors = version, prefix, Doors(connections_per_address)
        self.draining = False
        """Whether each answer is the last one of its connection."""


class HeadTooLarge(Exception):
    """Raised inside the parser, to stop it."""


class Connection(HttpToolsProtocol):
    """One HTTP connection. `since` is when it began to wait for its client; `waits`, whether it does."""

    _counted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self._unread = self._head = 0
        self._too_large = False
        self.since = self.loop.time()
        self._due: float | None = self.since + PATIENCE
        self._look = self.loop.call_later(PATIENCE, self._look_again)
        self._doors.make_room(self.connections)
        self._address = address_of(self)
        self._doors.enter(self._address)
        self._counted = True
        if self._address and self._doors.has_too_many(self._address):
            self.refuse(429, "too_many_connections")

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._let_go()

    def _let_go(self) -> None:
        """Stops counting and watching it."""
        self._look.cancel()
        if self._counted:
            self._doors.leave(self._address)
            self._counted = False

    @property
    def _doors(self) -> Doors:
        return cast("Bounded", self.config).doors

    @property
    def waits(self) -> bool:
        """Whether no request is being handled."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def idle(self) -> bool:
        """Whether no byte of a next request has arrived."""
        return self._due is None

    def data_received(self, data: bytes) -> None:
        if self._due is None:
            self._due = self.loop.time() + PATIENCE
        self._unread += len(data)
        super().data_received(data)
        if self._unread > HEAD_LIMIT and not self.transport.is_closing():
            self._too_large = True
            self.send_400_response("")

    # `_unread`: bytes since the last callback of the parser; it grows while one header does not end.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._unread = self._head = 0
        self.since = self.loop.time()
        self._due = self.since + PATIENCE

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)
        if len(self.headers) > MOST_HEADERS:
            self._count(HEAD_LIMIT)

    def _count(self, size: int) -> None:
        self._unread = 0
        self._head += size
        if self._head > HEAD_LIMIT:
            self._too_large = True
            raise HeadTooLarge

    def on_headers_complete(self) -> None:
        self._unread = 0
        super().on_headers_complete()
        if cast("Bounded", self.config).draining:
            self.be_last()

    def be_last(self) -> None:
        """Adds `Connection: close` to the current answer, unless its head was sent already.

        A proxy then opens its next connection to another process, and no request meets a closing connection.
        """
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        if self._due is not None:
            self._due += len(body) / BODY_RATE
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread, self._due = 0, None
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._taken_by = self.loop.time() + READING

    @property
    def _deadline(self) -> float | None:
        """When the client must have read an answer, or sent its request; None if we have stopped reading."""
        if self.flow.write_paused:
            return self._taken_by
        return None if self.flow.read_paused else self._due

    def _look_again(self) -> None:
        """Closes the connection if the client is too slow; otherwise checks again at the new deadline."""
        now, deadline = self.loop.time(), self._deadline
        if self.flow.read_paused and self._due is not None:
            self._due = max(self._due, now + PATIENCE)
        if deadline is not None and deadline <= now:
            self._give_up()
            return
        self._look = self.loop.call_at(deadline or now + PATIENCE, self._look_again)

    def _give_up(self) -> None:
        """Sends the reason, unless the client never sent anything."""
        if self._head or self._unread:
            self.refuse(408, "too_slow")
        else:
            self.transport.abort()

    def handle_websocket_upgrade(self) -> None:
        """From here on, the socket is counted."""
        if len(self.url) > SOCKET_LINE or any(len(name) + len(value) > SOCKET_LINE for name, value in self.headers):
            self.refuse(431, "head_too_large")
            return
        bodies = {b"content-length", b"transfer-encoding"}
        if self.scope["method"] != "GET" or any(name in bodies for name, _ in self.headers):
            self.refuse(400, "bad_request", how="http")
            return
        self._let_go()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        if self._too_large:
            self.refuse(431, "head_too_large")
        else:
            self.refuse(400, "bad_request", how="http")

    def refuse(self, status: int, code: str, **facts: str) -> None:
        """Refuses a connection without a valid request, in the usual form, closes it, and logs a line.

        If another request is still being handled, it only closes; the application logs that.
        """
        if not self.waits or self.flow.write_paused:
            self.transport.abort()
            return
        scope = {"type": "http", "method": "-", "path": "/", "headers": getattr(self, "headers", None) or []}
        state = {"trace_id": uuid4().hex, "prefix": cast("Bounded", self.config).prefix}
        request = Request(scope | {"query_string": b"", "server": None, "state": state})
        answer = refused(request, status, code, **facts)
        headers = dressed(answer.raw_headers, cast("Bounded", self.config).version, request.state.trace_id)
        headers = [*self.server_state.default_headers, *headers, (b"connection", b"close")]
        lines = [b"%s: %s\r\n" % pair for pair in headers]
        self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", bytes(answer.body)]))
        self.transport.close()
        REQUESTS.labels("-", "-", status).inc()
        spent = round((self.loop.time() - self.since) * 1000, 1)
        told = {"method": "-", "route": "-", "status": status, "ms": spent, "trace_id": request.state.trace_id}
        log.info("request", extra=told | noted(request))


class Socket(WebSocketsSansIOProtocol):
    """A socket counts like the connection that it was, and must be open in time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.since = self.loop.time()
        self._look = self.loop.call_later(PATIENCE, self._look_again)
        self._address = address_of(self)
        self._doors.enter(self._address)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._look.cancel()
        self._doors.leave(self._address)

    @property
    def waits(self) -> bool:
        """Whether it is still opening."""
        return not self.handshake_complete

    idle = False
    """Not idle: it waits in the middle of a handshake, like a half-sent head."""

    def _look_again(self) -> None:
        if self.waits:
            self.transport.abort()

    def shutdown(self) -> None:
        """Before the socket is open, no close frame is possible."""
        if self.waits:
            self.transport.abort()
        else:
            super().shutdown()

    @property
    def _doors(self) -> Doors:
        return cast("Bounded", self.config).doors


def address_of(connection: Connection | Socket) -> str:
    """The client address that a connection counts for; "" for a trusted proxy, which has many clients."""
    host = connection.client[0] if connection.client else None
    app = connection.config.loaded_app
    if host is None or (isinstance(app, ProxyHeadersMiddleware) and host in app.trusted_hosts):
        return ""
    return client_of(VISITOR, host)
