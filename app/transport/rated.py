"""Every request costs units of its client's rate, told in the headers of the answer; who has none left waits."""

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
"""What watches over the process, and pages without anybody's rows."""


def is_shared(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether caches may give an answer with these headers to everybody (`Cache-Control: public`)."""
    return any(name == b"cache-control" and value.startswith(b"public") for name, value in headers)


@dataclass
class Rated:
    """What a request may still spend, and for whom."""

    wired: Wiring
    client: str
    name: str
    left: Left | None

    @classmethod
    async def of(cls, request: Request) -> Self:
        """The request's units are spent: one, ten for a login. A bad token counts for the address it came from."""
        wired = wiring_of(request)
        path: str = request.scope["path"]
        if path.startswith(FREE):
            return cls(wired, "", "", None)
        # A refusal is written in the audit log once the request is let in: whoever asks too fast does not fill it.
        judgement = await judged(request)
        who = VISITOR if isinstance(judgement, DomainError) else judgement
        client = client_of(who, request.client.host if request.client else "")
        name = "visitor" if who == VISITOR else who.rate
        cost = LOGIN_COST if path == "/oauth/token" else 1
        return cls(wired, client, name, await wired.rates.spend(client, name, cost))

    async def owe(self, units: int) -> None:
        """Spend more units while the request still goes on."""
        if self.left is not None:
            self.left = await self.wired.rates.spend(self.client, self.name, units, owed=True) or self.left

    @property
    def allowed(self) -> bool:
        return self.left is None or self.left.allowed

    async def add_headers(self, headers: MutableHeaders, request: Request, status: int) -> None:
        """Spend what the operation turned out to cost more, and say what is left, as the IETF's draft names it.

        An answer that caches share says nothing of it: it goes to others too.
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
