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
from app.running.run import Unavailable
from app.transport.codes import noted
from app.transport.origins import SHARED, is_preflight, preflight_answer
from app.transport.problems import failed, refused
from app.transport.rated import Rated, is_shared
from app.transport.sockets import serve_socket

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
BODY_LIMIT = 100_000
DISCARDED = 1_000_000
"""The most bytes that are read of a refused body."""
FILES = {"/offering-imports": 100_000_000, "/bank-statements/files": 5_000_000, "/documents": 10_485_760}
"""The paths that end in these take a file, of so many bytes at most."""
FILE_PATIENCE = 60
"""The most seconds between two parts of a file."""
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'self'"
    ),
}
"""The headers that the Dutch API Design Rules require; an operation may set its own values."""
_DRESS = [*SHARED, *((name.lower().encode(), value.encode()) for name, value in SECURITY.items())]
CLIENT_GONE = 499
"""The status in the log if the client has gone, as proxies write it; it is never sent."""
log = logging.getLogger("samen.access")
Headers = list[tuple[bytes, bytes]]


class Body:
    """The body of a request as it arrives: the bytes so far, and whether it has ended."""

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
            # The status of an answer that breaks off.
            status = 500
            try:
                status = await self._answered(request, receive, sent)
            finally:
                self._note(scope, method, span, status, round((time.perf_counter() - began) * 1000, 1))

    async def _answered(self, request: Request, receive: Receive, send: Send) -> int:
        """Answers the request and returns the status. Raises errors that happen after the answer has begun."""
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
                # A preflight costs nothing: it has no token to charge, and the request after it pays. A page could not
                # read a refusal either: its browser only reports that the request failed.
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
            # The client has gone, so nothing is sent.
            return CLIENT_GONE
        # The last resort: every failure gets an answer, a line in the log and a count.
        except Exception as error:
            if status:
                raise
            if not isinstance(error, Unavailable):
                # Its headers may be what failed.
                rated = None
            await failed(request, error)(scope, receive, answer)
        return status

    def _note(self, scope: Scope, asked: str, span: Span, status: int, spent: float) -> None:
        """Writes log, metrics and trace: the path's template instead of its values, and the code of a refusal."""
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
    """The request as the application reads it: HEAD becomes GET, and empty parameters of a GET are dropped.

    A browser form sends every field, also the empty ones.
    """
    if scope["method"] not in ("GET", "HEAD"):
        return scope
    query: bytes = scope["query_string"]
    given = b"&".join(one for one in query.split(b"&") if one.partition(b"=")[2]) if query else query
    return scope if scope["method"] == "GET" and given == query else {**scope, "method": "GET", "query_string": given}


def without_body(send: Send) -> Send:
    """Sends the headers of an answer without its body, for HEAD."""

    async def sent(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return sent


def dressed(headers: Headers, version: str, trace_id: str) -> Headers:
    """The headers of an answer with those that every answer has; a shared answer has no trace of its request."""
    present = {name for name, _ in headers}
    added = [pair for pair in _DRESS if pair[0] not in present]
    traced = [] if is_shared(headers) else [(b"trace-id", trace_id.encode())]
    return [*headers, *added, (b"api-version", version.encode()), *traced]


def tell_of(request: Request, headers: Headers) -> None:
    """Adds headers: what it depends on, the language of its texts, whether it is a replay, and that TLS is required."""
    run, language = getattr(request.state, "run", None), getattr(request.state, "language", "")
    if run is not None and run.replayed:
        headers.append((b"idempotency-replayed", b"true"))
    named = MutableHeaders(raw=headers)
    if getattr(request.state, "chosen", False):
        named.add_vary_header("Accept")
    if language:
        named.setdefault("Content-Language", language)
        if "Accept-Language" not in named.get("Vary", ""):
            named.add_vary_header("Accept-Language")
    # The proxy that terminates TLS reports it in X-Forwarded-Proto.
    if request.scope.get("scheme") == "https":
        headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))


async def _bounded(request: Request, receive: Receive, rated: Rated) -> Receive | None:
    """A body within the limit, or None; without a Content-Length it is read before anything uses it."""
    limit = next((most for end, most in FILES.items() if request.scope["path"].endswith(end)), None)
    if request.method == "POST" and limit is not None:
        return _file(request, receive, rated, limit)
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
    """Whether the body is compressed: it is never decompressed here (RFC 9110, section 15.5.16)."""
    return request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")


async def _refusal(request: Request, body: Body, rated: Rated) -> Response:
    """The answer to a request that is too large or too fast, after its body was read."""
    await _discard(request, body)
    if not rated.allowed:
        answer = refused(request, 429, "rate_limited")
    elif is_packed(request):
        answer = refused(request, 415, "unsupported_media_type", how="packed")
        answer.headers["Accept-Encoding"] = "identity"
    else:
        answer = refused(request, 413, "too_large")
    if not body.ended:
        # The rest of the body would be read as the next request.
        answer.headers["Connection"] = "close"
    return answer


async def _discard(request: Request, body: Body) -> None:
    """Reads the rest of a refused body, up to a megabyte, so that the refusal arrives.

    A connection that closes with unread bytes is reset, and the answer is lost (RFC 9112, section 9.6). A client that
    waits for permission to send (`Expect`) has sent nothing.
    """
    if "expect" in request.headers or not _within(request.headers.get("content-length", ""), DISCARDED):
        return
    while not body.ended and body.size <= DISCARDED:
        await body()


def _file(request: Request, receive: Receive, rated: Rated, limit: int) -> Receive | None:
    """A file is streamed, and costs as much as requests of its total size.

    Beyond its own limit, or after a minute without data, it ends as if the connection were lost.
    """
    length, seen, paid = request.headers.get("content-length", ""), 0, 1
    if not _within(length, limit):
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
        return message if seen <= limit else {"type": "http.disconnect"}

    return counted


def _within(length: str, limit: int) -> bool:
    """Whether a Content-Length is a number of at most `limit`; a missing one counts as 0."""
    return not length or (re.fullmatch(r"0*[0-9]{1,9}", length) is not None and int(length[-9:]) <= limit)


def template_of(scope: Scope) -> str:
    """The path with parameter names instead of values, as in the contract; safe to log."""
    if "route" not in scope:
        return "-"
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    path: str = scope["path"]
    return "/".join(names.get(part, part) for part in path.split("/"))
