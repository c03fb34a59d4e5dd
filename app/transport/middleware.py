"""What every request passes: a trace id, a size limit, the headers of every answer, one line in the log."""

import asyncio
import logging
import re
import time

from opentelemetry.trace import Span
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.adapters.logs import trace
from app.adapters.metrics import REQUESTS, SECONDS
from app.adapters.telemetry import request_span
from app.transport.codes import noted
from app.transport.origins import SHARED, is_preflight, preflight_answer
from app.transport.problems import failed, refused
from app.transport.rated import Rated, is_shared
from app.transport.sockets import serve_socket
from app.usecases.run import Unavailable

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
BODY_LIMIT = 100_000
DISCARDED = 1_000_000
"""Bytes of a body that are read though it is refused."""
FILES = "/offering-imports"
FILE_LIMIT = 100_000_000
FILE_PATIENCE = 60
"""Seconds between two parts of a file."""
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
_DRESS = [*SHARED, *((name.lower().encode(), value.encode()) for name, value in SECURITY.items())]
CLIENT_GONE = 499
"""As proxies write it down; it is never sent."""
log = logging.getLogger("samen.access")
Headers = list[tuple[bytes, bytes]]


class Body:
    """The body of a request as it is received: how much of it came, and whether it has ended."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.size = 0
        self.ended = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self.size += len(message.get("body", b""))
        self.ended = not message.get("more_body", False)
        return message


class EveryRequest:
    """Plain ASGI: it adds no task and no copy of the body."""

    def __init__(self, app: ASGIApp, version: str) -> None:
        self._app = app
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await serve_socket(self._app, scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, method = time.perf_counter(), scope["method"]
        scope = as_asked(scope)
        request, sent = Request(scope), without_body(send) if method == "HEAD" else send
        with request_span(method, request.headers) as (trace_id, span):
            request.state.trace_id = trace_id
            trace.set(trace_id)
            status = 500  # of an answer that breaks off
            try:
                status = await self._answered(request, receive, sent)
            finally:
                self._note(scope, method, span, status, round((time.perf_counter() - began) * 1000, 1))

    async def _answered(self, request: Request, receive: Receive, send: Send) -> int:
        """Answer, and tell with which status. Raises what happens after the answer has begun."""
        scope, status = request.scope, 0
        rated: Rated | None = None

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                if rated is not None:
                    await rated.add_headers(MutableHeaders(scope=message), request, message["status"])
                status = message["status"]
                message["headers"] = dressed(message["headers"], self._version, request.state.trace_id)
                tell_of(request, message["headers"])
            await send(message)

        try:
            if is_preflight(request):
                # free: it carries no token to count for, the request that follows pays, and a page could not read a
                # refusal: its browser says no more than that the request failed
                await preflight_answer()(scope, receive, answer)
                return status
            rated = await Rated.of(request)
            body = Body(receive)
            bounded = await _bounded(request, body, rated)
            if bounded is None or not rated.allowed or is_packed(request):
                await (await _refusal(request, body, rated))(scope, receive, answer)
            else:
                await self._app(scope, bounded, answer)
        except ClientDisconnect:
            return CLIENT_GONE  # nobody is there to be answered
        except Exception as error:  # the last net: no failure stays without an answer, a line in the log and a count
            if status:
                raise
            if not isinstance(error, Unavailable):
                rated = None  # what it adds to the headers may be what failed
            await (await failed(request, error))(scope, receive, answer)
        return status

    def _note(self, scope: Scope, asked: str, span: Span, status: int, spent: float) -> None:
        """Log route, status, duration, trace and the code of a refusal; the route is the path without its values."""
        route, method = template_of(scope), asked if asked in METHODS else "-"
        REQUESTS.labels(method, route, status).inc()
        SECONDS.labels(route).observe(spent / 1000)
        told = {"method": asked, "route": route, "status": status, "ms": spent, **noted(HTTPConnection(scope))}
        log.info("request", extra=told)
        if span.is_recording():
            span.update_name(f"{method} {route}")
            facts: dict[str, str | int] = {"http.request.method": method, "http.route": route}
            span.set_attributes(facts | {"http.response.status_code": status})


def as_asked(scope: Scope) -> Scope:
    """The request as the application reads it: HEAD asks what GET asks, and an empty parameter of a GET is left out.

    A form that a browser sends names every field, also those that were left empty.
    """
    if scope["method"] not in ("GET", "HEAD"):
        return scope
    query: bytes = scope["query_string"]
    given = b"&".join(one for one in query.split(b"&") if one.partition(b"=")[2]) if query else query
    return scope if scope["method"] == "GET" and given == query else {**scope, "method": "GET", "query_string": given}


def without_body(send: Send) -> Send:
    """Sends the headers of an answer and nothing else: that of a HEAD."""

    async def sent(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return sent


def dressed(headers: Headers, version: str, trace_id: str) -> Headers:
    """The headers of an answer with those that every answer has; one that caches share has no trace of its request."""
    present = {name for name, _ in headers}
    added = [pair for pair in _DRESS if pair[0] not in present]
    traced = [] if is_shared(headers) else [(b"trace-id", trace_id.encode())]
    return [*headers, *added, (b"api-version", version.encode()), *traced]


def tell_of(request: Request, headers: Headers) -> None:
    """Say of an answer for whom its texts are, whether it was given before, and that TLS has to stay."""
    run, language = getattr(request.state, "run", None), getattr(request.state, "language", "")
    if run is not None and run.replayed:
        headers.append((b"idempotency-replayed", b"true"))
    if language:
        named = MutableHeaders(raw=headers)
        named.setdefault("Content-Language", language)
        if "Accept-Language" not in named.get("Vary", ""):
            named.add_vary_header("Accept-Language")
    if request.scope.get("scheme") == "https":  # as the proxy that ends TLS says with X-Forwarded-Proto
        headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))


async def _bounded(request: Request, receive: Receive, rated: Rated) -> Receive | None:
    """A body within the limit, or None; one that does not tell its length is read before anything looks at it."""
    if request.method == "POST" and request.scope["path"].endswith(FILES):
        return _file(request, receive, rated)
    length = request.headers.get("content-length", "")
    if "transfer-encoding" not in request.headers:
        return receive if _within(length, BODY_LIMIT) else None
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_LIMIT:
            return None
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return whole.pop() if whole else await receive()

    return replay


def is_packed(request: Request) -> bool:
    """Whether the body is compressed: nothing is unpacked here (RFC 9110, section 15.5.16)."""
    return request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")


async def _refusal(request: Request, body: Body, rated: Rated) -> Response:
    """The answer to a request that is too large or comes too fast, once its body was read."""
    await _discard(request, body)
    if not rated.allowed:
        answer = refused(request, 429, "rate_limited")
    elif is_packed(request):
        answer = refused(request, 415, "unsupported_media_type", how="packed")
        answer.headers["Accept-Encoding"] = "identity"
    else:
        answer = refused(request, 413, "too_large")
    if not body.ended:
        # What is left of the body would be read as the next request.
        answer.headers["Connection"] = "close"
    return answer


async def _discard(request: Request, body: Body) -> None:
    """Read what is left of the body of a refused request, if that is a megabyte at most, so that the refusal arrives.

    A connection that closes with bytes unread is reset, and the answer is lost on the way (RFC 9112, section 9.6). A
    client that waits for permission to send (`Expect`) has sent nothing.
    """
    if "expect" in request.headers or not _within(request.headers.get("content-length", ""), DISCARDED):
        return
    while not body.ended and body.size <= DISCARDED:
        await body()


def _file(request: Request, receive: Receive, rated: Rated) -> Receive | None:
    """A file streams through, and costs what requests of its size would cost together.

    Beyond its own limit, or if nothing more comes for a minute, it ends as if the connection were lost.
    """
    length, seen, paid = request.headers.get("content-length", ""), 0, 1
    if not _within(length, FILE_LIMIT):
        return None

    async def counted() -> Message:
        nonlocal seen, paid
        try:
            async with asyncio.timeout(FILE_PATIENCE):
                message = await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        seen += len(message.get("body", b""))
        if seen > paid * BODY_LIMIT:
            due = -(-seen // BODY_LIMIT)
            await rated.owe(due - paid)
            paid = due
        return message if seen <= FILE_LIMIT else {"type": "http.disconnect"}

    return counted


def _within(length: str, limit: int) -> bool:
    """Whether a Content-Length is a number of at most `limit`; none is 0."""
    return not length or (re.fullmatch(r"0*[0-9]{1,9}", length) is not None and int(length[-9:]) <= limit)


def template_of(scope: Scope) -> str:
    """The path with parameter names for values: what the contract calls it, and what may be logged."""
    if "route" not in scope:
        return "-"
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    path: str = scope["path"]
    return "/".join(names.get(part, part) for part in path.split("/"))
