"""What every socket passes: how many somebody may hold open, what they cost, one line in the log."""

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
"""Sockets that one person or app holds open at one process."""
MOST_OF_ADDRESS = 200
"""Of one address, behind which a whole office may be."""
TRY_LATER = 1013
TOO_MANY = "too_many_connections"
log = logging.getLogger("samen.access")


@dataclass
class Sockets:
    """The sockets that are open at this process, by who holds them."""

    rates: Rates
    held: Counter[str] = field(default_factory=Counter)

    def hold(self, name: str, most: int) -> bool:
        """Count one more; not where there are `most`."""
        if self.held[name] >= most:
            return False
        self.held[name] += 1
        return True

    def drop(self, name: str) -> None:
        self.held[name] -= 1
        if not self.held[name]:
            del self.held[name]

    async def spend(self, who: Identity, address: str, units: int) -> None:
        """Units of the rate of who speaks through a socket. Raises TooFast."""
        name = "visitor" if who == VISITOR else who.rate
        left = await self.rates.spend(client_of(who, address), name, units)
        if left is not None and not left.allowed:
            raise TooFast(seconds=left.seconds)


@dataclass
class Socket:
    """One socket: the address that it comes from and, once it said so, who speaks."""

    sockets: Sockets
    address: str
    holders: list[str] = field(default_factory=list)

    def belongs_to(self, who: Identity) -> bool:
        """Count it for who speaks; False where they hold too many."""
        return self._held(client_of(who, self.address), MOST_OF_CLIENT)

    async def refusal(self) -> str:
        """Count it for its address; the code of a refusal if that holds too many or asks too fast, else ""."""
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
    """A socket from its beginning to its end; one too many is turned away before it opens."""
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
