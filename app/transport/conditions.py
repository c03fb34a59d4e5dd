"""Entity tags, and status 304 for a caller that has the answer already (RFC 9110, section 13).

An operation that shows an object with a version gives its answer the tag `"3"`. The rest of the answer depends on the
caller, the language and the time, so a hash of the content is added: `"3-5f…"`. `If-Match` compares only the version,
because only a change by somebody else can be lost.
"""

import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.transport.headers import is_known, listed

_BARE = re.compile('"[0-9]+"')
OF_CONTENT = (b"content-length", b"content-type", b"content-disposition")
"""Headers of a body that is not sent."""


class Conditions:
    """Completes the entity tag of each answer that has one, and answers 304 to a GET that names this tag."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known = listed(Headers(scope=scope), "if-none-match") if scope["method"] == "GET" else None
        start: Message | None = None

        async def answer(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] < 300:
                if any(name == b"etag" for name, _ in message["headers"]):
                    start = message
                    return
            elif start is not None:
                headers, body, start = start, message.get("body", b""), None
                tag = tagged(headers, body)
                if known is not None and is_known(tag, known):
                    kept = [pair for pair in headers["headers"] if pair[0] not in OF_CONTENT]
                    headers, message = {**headers, "status": 304, "headers": kept}, {**message, "body": b""}
                await send(headers)
            await send(message)

        await self._app(scope, receive, answer)


def tagged(start: Message, body: bytes) -> str:
    """The tag of an answer; a tag that is only a version gets a hash of the content."""
    headers = MutableHeaders(raw=start["headers"])
    tag = headers["etag"]
    if body and _BARE.fullmatch(tag):
        tag = headers["etag"] = f'{tag[:-1]}-{content_hash(body)}"'
    return tag


def content_hash(content: bytes) -> str:
    """Distinguishes an answer from other answers of the same address."""
    return hashlib.blake2b(content, digest_size=12).hexdigest()
