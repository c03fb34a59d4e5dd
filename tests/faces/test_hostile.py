"""Ten thousand hostile requests beside a hundred honest ones: the honest ones are all answered, and soon.

The server is a separate process. The attack uses twenty addresses with twenty valid tokens: rate limits stop a part of
it, the rest must be refused by its content. It writes to bare sockets, to be faster than the server.
"""

import asyncio
import itertools
import json
import re
import statistics
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.db.embedded import EmbeddedPostgres
from app.settings import Settings
from tests.faces.test_graphql_limits import HOSTILE
from tests.live import Live, free_port
from tests.world import GUEST, World

TIMES, WIDTH, SOURCES, HONEST = 10_000, 40, 20, 100
PACE = 0.1
"""Seconds between two honest orders."""
SLOWER = 100
"""The most time for an honest order, as a multiple of its time without an attack."""
QUERIES = list(HOSTILE.values())
Met = tuple[int, bool]
"""A status, and whether the request had its effect."""


@pytest.fixture
def live(settings: Settings, postgres: EmbeddedPostgres, database_url: str, tmp_path: Path) -> Iterator[Live]:
    assert settings.signing_keys is not None
    keys = settings.signing_keys.get_secret_value()
    made = Live(
        home=tmp_path, postgres=postgres, keys=keys, port=free_port(), database_url=database_url, rates=(60, 300, 3000)
    )
    made.serve()
    yield made
    assert made.process is not None
    made.process.kill()
    made.process.wait()


def written(method: str, path: str, token: str = "", kind: str = "application/json", body: bytes = b"") -> bytes:
    """The bytes of a request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: test\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    head += f"Idempotency-Key: {uuid.uuid4().hex}\r\n" if (method, path) == ("POST", "/v1/orders") else ""
    head += f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{head}\r\n".encode() + body


def hostile(number: int, token: str) -> bytes:
    """One of ten kinds of attack."""
    form = f"grant_type=client_credentials&client_id=x&client_secret={number}".encode()
    match number % 10:
        case 0:
            query = {"query": QUERIES[number // 10 % len(QUERIES)]}
            return written("POST", "/graphql", token, body=json.dumps(query).encode())
        case 1:
            return written("POST", "/oauth/token", kind="application/x-www-form-urlencoded", body=form)
        case 2:
            return written("GET", "/v1/orders", f"{token}x{number}")
        case 3:
            return written("GET", f"/v1/order-status/{number}")
        case 4:
            return written("POST", "/v1/orders", token, body=b"x" * 100_001)
        case 5:
            return written("POST", "/v1/orders", token, body=b'{"lines": ' + b"[" * 5000 + b"]" * 5000 + b"}")
        case 6:
            return written("POST", "/v1/orders", token, body=b'{"lines": [{"offeringId": "1 or 1=1", "quantity": -1}]}')
        case 7:
            return written("GET", f"/v1/orders/{uuid.uuid4()}?or=1%00", token)
        case 8:
            return written("GET", f"/v1/orders/{uuid.uuid4()}", token)
        case _:
            return written("GET", "/v1/%2e%2e/%2e%2e/etc/passwd", token)


class Attacker:
    """A connection from one of many addresses, opened again when the server closes it."""

    def __init__(self, live: Live, source: int) -> None:
        self._port, self._address = live.port, f"127.0.0.{source + 2}"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> Met:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(self._address, 0))
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = re.search(rb"content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        status = int(head.split(b" ", 2)[1])
        if b"connection: close" in head or status == 413:
            self.close()
        return status, status < 300 and "errors" not in json.loads(body)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


async def attack(live: Live) -> Counter[Met]:
    """The whole attack, as fast as the server answers."""
    tokens = [live.person(f"hostile-{number}") for number in range(SOURCES)]
    numbers, met = itertools.count(), Counter[Met]()

    async def attacking(attacker: Attacker, token: str) -> None:
        while (number := next(numbers)) < TIMES:
            met[await attacker.ask(hostile(number, token))] += 1
        attacker.close()

    await asyncio.gather(*(attacking(Attacker(live, n % SOURCES), tokens[n % SOURCES]) for n in range(WIDTH)))
    return met


async def ordered(client: httpx.AsyncClient, offering_id: str, times: int) -> list[tuple[int, float]]:
    """Places orders at an honest pace: the status and the seconds of each."""
    line = {"lines": [{"offeringId": offering_id, "quantity": 1}], "contact": GUEST}

    async def order(number: int) -> tuple[int, float]:
        await asyncio.sleep(number * PACE)
        began = time.perf_counter()
        answer = await client.post("/v1/orders", json=line, headers={"Idempotency-Key": uuid.uuid4().hex})
        return answer.status_code, time.perf_counter() - began

    return await asyncio.gather(*(order(number) for number in range(times)))


async def test_the_honest_are_answered_beside_ten_thousand_hostile(world: World, live: Live) -> None:
    offering_id = await world.offering(await world.cooperative())
    bearer = {"Authorization": f"Bearer {live.person('honest')}"}
    async with httpx.AsyncClient(base_url=live.url, headers=bearer, timeout=30) as honest:
        alone = await ordered(honest, offering_id, HONEST // 5)
        attacking = asyncio.create_task(attack(live))
        beside = await ordered(honest, offering_id, HONEST)
        met = await attacking
    assert Counter(status for status, _ in alone + beside) == {201: HONEST + HONEST // 5}
    bound = SLOWER * statistics.median(seconds for _, seconds in alone)
    assert max(seconds for _, seconds in beside) < bound
    assert met.total() == TIMES
    assert {status for status, _ in met} == {200, 400, 401, 404, 413, 429}
    assert not [status for status, done in met if done]
