"""Processes are restarted one after the other under load: no request fails.

Measured with nginx, POST only, six restarts on two cores, 18,000 requests: 0 failed with the drain, 1 with the drain
but a listener that closes at once, 8 without the drain.
"""

import asyncio
import itertools
import signal
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from app.db.embedded import EmbeddedPostgres
from app.settings import Settings
from tests.live import Live, until
from tests.outside.pairs import Pair, serving_twice
from tests.outside.proxies import Front, haproxy, nginx
from tests.tls import Tls
from tests.world import GUEST, World

DRAIN = 4
"""Seconds: more than the 3 for which nginx keeps an idle connection to a process."""
RESTARTS = 4
AT_ONCE = 6
"""Clients of each proxy."""
PAUSE = 0.1
"""Seconds between two requests of a client: the process that starts needs its share of the machine."""
LEAST = 5_000
"""The least number of requests, none of which may fail."""


@dataclass
class Load:
    """Clients that reuse their connections; every other request is a POST."""

    token: str
    offering: str
    over: bool = False
    met: Counter[str] = field(default_factory=Counter)

    async def ask(self, front: Front, tls: Tls) -> None:
        transport = httpx.AsyncHTTPTransport(verify=tls.client())
        async with httpx.AsyncClient(transport=transport, base_url=front.address, timeout=20) as client:
            for number in itertools.count():
                if self.over:
                    return
                try:
                    answer = await self._one(client, number)
                    self.met[f"{answer.request.method} {answer.status_code}"] += 1
                except httpx.HTTPError as error:
                    self.met[f"{type(error).__name__} {error.request.method}"] += 1
                await asyncio.sleep(PAUSE)

    async def _one(self, client: httpx.AsyncClient, number: int) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": uuid.uuid4().hex}
        if number % 20 == 1:
            body = {"lines": [{"offeringId": self.offering, "quantity": 1}], "contact": GUEST}
            return await client.post("/v1/orders", json=body, headers=headers)
        if number % 2:
            return await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
        return await client.get(f"/v1/catalogue/offerings/{self.offering}", headers=headers)


@pytest.fixture
def pair(tmp_path: Path, postgres: EmbeddedPostgres, database_url: str, settings: Settings) -> Iterator[Pair]:
    with serving_twice(tmp_path, postgres, database_url, settings, SAMEN_DRAIN_SECONDS=str(DRAIN)) as running:
        yield running


def restart(live: Live) -> None:
    assert live.stop_server() == 0
    live.serve()


async def test_no_request_fails_while_processes_are_restarted(world: World, pair: Pair, tls: Tls) -> None:
    """Through nginx and HAProxy at the same time."""
    seller = await world.cooperative()
    load = Load(world.person().token or "", await world.offering(seller))
    with nginx(tls, pair.ports) as first, haproxy(tls, pair.ports) as second:
        asking = [asyncio.create_task(load.ask(front, tls)) for front in (first, second) for _ in range(AT_ONCE)]
        for live in itertools.islice(itertools.cycle((pair.one, pair.two)), RESTARTS):
            await asyncio.to_thread(restart, live)
        await until(lambda: load.met.total() >= LEAST)
        load.over = True
        await asyncio.gather(*asking)
    failed = {what: times for what, times in load.met.items() if what not in ("GET 200", "POST 200", "POST 201")}
    assert failed == {}
    assert load.met["POST 201"] > 100


async def state(live: Live, client: httpx.AsyncClient) -> tuple[int, str, str]:
    answer = await client.get(f"{live.url}/readyz")
    return answer.status_code, answer.json()["status"], answer.headers.get("connection", "")


async def test_who_drains_says_so_and_goes_on(pair: Pair) -> None:
    """`/readyz` informs the proxy, `Connection: close` everybody; HEAD does the same."""
    live = pair.one
    assert live.process is not None
    async with httpx.AsyncClient() as client:
        assert await state(live, client) == (200, "ok", "")
        live.process.terminate()
        await asyncio.sleep(0.5)
        assert await state(live, client) == (503, "draining", "close")
        for path, status in (("/healthz", 200), ("/readyz", 503)):
            assert (await client.head(f"{live.url}{path}")).status_code == status
        answer = await client.get(f"{live.url}/v1/municipalities")
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        await asyncio.sleep(DRAIN - 2)
        assert live.process.poll() is None
    assert await asyncio.to_thread(live.process.wait, 10) == 0


@pytest.mark.parametrize("signals", [["SIGINT"], ["SIGTERM", "SIGTERM"], ["SIGTERM", "SIGINT"]], ids="-".join)
async def test_nobody_has_to_wait_for_it(pair: Pair, signals: list[str]) -> None:
    live = pair.one
    assert live.process is not None
    for name in signals:
        live.process.send_signal(signal.Signals[name])
        await asyncio.sleep(0.3)
    assert await asyncio.to_thread(live.process.wait, 2.5) == 0
