"""GraphQL over a socket (graphql-transport-ws): the messages that are served, and how long."""

import asyncio
import contextlib
import time
from typing import Any, cast

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from app.domain.errors import IssuerUnavailable, TokenRefused
from app.graphql.context import Context

UNAUTHORIZED = 4401
TRY_LATER = 1013
"""The close code if the token cannot be verified now; clients reconnect by themselves."""


class Messages(BaseGraphQLTransportWSHandler[Context, None]):
    """Closes a socket with 4400 after a malformed message, and with 4401 as soon as its token is refused.

    A timer closes it when the token ends. If its app is blocked, the next operation is refused.
    """

    _timer: asyncio.Task[None] | None = None
    _over = False

    async def handle_message(self, message: Any) -> None:
        if self._over:
            return
        # The timer may be late.
        if self._seconds_left() <= 0:
            await self._end("expired")
        elif _has_shape(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("Failed to parse message")

    async def handle_connection_init(self, message: Any) -> None:
        """If the provider of a token does not answer, closes with "try again later"; after 4403 a client would not
        retry.
        """
        try:
            await super().handle_connection_init(message)
        except IssuerUnavailable:
            await self.websocket.close(TRY_LATER, "Try again later")
            return
        if self._timer is None and self.connection_acknowledged and self.context.ends_at is not None:
            self._timer = asyncio.create_task(self._end_on_time())
            self._timer.add_done_callback(self._task_done)

    async def send_message(self, message: Any) -> None:
        if self._over:
            return
        reason = _refused(message)
        await (super().send_message(message) if reason is None else self._end(reason))

    async def shutdown(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await super().shutdown()

    def _seconds_left(self) -> float:
        """Seconds until the token ends; infinite for a socket without a token."""
        ends_at = self.context.ends_at
        return float("inf") if ends_at is None else ends_at - time.time()

    async def _end_on_time(self) -> None:
        await asyncio.sleep(self._seconds_left())
        await self._end("expired")

    async def _end(self, reason: str) -> None:
        """Stops running operations, as if the client had gone, and closes the socket."""
        self._over = True
        # An operation that is refused itself ends by itself.
        own = asyncio.current_task()
        for operation in [operation for operation in self.operations.values() if operation.task is not own]:
            await self.cleanup_operation(operation.id)
        if cast("WebSocket", self.context.request).application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(WebSocketDisconnect):
                await self.websocket.close(UNAUTHORIZED, f"{TokenRefused.code}: {reason}")


def _has_shape(message: Any) -> bool:
    """Whether type and id of a message, and the payload of a `subscribe`, follow the protocol."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] not in ("subscribe", "complete"):
        return True
    payload = message.get("payload", {}) if message["type"] == "subscribe" else {"query": ""}
    return (
        isinstance(message.get("id"), str)
        and isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )


def _refused(message: Any) -> str | None:
    """The reason if a message to the client says that the token is refused; otherwise None."""
    payload = message.get("payload")
    errors = payload.get("errors", ()) if message["type"] == "next" else payload if message["type"] == "error" else ()
    for error in errors:
        extensions = error.get("extensions", {})
        if extensions.get("code") == TokenRefused.code:
            return str(extensions["facts"]["reason"])
    return None
