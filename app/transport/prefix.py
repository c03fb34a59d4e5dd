"""The path prefix of an installation that shares its host: removed from each request, added to each link."""

import re
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

METADATA = "/.well-known/oauth-authorization-server"
_LINK = re.compile(rb"<(?=/(?!/))")
"""The start of a link target that is one of our paths (RFC 8288)."""


class Prefix:
    """The outermost middleware: everything inside sees paths from `/v1` on, and writes them into `Location` and `Link`.

    A proxy may keep or strip the prefix. Bodies get it from `app.adapters.addresses.public_path`.
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
        # An issuer with a path has its metadata here (RFC 8414, section 3.1).
        if path == f"{METADATA}{self._decoded}":
            path, raw = METADATA, METADATA.encode()
        elif path == self._decoded or path.startswith(f"{self._decoded}/"):
            path, raw = path.removeprefix(self._decoded) or "/", raw.removeprefix(self._raw) or b"/"
        state = {**scope.get("state", {}), "prefix": self._prefix}
        return {**scope, "path": path, "raw_path": raw, "state": state}

    def _below(self, name: bytes, value: bytes) -> bytes:
        """A header of an answer, with the prefix before its paths."""
        if name == b"link":
            return _LINK.sub(b"<" + self._raw, value)
        own = name == b"location" and value.startswith(b"/") and not value.startswith(b"//")
        return self._raw + value if own else value
