"""Odd bytes where nobody is known yet: each gets an answer of ours, with all its headers, and none is a fault."""

import asyncio
import itertools
import json
import logging
import random
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.walls.operations import DOCUMENT

SECONDS = 30
"""Until an answer has to be complete."""
AT_ONCE = 20
BEGUN = b"HTTP/1.1 "
ODD = (
    "%00",
    "%ff%fe",
    "%c3%28",
    "%ed%a0%80",
    "%F0%9F%92%A9",
    "%2e%2e%2f",
    "%0d%0aX: y",
    "%",
    "%zz",
    "%u0041",
    "\u0663",
    "1e400",
    "-0",
    "NaN",
    "9" * 5000,
    "\u0665",
    "\u2460",
    "1_0",
    " 1",
    "+1",
    "null",
    "[]",
    "x" * 9000,
    "a;b=c&d",
    "{}",
)
"""Values for wherever a caller may write something."""
NAMES = (
    "limit",
    "after",
    "town",
    "maxPrice",
    "from",
    "year",
    "month",
    "text",
    "category",
    "cooperativeId",
    "kind",
    "%ff",
)
HEADERS = (
    "Authorization",
    "Accept-Language",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Range",
    "Cookie",
    "Accept",
    "Content-Type",
    "Content-Encoding",
    "Origin",
    "traceparent",
    "tracestate",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "Forwarded",
    "Host",
    "Expect",
    "Upgrade",
    "Connection",
    "Access-Control-Request-Method",
    "X-HTTP-Method-Override",
    "Access-Control-Request-Headers",
    "baggage",
    "If-Modified-Since",
)
RAW = (b"\xff\xfe", b"\xc3\x28", b"a" * 9000, b"", b" ", b"\t", b",,,;;;===", b'"', b"bytes=0-,5-2,x", b"\x80=\x80;")
KINDS = (
    b"application/json",
    b"application/json; charset=utf-16",
    b"application/x-www-form-urlencoded",
    b"text/plain",
    b"multipart/form-data",
    b"multipart/form-data; boundary=x",
    b"multipart/form-data; boundary=" + b"x" * 300,
    b"multipart/form-data; boundary=\xff",
    b"application/x-ndjson",
    b"text/csv",
    b"a/b; x*0*=utf-8'x",
    b"; ;=",
    b"\xff/\xff",
    b"application/json; charset=\xff",
    b"application/json; charset*=x",
    b"application/vnd.x+json",
    b"",
)
BODIES = (
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff\xfe",
    b'{"a": "\xff"}',
    b"9" * 5000,
    b"1e400",
    b"NaN",
    b"[" * 8000 + b"]" * 8000,
    b'{"a":' * 8000 + b"1" + b"}" * 8000,
    b'"\\ud800"',
    b'{"\\ud800": 1}',
    b'{"query": "\\ud800"}',
    b"\xef\xbb\xbf{}",
    b"a=%ff&a=%00&" + b"&" * 500,
    b"grant_type=client_credentials&client_id=%00&client_secret=%ed%a0%80",
    b"=" * 3000,
    b'--x\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nclient_credentials\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="grant_type"; filename="\xff"\r\n\r\n\x00\r\n--x',
    b"--x\r\n" + b"A: b\r\n" * 500 + b"\r\n--x--",
    json.dumps({"query": "{" + "a{" * 400}).encode(),
    json.dumps({"query": "{ catalogue(first: " + "[" * 450 + "]" * 450 + ") { edges { cursor } } }"}).encode(),
    json.dumps({"query": "query($a: " + "[" * 450 + "Int" + "]" * 450 + ") { __typename }"}).encode(),
    json.dumps({"query": "{__typename}", "operationName": {}}).encode(),
    json.dumps({"query": "{__typename}", "variables": [], "extensions": 1}).encode(),
    b'{"query": "query($a: Int) {catalogue(first: $a) {edges {cursor}}}", "variables": {"a": 1e400}}',
    b'{"query": "query($a: Int) {catalogue(first: $a) {edges {cursor}}}", "variables": {"a": ' + b"9" * 4000 + b"}}",
    b'{"query": "query($a: String) {catalogue(town: $a) {edges {cursor}}}", "variables": {"a": "\\ud800\\u0000"}}',
    b'{"query": "{catalogue(text: \\"\\\\ud800\\") {edges {cursor}}}"}',
    b'{"query": "{catalogue(first: ' + b"9" * 4400 + b') {edges {cursor}}}"}',
)
PATHS = tuple(sorted(f"/v1{path}" for path in DOCUMENT["paths"]))
FILES = (
    "/docs",
    "/static/swagger/swagger-ui.css",
    "/static/",
    "/static",
    "/healthz",
    "/readyz",
    "/graphql",
    "/",
    "//",
    "/v1",
)


