"""The server limits the cost of a connection before the application sees a request, with or without a proxy.

The attackers use other loopback addresses, in a separate process or task; the honest clients beside them are all
answered.
"""

import asyncio
import contextlib
import json
import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from fastapi import FastAPI

from app.db.embedded import EmbeddedPostgres
from app.settings import Settings
from app.transport import connections
from app.transport.connections import HEAD_LIMIT, MOST_HEADERS
from tests.live import Live, free_port, served

LOOK = b"GET /healthz HTTP/1.1\r\nHost: test\r\n"
ATTACKER = "127.0.0.9"
MEGABYTES = 60
HALF_SENT = 600
FILES = 512


@contextlib.asynccontextmanager
async def connected(
    address: str, source: str = "127.0.0.1"
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), local_addr=(source, 0))
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def answer_to(address: str, request: bytes, source: str = "127.0.0.1") -> bytes:
    """All bytes until the server closes the connection."""
    async with connected(address, source) as (reader, writer):
        writer.write(request)
        async with asyncio.timeout(30):
            with contextlib.suppress(ConnectionError):
                return await reader.read()
    return b""


def read(answer: bytes) -> tuple[int, dict[str, str], Any]:
    """Status, headers and problem of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, json.loads(body)


@pytest.mark.parametrize(
    "request_head",
    {
        "one long header": LOOK + b"X: " + b"x" * HEAD_LIMIT + b"\r\n\r\n",
        "one that never ends": LOOK + b"X: " + b"x" * 200_000,
        "a long path": b"GET /" + b"x" * HEAD_LIMIT + b" HTTP/1.1\r\nHost: test\r\n\r\n",
        "a long name": LOOK + b"x" * HEAD_LIMIT + b": x\r\n\r\n",
        "many headers": LOOK + b"X: y\r\n" * MOST_HEADERS + b"\r\n",
        "many small ones": LOOK + b"X: " + b"\r\nX: ".join([b"z" * 200] * 90) + b"\r\n\r\n",
        "trailers": LOOK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        "a chunk's extension": LOOK + b"Transfer-Encoding: chunked\r\n\r\n5;" + b"x" * 200_000,
        "a header of a socket": b"GET /graphql HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"X: " + b"x" * 8_200 + b"\r\n\r\n",
    }.items(),
    ids=lambda pair: pair[0].replace(" ", "-"),
)
async def test_a_head_beyond_the_limit_is_refused_as_all_refusals_are(
    address: str, caplog: pytest.LogCaptureFixture, request_head: tuple[str, bytes]
) -> None:
    name, sent = request_head
    caplog.set_level(logging.INFO, "samen.access")
    answer = await answer_to(address, sent)
    if name in ("trailers", "a chunk's extension") and not answer:
        # The answer had begun, or the client stopped reading: the connection is closed, and the server continues.
        assert (await answer_to(address, LOOK + b"Connection: close\r\n\r\n")).startswith(b"HTTP/1.1 200")
        return
    status, headers, problem = read(answer)
    assert (status, problem["code"], headers["connection"]) == (431, "head_too_large", "close")
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["trace-id"] == problem["traceId"]
    (line,) = [record for record in caplog.records if record.name == "samen.access"]
    logged = {name: line.__dict__[name] for name in ("status", "route", "code")}
    assert logged == {"status": 431, "route": "-", "code": "head_too_large"}


async def test_what_is_within_the_limits_is_answered(address: str) -> None:
    nearly = b"X: " + b"x" * (HEAD_LIMIT - 200) + b"\r\n"
    for more in (nearly, b"X: y\r\n" * (MOST_HEADERS - 3), b""):
        status, _, body = read(await answer_to(address, LOOK + more + b"Connection: close\r\n\r\n"))
        assert (status, body) == (200, {"status": "ok"})


def refusal_after(address: str, parts: list[bytes]) -> bytes:
    """The answer for a client that sends all of its body first, on a connection for one request."""
    host, port = address.split(":")
    head = (
        f"POST /v1/orders HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: {sum(map(len, parts))}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(head.encode())
        for part in parts:
            connection.sendall(part)
            time.sleep(0.1)
        answer = b""
        while received := connection.recv(65_536):
            answer += received
    return answer


async def test_a_refusal_arrives_at_who_still_sends(address: str) -> None:
    """A proxy that sends the whole body first, over a connection for one request."""
    answer = await asyncio.to_thread(refusal_after, address, [b" " * 60_000] * 4)
    status, headers, problem = read(answer)
    assert (status, problem["code"], headers["connection"]) == (413, "too_large", "close")


@pytest.mark.parametrize("size", [100_001, 130_000, 300_000])
async def test_a_chunked_body_that_is_too_large_is_refused_at_once(address: str, size: int) -> None:
    """Nothing more comes after its last chunk, so nobody waits for it."""
    chunk = b"%x\r\n%b\r\n" % (size, b" " * size)
    post = b"POST /v1/orders HTTP/1.1\r\nHost: test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with asyncio.timeout(5):
        status, _, problem = read(await answer_to(address, post + chunk + b"0\r\n\r\n"))
    assert (status, problem["code"]) == (413, "too_large")


async def test_a_request_after_a_large_body_on_the_same_connection_has_the_whole_limit(address: str) -> None:
    """Only the head counts: not the body before it, and not how both are split into packets."""
    body = b'{"query": "{__typename}", "x": "' + b"x" * 90_000 + b'"}'
    post = b"POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    last = LOOK + b"X: " + b"x" * (HEAD_LIMIT - 300) + b"\r\nConnection: close\r\n\r\n"
    async with connected(address) as (reader, writer):
        writer.write((post % len(body) + body) * 3 + last)
        said = await reader.read()
    assert [said.count(b"HTTP/1.1 200 OK"), said.count(b"HTTP/1.1 ")] == [4, 4]


async def test_bytes_that_are_no_request_are_refused_in_the_same_form(address: str) -> None:
    status, headers, problem = read(await answer_to(address, b"\x16\x03\x01\x02\x00\x01\r\n\r\n"))
    assert (status, problem["code"], headers["x-frame-options"]) == (400, "bad_request", "deny")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> float:
    """The time limits of a client, shortened."""
    monkeypatch.setattr(connections, "PATIENCE", 0.5)
    monkeypatch.setattr(connections, "READING", 0.5)
    return 0.5


async def drip(address: str, begin: bytes, drop: bytes) -> tuple[bytes, float]:
    """Sends the beginning, then a drop twenty times a second; returns the answer and its seconds."""
    began = time.monotonic()
    async with connected(address) as (reader, writer):
        writer.write(begin)
        reading = asyncio.ensure_future(reader.read())
        async with asyncio.timeout(20):
            while not reading.done():
                writer.write(drop)
                await asyncio.sleep(0.05)
        with contextlib.suppress(ConnectionError):
            return reading.result(), time.monotonic() - began
    return b"", time.monotonic() - began


@pytest.mark.parametrize(
    ("begin", "drop"),
    [(LOOK, b""), (LOOK, b"X: y\r\n"), (b"", b"\r\n"), (b"GET /healthz HT", b"")],
    ids=["half a head", "a head that drips", "empty lines", "half a line"],
)
async def test_a_head_has_to_be_in_within_ten_seconds(address: str, hurried: float, begin: bytes, drop: bytes) -> None:
    answer, seconds = await drip(address, begin, drop)
    status, _, problem = read(answer)
    assert (status, problem["code"]) == (408, "too_slow")
    assert hurried <= seconds < 8 * hurried


async def test_a_connection_that_says_nothing_is_closed_without_a_word(address: str, hurried: float) -> None:
    answer, seconds = await drip(address, b"", b"")
    assert answer == b""
    assert seconds < 8 * hurried


@pytest.mark.parametrize("framing", [b"Content-Length: 90000", b"Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", [b"/graphql", b"/v1/cooperatives/x/offering-imports?source=x", b"/nowhere"])
async def test_a_body_that_drips_is_given_up(
    address: str, hurried: float, caplog: pytest.LogCaptureFixture, framing: bytes, path: bytes
) -> None:
    caplog.set_level(logging.INFO, "samen.access")
    head = b"POST " + path + b" HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n" + framing + b"\r\n\r\n"
    drop = b"1\r\nx\r\n" if framing.startswith(b"T") else b"x"
    _, seconds = await drip(address, head, drop)
    assert seconds < 8 * hurried
    assert any(record.__dict__.get("status") for record in caplog.records if record.name == "samen.access")


async def test_a_slow_body_that_goes_on_is_taken(address: str, hurried: float) -> None:
    """A second for every thousand bytes: 4 kB in 1.2 s is fast enough, though longer than half a second."""
    body = b'{"query": "{__typename}", "x": "' + b"x" * 4_000 + b'"}'
    head = b"POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nConnection: close\r\n"
    async with connected(address) as (reader, writer):
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 400):
            writer.write(body[start : start + 400])
            await writer.drain()
            await asyncio.sleep(0.1)
        assert (await reader.read()).startswith(b"HTTP/1.1 200")


async def test_who_does_not_read_is_hung_up_on(address: str, hurried: float) -> None:
    """The answer is megabytes, requested again and again; the client reads none of it."""
    ask = b"GET /static/swagger/swagger-ui-bundle.js HTTP/1.1\r\nHost: test\r\n\r\n"
    host, _, port = address.partition(":")
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setblocking(False)
        await loop.sock_connect(client, (host, int(port)))

        async def ask_on() -> None:
            while True:
                await loop.sock_sendall(client, ask)
                await asyncio.sleep(0.05)

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(ask_on(), 20)


async def test_one_address_holds_a_bounded_number_of_connections(app: FastAPI) -> None:
    """A socket counts too; a closed connection does not count any more; a trusted proxy has no limit."""
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with served(app, connections_per_address=3) as address, contextlib.AsyncExitStack() as held:
        source = (ATTACKER, 0)
        await held.enter_async_context(
            websockets.connect(f"ws://{address}/graphql", subprotocols=[protocol], local_addr=source)
        )
        for _ in range(2):
            _, writer = await held.enter_async_context(connected(address, ATTACKER))
            writer.write(LOOK)
        status, headers, problem = read(await answer_to(address, LOOK + b"\r\n", ATTACKER))
        assert (status, problem["code"], headers["connection"]) == (429, "too_many_connections", "close")
        honest = [await answer_to(address, LOOK + b"Connection: close\r\n\r\n", "127.0.0.10") for _ in range(5)]
        proxied = [await held.enter_async_context(connected(address, "127.0.0.1")) for _ in range(9)]
        for _, writer in proxied:
            writer.write(LOOK + b"\r\n")
        assert {await reader.readline() for reader, _ in proxied} == {b"HTTP/1.1 200 OK\r\n"}
        assert {read(one)[0] for one in honest} == {200}
        await held.aclose()
        assert read(await answer_to(address, LOOK + b"Connection: close\r\n\r\n", ATTACKER))[0] == 200


# The two attacks, on a server in a separate process.


@pytest.fixture
def live(settings: Settings, postgres: EmbeddedPostgres, database_url: str, tmp_path: Path) -> Iterator[Live]:
    assert settings.signing_keys is not None
    made = Live(
        home=tmp_path,
        postgres=postgres,
        keys=settings.signing_keys.get_secret_value(),
        port=free_port(),
        database_url=database_url,
        files=FILES,
    )
    made.serve()
    yield made
    assert made.process is not None
    made.process.kill()
    made.process.wait()


async def looks(live: Live, until: asyncio.Future[Any]) -> list[int]:
    """The statuses for an honest client that keeps sending requests, each on a new connection."""
    found = []
    while not until.done():
        async with httpx.AsyncClient(base_url=live.url, timeout=5) as honest:
            found.append((await honest.get("/healthz")).status_code)
        await asyncio.sleep(0.05)
    return found


async def test_the_honest_are_answered_beside_a_header_of_sixty_megabytes(live: Live) -> None:
    async def attack() -> bytes:
        async with connected(f"127.0.0.1:{live.port}", ATTACKER) as (reader, writer):
            writer.write(LOOK + b"X: ")
            with contextlib.suppress(ConnectionError):
                for _ in range(MEGABYTES * 16):
                    writer.write(b"x" * 65_536)
                    await writer.drain()
                return await reader.read()
        return b""

    async def again() -> list[bytes]:
        ends = time.monotonic() + 3
        said = []
        while time.monotonic() < ends:
            said.append(await attack())
        return said

    attacking = asyncio.ensure_future(again())
    honest = await looks(live, attacking)
    said = await attacking
    assert len(honest) > 5
    assert set(honest) == {200}
    assert not [one for one in said if one.startswith(b"HTTP/1.1 200")]


@pytest.mark.parametrize("sources", [1, 50], ids=["one address", "fifty addresses"])
async def test_the_honest_are_answered_beside_hundreds_of_half_sent_requests(live: Live, sources: int) -> None:
    async def hold() -> None:
        async with contextlib.AsyncExitStack() as held:
            for number in range(HALF_SENT):
                source = f"127.0.0.{9 + number % sources}"
                _, writer = await held.enter_async_context(connected(f"127.0.0.1:{live.port}", source))
                writer.write(LOOK)
            await asyncio.sleep(3)

    honest = await looks(live, asyncio.ensure_future(hold()))
    assert len(honest) > 5
    assert set(honest) == {200}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_with_a_body_opens_no_socket(address: str, method: str) -> None:
    """Otherwise its body would be awaited for ever, outside every deadline."""
    upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 100000\r\n\r\n"
    answer = await answer_to(address, method.encode() + b" /graphql HTTP/1.1\r\nHost: test\r\n" + upgrade + key)
    status, headers, problem = read(answer)
    assert (status, problem["code"], headers["connection"]) == (400, "bad_request", "close")
