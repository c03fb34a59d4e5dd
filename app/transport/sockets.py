"""What every socket passes: the number that a caller may hold open, their cost, one line in the log."""

import logging
import time
from collections import Counter
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.actors import VISITOR, Identity
from app.domain.errors import TooFast
from app.domain.platform.rates import client_of
from app.transport.codes import note_code, noted
from app.usecases.platform.rates import Rates

MOST_OF_CLIENT = 20
"""The most sockets of one person or app at one process."""
MOST_OF_ADDRESS = 200
"""The most sockets of one address, which may be a whole office."""
TRY_LATER = 1013
TOO_MANY = "too_many_connections"
log = logging.getLogger("samen.access")


@dataclass
class Sockets:
    """The open sockets of this process, by holder."""

    rates: Rates
    held: Counter[str] = field(default_factory=Counter)

    def hold(self, name: str, most: int) -> bool:
        """Counts one more socket; returns False if there are `most` already."""
        if self.held[name] >= most:
            return False
        self.held[name] += 1
        return True

    def drop(self, name: str) -> None:
        self.held[name] -= 1
        if not self.held[name]:
            del self.held[name]

    async def spend(self, who: Identity, address: str, units: int) -> None:
        """Charges units to the caller of a socket. Raises TooFast."""
        name = "visitor" if who == VISITOR else who.rate
        left = await self.rates.spend(client_of(who, address), name, units)
        if left is not None and not left.allowed:
            raise TooFast(seconds=left.seconds)


@dataclass
class Socket:
    """One socket: its client address and, once it has authenticated, its caller."""

    sockets: Sockets
    address: str
    holders: list[str] = field(default_factory=list)

    def belongs_to(self, who: Identity) -> bool:
        """Counts it for its caller; False if they have too many."""
        return self._held(client_of(who, self.address), MOST_OF_CLIENT)

    async def refusal(self) -> str:
        """Counts it for its address; the code of a refusal if that has too many or is too fast, else ""."""
        try:
            await self.sockets.spend(VISITOR, self.address, 1)
        except TooFast:
            return TooFast.code
        held = self._held(f"from {client_of(VISITOR, self.address)}", MOST_OF_ADDRESS)
        return "" if held else TOO_MANY

    def _held(self, name: str, most: int) -> bool:
        held = self.sockets.hold(name, most)
        if held:
            self.holders.append(name)
        return held

    def closed(self) -> None:
        for name in self.holders:
            self.sockets.drop(name)


async def serve_socket(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serves a socket from beginning to end; one too many is refused before it opens."""
    began, client = time.perf_counter(), scope.get("client")
    socket = Socket(scope["app"].state.wiring.sockets, client[0] if client else "")
    scope.setdefault("state", {})["socket"] = socket
    connection = HTTPConnection(scope)
    try:
        if code := await socket.refusal():
            note_code(connection, code)
            await send({"type": "websocket.close", "code": TRY_LATER})
        else:
            await app(scope, receive, send)
    finally:
        socket.closed()
        spent = round((time.perf_counter() - began) * 1000, 1)
        log.info("socket", extra={"route": "/graphql", "ms": spent, **noted(connection)})
