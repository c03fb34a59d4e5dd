"""The path prefix of an installation that shares its host: taken off each request, put before each link."""

import re
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

METADATA = "/.well-known/oauth-authorization-server"
_LINK = re.compile(rb"<(?=/(?!/))")
"""Where the target of a link begins that is a path of ours (RFC 8288)."""


class Prefix:
    """Outermost: whatever is inside sees paths that begin with `/v1`, and writes them into `Location` and `Link`.

    A proxy may pass the prefix on or strip it. Bodies get it by `app.adapters.addresses.public_path`.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix, self._raw = prefix, prefix.encode()
        self._decoded = unquote(prefix)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def linked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [(name, self._below(name, value)) for name, value in message["headers"]]
            await send(message)

        await self._app(self._inner(scope), receive, linked)

    def _inner(self, scope: Scope) -> Scope:
        """The scope without the prefix."""
        path, raw = scope["path"], scope.get("raw_path") or b""
        if path == f"{METADATA}{self._decoded}":  # where an issuer with a path has it (RFC 8414, section 3.1)
            path, raw = METADATA, METADATA.encode()
        elif path == self._decoded or path.startswith(f"{self._decoded}/"):
            path, raw = path.removeprefix(self._decoded) or "/", raw.removeprefix(self._raw) or b"/"
        state = {**scope.get("state", {}), "prefix": self._prefix}
        return {**scope, "path": path, "raw_path": raw, "state": state}

    def _below(self, name: bytes, value: bytes) -> bytes:
        """A header of an answer, its paths below the prefix."""
        if name == b"link":
            return _LINK.sub(b"<" + self._raw, value)
        own = name == b"location" and value.startswith(b"/") and not value.startswith(b"//")
        return self._raw + value if own else value
