"""What every request passes: a trace id, a size limit, the headers of every answer, one line in the log."""

import logging
import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.adapters.messages import error_text, language_of
from app.api.errors import problem

BODY_LIMIT = 100_000
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'self'"
    ),
}
"""What the Dutch API Design Rules ask of every answer; what an operation sets itself stays."""
log = logging.getLogger("samen.access")


class EveryRequest:
    """Plain ASGI: it adds no task and no copy of the body."""

    def __init__(self, app: ASGIApp, version: str) -> None:
        self._app = app
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, request = time.perf_counter(), Request(scope)
        trace_id = request.state.trace_id = _trace_id(request.headers.get("traceparent", ""))
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(MutableHeaders(scope=message), trace_id, secure=scope.get("scheme") == "https")
            await send(message)

        bounded = await _bounded(request, receive)
        if bounded is None:
            language = language_of(request.headers.get("accept-language"))
            refusal = problem(request, 413, "too_large", error_text("too_large", {}, language))
            await refusal(scope, receive, answer)
        else:
            await self._app(scope, bounded, answer)
        spent = round((time.perf_counter() - began) * 1000, 1)
        facts = {
            "method": scope["method"],
            "route": template_of(scope),
            "status": status,
            "ms": spent,
            "trace_id": trace_id,
        }
        log.info("request", extra=facts)

    def _add_headers(self, headers: MutableHeaders, trace_id: str, *, secure: bool) -> None:
        headers["API-Version"] = self._version
        headers["Trace-Id"] = trace_id
        for name, value in SECURITY.items():
            headers.setdefault(name, value)
        if secure:  # as the proxy that ends TLS says with X-Forwarded-Proto
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


async def _bounded(request: Request, receive: Receive) -> Receive | None:
    """A body within the limit, or None; one that does not tell its length is read before anything looks at it."""
    length = request.headers.get("content-length", "")
    if length.isdigit() or "transfer-encoding" not in request.headers:
        return receive if int(length or 0) <= BODY_LIMIT else None
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_LIMIT:
            return None
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return whole.pop() if whole else await receive()

    return replay


def template_of(scope: Scope) -> str:
    """The path with parameter names for values: what the contract calls it, and what may be logged."""
    if "route" not in scope:
        return "-"
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    path: str = scope["path"]
    return "/".join(names.get(part, part) for part in path.split("/"))


def _trace_id(traceparent: str) -> str:
    """The caller's trace (W3C Trace Context), or a new one."""
    parts = traceparent.split("-")
    good = len(parts) == 4 and len(parts[1]) == 32 and all(c in "0123456789abcdef" for c in parts[1])
    return parts[1] if good else uuid.uuid4().hex
