"""Another company's OpenID provider: discovery document and keys over real HTTP; it answers as a test wants."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.adapters.tokens import new_key
from tests.forge import Forge
from tests.live import free_port, served
from tests.tls import Tls
from tests.world import Json

DISCOVERY, KEYS = "/.well-known/openid-configuration", "/keys"


@dataclass(kw_only=True)
class Provider:
    """The private keys whose public parts it publishes, and its behaviour."""

    port: int
    tls: Tls | None = None
    keys: list[Json] = field(default_factory=lambda: [new_key()])
    seconds: float = 0
    """The seconds that each of its answers takes."""
    document: Json = field(default_factory=dict)
    """Extra or replaced values of its discovery document."""
    says: Response | None = None
    """An answer to all requests instead."""
    asked: list[str] = field(default_factory=list)
    """The requested paths."""
    _open: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def issuer(self) -> str:
        return f"https://localhost:{self.port}" if self.tls else f"http://127.0.0.1:{self.port}"

    @property
    def forge(self) -> Forge:
        """Makes tokens with its newest key."""
        return Forge(self.issuer, self.keys[0])

    def token(self, **changes: Any) -> str:
        return self.forge.signed(**changes)

    def rotate(self) -> None:
        """One new key instead of all others."""
        self.keys = [new_key()]

    async def start(self) -> None:
        app = Starlette(routes=[Route(DISCOVERY, self._answer), Route(KEYS, self._answer)])
        await self._open.enter_async_context(served(app, self.port, tls=self.tls))

    async def stop(self) -> None:
        """From now on nothing listens on its port."""
        await self._open.aclose()

    async def _answer(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        await asyncio.sleep(self.seconds)
        if self.says is not None:
            return self.says
        if request.url.path == DISCOVERY:
            return JSONResponse({"issuer": self.issuer, "jwks_uri": f"{self.issuer}{KEYS}"} | self.document)
        public = [{name: value for name, value in key.items() if name != "d"} for key in self.keys]
        return JSONResponse({"keys": public})


@contextlib.asynccontextmanager
async def provider_at(tls: Tls | None = None) -> AsyncIterator[Provider]:
    """A provider that listens."""
    made = Provider(port=free_port(), tls=tls)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
