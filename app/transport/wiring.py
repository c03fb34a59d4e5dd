"""The values that the composition root passes to both faces."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection

from app.adapters.tokens import Issuer, KeyRing
from app.running.catalogue import Catalogue
from app.transport.sockets import Sockets
from app.transport.uploads import Uploads
from app.usecases.platform.rates import Rates


@dataclass
class Readiness:
    """The last result of the readiness probe: however often it is called, the database is queried once a second."""

    draining: bool = False
    """Whether the process is about to stop, so that a proxy sends requests elsewhere."""

    looked_at: float = float("-inf")
    lag: float = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """The values that `main` passes to the faces."""

    make_run: Any
    """Makes the `Run` of an identity, on the pool of the application's role."""
    catalogue: Catalogue
    issuers: Sequence[Issuer]
    keys: KeyRing
    app_issuer: str
    audience: str
    base: str
    """The base of the links that people receive."""
    rates: Rates
    sockets: Sockets
    readiness: Readiness = field(default_factory=Readiness)
    uploads: Uploads = field(default_factory=Uploads)


def wiring_of(connection: HTTPConnection) -> Wiring:
    """The wiring of this process."""
    found: Wiring = connection.app.state.wiring
    return found
