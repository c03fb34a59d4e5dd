"""Another company's server that receives webhooks over real HTTP; it answers as a test wants."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook as Verifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.live import free_port, served


@dataclass(kw_only=True)
class Receiver:
    """The received requests, in order.

    `answers` are the next statuses, then 204; `before` runs once, before an answer.
    """

    port: int
    answers: list[int] = field(default_factory=list)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    before: Callable[[], Awaitable[Any]] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """The headers of its answers."""
    patient: asyncio.Event | None = None
    """It answers once this is set."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def verified(self, secret: str) -> list[dict[str, Any]]:
        """The events received with a fresh timestamp, verified like a receiver does.

        Raises WebhookVerificationError.
        """
        return [dict(Verifier(secret).verify(body, headers)) for headers, body in self.calls]

    def events(self, secret: str) -> list[dict[str, Any]]:
        """All received events, whatever their timestamp, each signed with the secret."""
        for headers, body in self.calls:
            sent = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
            good = Verifier(secret).sign(headers["webhook-id"], sent, body.decode())
            assert good in headers["webhook-signature"].split()
        return [json.loads(body) for _, body in self.calls]


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    found = Receiver(port=free_port())

    async def hook(request: Request) -> Response:
        found.calls.append((dict(request.headers), await request.body()))
        if found.before is not None:
            await found.before()
            found.before = None
        if found.patient is not None:
            await found.patient.wait()
        status = found.answers.pop(0) if found.answers else 204
        return Response(status_code=status, headers=found.headers)

    app = Starlette(routes=[Route("/hook", hook, methods=["POST"])])
    async with served(app, found.port):
        yield found