def written(method: str, target: bytes, *headers: tuple[bytes, bytes], body: bytes = b"") -> bytes:
    lines = [b"%s %s HTTP/1.1" % (method.encode(), target), b"Host: test", *(b"%s: %s" % pair for pair in headers)]
    named = {name.lower() for name, _ in headers}
    if body and not named & {b"content-length", b"transfer-encoding"}:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body


def hand_picked() -> Iterator[bytes]:
    """Each odd value in each place, at an operation or two."""
    for odd in ODD:
        value = odd.encode()
        yield written("GET", b"/v1/catalogue/offerings/" + value)
        yield written("GET", b"/v1/order-status/" + value)
        yield written("GET", b"/static/" + value)
        yield written("GET", b"/docs?" + value + b"=" + value)
        for name in NAMES:
            yield written("GET", b"/v1/catalogue/offerings?%s=%s" % (name.encode(), value))
    for name, value in itertools.product(HEADERS, (*RAW, *(odd.encode() for odd in ODD))):
        yield written("GET", b"/v1/catalogue/offerings", (name.encode(), value))
    for kind, body in itertools.product(KINDS, BODIES):
        for path in (b"/graphql", b"/oauth/token"):
            yield written("POST", path, (b"Content-Type", kind), body=body)
    for page, method in itertools.product(FILES, ("HEAD", "OPTIONS", "TRACE", "CONNECT", "PUT", "DELETE", "PROPFIND")):
        yield written(method, page.encode())
    for login in (b"a" * 64, b"\xd9\xa1", b"%00"):
        yield written("POST", b"/oauth/token", (b"Authorization", b"Basic " + login), body=b"a=b")
    yield b"GET / HTTP/9.9\r\n\r\n"
    yield b"GET http://evil.example/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    yield b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    yield b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    yield b"GET /\xff\xfe?\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    yield b"GET /%ff HTTP/1.0\r\n\r\n"
    yield b"\x16\x03\x01\x02\x00\x01\x00\x01"
    for upgrade in (b"websocket", b"h2c", b"\xff"):
        for more in (b"", b"Sec-WebSocket-Key: x\r\n", b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \xff\r\n"):
            head = b"GET /graphql%ff?\xff HTTP/1.1\r\nHost: \xff\r\nConnection: Upgrade\r\nUpgrade: " + upgrade
            yield head + b"\r\n" + more + b"\r\n"


def random_ones(count: int) -> Iterator[bytes]:
    """Every operation of the contract, with odd values in several places at once."""
    chance = random.Random(2026)
    for number in range(count):
        path = PATHS[number % len(PATHS)]
        while "{" in path:
            before, _, rest = path.partition("{")
            path = before + chance.choice(ODD) + rest.partition("}")[2]
        query = urlencode({chance.choice(NAMES): chance.choice(ODD) for _ in range(chance.randrange(3))})
        headers = [(chance.choice(HEADERS).encode(), chance.choice(RAW)) for _ in range(chance.randrange(4))]
        method = chance.choice(("GET", "POST", "PUT", "PATCH", "DELETE"))
        body = b"" if method == "GET" else chance.choice(BODIES)
        yield written(method, f"{path}?{query}".encode(), *headers, body=body)


async def ask(address: str, request: bytes) -> bytes:
    host, _, port = address.partition(":")
    async with asyncio.timeout(SECONDS):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request)
        try:
            return await reader.read()
        finally:
            writer.close()


def fault_of(answer: bytes) -> str | None:
    """What is wrong with an answer; None if nothing is."""
    head, _, _ = answer.lower().partition(b"\r\n\r\n")
    if not answer.startswith(BEGUN):
        return "no answer"
    if answer[9:10] == b"5":
        return "5xx"
    traced = (b"trace-id",) if b"cache-control: public" not in head else ()  # what caches share tells of nobody
    missing = [name for name in (*traced, b"x-content-type-options", b"cache-control") if name not in head]
    return None if answer[9:12] == b"101" or not missing else f"without {missing}"


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # Starlette leaves a form's file to the GC
async def test_nothing_odd_is_a_fault_or_goes_without_our_headers(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    found, requests = [], [*hand_picked(), *random_ones(600)]
    for start in range(0, len(requests), AT_ONCE):
        batch = requests[start : start + AT_ONCE]
        answers = await asyncio.gather(*(ask(address, one) for one in batch))
        pairs = zip(batch, answers, strict=True)
        found += [(fault, request[:300], answer[:300]) for request, answer in pairs if (fault := fault_of(answer))]
    assert found == []
    assert [record.getMessage() for record in caplog.records] == []
