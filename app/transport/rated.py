"""Rate limits: every request costs units of its client's rate; headers show what is left; at zero it must wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from app.adapters.callers import judged
from app.adapters.metrics import REFUSED
from app.domain.actors import VISITOR
from app.domain.errors import DomainError
from app.domain.platform.rates import LOGIN_COST, Left, client_of
from app.transport.wiring import Wiring, wiring_of

FREE = ("/healthz", "/readyz", "/static/", "/.well-known/", "/docs")
"""Paths that cost nothing: monitoring, and pages without anybody's data."""


def is_shared(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether caches may share an answer with these headers (`Cache-Control: public`)."""
    return any(name == b"cache-control" and value.startswith(b"public") for name, value in headers)


@dataclass
class Rated:
    """The units that a request may still spend, and its client."""

    wired: Wiring
    client: str
    name: str
    left: Left | None

    @classmethod
    async def of(cls, request: Request) -> Self:
        """Charges the request: one unit, ten for a login. A bad token counts for its address."""
        wired = wiring_of(request)
        path: str = request.scope["path"]
        if path.startswith(FREE):
            return cls(wired, "", "", None)
        # The audit line of a refused token is written once the request is let in, so that a fast sender cannot fill the
        # log.
        judgement = await judged(request)
        who = VISITOR if isinstance(judgement, DomainError) else judgement
        client = client_of(who, request.client.host if request.client else "")
        name = "visitor" if who == VISITOR else who.rate
        cost = LOGIN_COST if path == "/oauth/token" else 1
        return cls(wired, client, name, await wired.rates.spend(client, name, cost))

    async def owe(self, units: int) -> None:
        """Charges more units while the request is still running."""
        if self.left is not None:
            self.left = await self.wired.rates.spend(self.client, self.name, units, owed=True) or self.left

    @property
    def allowed(self) -> bool:
        return self.left is None or self.left.allowed

    async def add_headers(self, headers: MutableHeaders, request: Request, status: int) -> None:
        """Charges what the operation cost extra, and adds the headers of the IETF draft.

        A shared answer has no such headers, because it goes to others too.
        """
        more = getattr(request.state, "units", 1) - 1
        left = self.left
        if left is not None and more > 0:
            left = await self.wired.rates.spend(self.client, self.name, more, owed=True)
        if left is None or is_shared(headers.raw):
            return
        name = left.rate.name
        headers["RateLimit-Policy"] = f'"{name}";q={left.rate.limit};w=60'
        headers["RateLimit"] = f'"{name}";r={left.units};t={left.seconds}'
        if status == 429:
            headers["Retry-After"] = str(left.seconds)
            REFUSED.labels(name).inc()
