"""kill -9 of the server and of PostgreSQL in the middle of orders: each order once, none lost, books right."""

import asyncio
import contextlib
import os
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import asyncpg
import httpx
import pytest

from tests.live import ROOT, Live, demo_by_wire, until
from tests.scenarios.money import amount
from tests.scenarios.papers import COMPANY
from tests.world import GUEST, Caller, Json

ORDERS = 200
CLIENTS, ACTS, KILLS = (100, 40, 3) if "SAMEN_LONG_RUNS" in os.environ else (20, 5, 1)
"""How many clients ask for invoices at once, how often each, and how often the server is killed meanwhile."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with demo_by_wire(tmp_path_factory.mktemp("live")) as made:
        yield made


async def offering(live: Live) -> str:
    """A service, which needs no lock on stock, so that many orders run at once."""
    async with httpx.AsyncClient(base_url=live.url) as client:
        found = (await client.get("/v1/catalogue/offerings?text=tuinbeurt")).json()["items"]
        return str(found[0]["id"])


async def send(client: httpx.AsyncClient, token: str, offering_id: str, key: str) -> str | None:
    """The order's id, or None without an answer."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    body = {"lines": [{"offeringId": offering_id, "quantity": 1}], "contact": GUEST, "note": key}
    try:
        answer = await client.post("/v1/orders", json=body, headers=headers)
    except httpx.TransportError:
        return None
    if answer.status_code == 503:
        return None
    assert answer.status_code == 201, answer.text
    return str(answer.json()["order"]["id"])


async def in_books(live: Live, keys: list[str]) -> dict[str, str]:
    """The orders in the database, by key."""
    connection = await asyncpg.connect(live.postgres.url(user="postgres"))
    rows = await connection.fetch('select note, id from "order" where note = any($1)', keys)
    await connection.close()
    assert len(rows) == len({row["note"] for row in rows}), "an order stands twice"
    return {row["note"]: str(row["id"]) for row in rows}


@pytest.mark.parametrize("victim", ["server", "postgres"])
async def test_killed_in_the_middle_of_two_hundred_orders(live: Live, victim: str) -> None:
    token, offering_id = live.person("klant"), await offering(live)
    before = after = 0
    for _ in range(5):
        keys = [uuid.uuid4().hex for _ in range(ORDERS)]
        acknowledged = await _interrupted(live, token, offering_id, keys, victim)
        standing = await in_books(live, keys)
        assert acknowledged.items() <= standing.items(), "an acknowledged order was lost"
        before += ORDERS - len(standing)
        after += len(standing) - len(acknowledged)
        async with httpx.AsyncClient(base_url=live.url, timeout=60, limits=httpx.Limits(max_connections=20)) as client:
            again = await asyncio.gather(*(send(client, token, offering_id, key) for key in keys))
        assert None not in again
        final = await in_books(live, keys)
        assert len(final) == ORDERS
        assert standing.items() <= final.items()
        assert [final[key] for key in keys] == list(again)
        if before and after:
            break
    print(f"\n{victim} killed: {before} orders cut off before commit, {after} after commit without an answer")
    assert before > 0
    assert after > 0
    checked = live.samen("check-books")
    assert checked.returncode == 0, checked.stdout


async def _interrupted(live: Live, token: str, offering_id: str, keys: list[str], victim: str) -> dict[str, str]:
    """Sends all orders at once and kills after some answers. Returns the acknowledged orders, by key."""
    acknowledged: dict[str, str] = {}
    kill: Callable[[], None] = live.kill_server if victim == "server" else live.kill_postgres

    async def one(client: httpx.AsyncClient, key: str) -> None:
        made = await send(client, token, offering_id, key)
        if made is not None:
            acknowledged[key] = made
            if len(acknowledged) == 30:
                kill()

    limits = httpx.Limits(max_connections=60)
    async with httpx.AsyncClient(base_url=live.url, timeout=60, limits=limits) as client:
        await asyncio.gather(*(one(client, key) for key in keys))
    if victim == "server":
        live.serve()
    else:
        live.postgres.start()
        live.await_ready()
    return acknowledged


@dataclass
class Counts:
    """What the clients were told."""

    numbers: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)


async def test_many_clients_and_kill_9_leave_no_gap_and_no_double(live: Live) -> None:
    """Each acknowledged number was issued; the others were issued without an answer. 1..n, and the books are right."""
    counts, stop = Counts(), asyncio.Event()
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=live.url, timeout=60, limits=limits) as client:
        treasurer, member = [
            Caller(client, live.person(f"vrije-uitloop-{who}"), who) for who in ("penningmeester", "coordinator")
        ]
        seller = (await treasurer("GET", "/v1/me"))["holdings"][0]["cooperativeId"]
        orders = await accepted(client, live, member)

        async def post(place: str, body: Json) -> None:
            headers = {"Authorization": f"Bearer {treasurer.token}", "Idempotency-Key": uuid.uuid4().hex}
            try:
                answer = await client.post(place, json=body, headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(1)
                return
            counts.answers[answer.status_code] += 1
            assert answer.status_code in (201, 409, 422, 503), answer.text
            if answer.status_code == 201 and "number" in answer.json():
                counts.numbers.append(answer.json()["number"])

        async def acts(number: int) -> None:
            random = Random(number)
            for _ in range(ACTS):
                place = f"/v1/orders/{random.choice(orders)}"
                if random.random() < 0.15:
                    await post(f"{place}/credits", {"reason": "klacht"} | amount("0.30"))
                else:
                    # Some ask more than is left.
                    await post(f"{place}/invoices", amount(random.choice(("0.50", "1.21", "99999.00"))))

        async def kill() -> None:
            for turn in range(1, KILLS + 1):
                aim = turn * CLIENTS * ACTS // (KILLS + 1) // 3
                await until(lambda aim=aim: len(counts.numbers) >= aim or stop.is_set(), 600)  # type: ignore[misc]
                await asyncio.to_thread(live.kill_server)
                await asyncio.to_thread(live.serve)

        killer = asyncio.create_task(kill())
        await asyncio.gather(*(acts(number) for number in range(CLIENTS)))
        stop.set()
        await killer
    connection = await asyncpg.connect(live.postgres.url(user="postgres"))
    issued = [
        tuple(row)
        for row in await connection.fetch(
            "select number, sequence, kind from invoice where cooperative_id = $1", seller
        )
    ]
    last = await connection.fetchval("select last from invoice_series where cooperative_id = $1", seller)
    await connection.close()
    print(f"\n{len(issued)} issued, {len(counts.numbers)} acknowledged, {KILLS} kills, answers {dict(counts.answers)}")
    assert len(set(counts.numbers)) == len(counts.numbers) > 0
    assert set(counts.numbers) <= {number for number, _, _ in issued}
    assert sorted(sequence for _, sequence, _ in issued) == list(range(1, len(issued) + 1))
    assert last == len(issued)
    assert counts.answers[422] > 0
    checked = live.samen("check-books")
    assert checked.returncode == 0, checked.stdout


async def accepted(client: httpx.AsyncClient, live: Live, coordinator: Caller) -> list[str]:
    """Ids of accepted orders of a company, enough for all."""
    customer = Caller(client, live.person("klant"), "klant")
    found, offering = [], (await customer("GET", "/v1/catalogue/offerings?text=tuinbeurt"))["items"][0]["id"]
    for _ in range(max(4, CLIENTS // 5)):
        body = {"lines": [{"offeringId": offering, "quantity": 50}], "contact": COMPANY}
        order = (await customer("POST", "/v1/orders", body))["order"]
        await coordinator("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
        found.append(order["id"])
    return found


def test_the_example_app_orders_on_the_live_server(live: Live, tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {live.person('network')}"}
    body = {"name": "Voorbeeld", "scopes": ["catalogue:read", "orders:read", "orders:write"]}
    made = httpx.post(f"{live.url}/v1/apps", json=body, headers=headers).json()
    command = [sys.executable, str(ROOT / "examples" / "order_app.py"), made["app"]["id"], made["clientSecret"]]
    done = subprocess.run([*command, "tuinen", live.url], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "Grote tuinbeurt by De Groene Hoek, 242.00 euro" in done.stdout
    assert "Now: placed" in done.stdout
    nothing = subprocess.run([*command, "ruimteschip", live.url], capture_output=True, encoding="utf-8", check=False)
    assert (nothing.returncode, nothing.stderr.strip()) == (1, "Nothing found for ruimteschip.")
    lines = (ROOT / "examples" / "order_app.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 100


def test_a_second_load_of_the_demo_changes_nothing(live: Live) -> None:
    def counts() -> dict[str, int]:
        headers = {"Authorization": f"Bearer {live.person('network')}"}
        paths = ("municipalities", "cooperatives", "catalogue/offerings")
        return {p: len(httpx.get(f"{live.url}/v1/{p}?limit=100", headers=headers).json()["items"]) for p in paths}

    first = counts()
    assert live.samen("demo").returncode == 0
    assert counts() == first
    assert first == {"municipalities": 7, "cooperatives": 13, "catalogue/offerings": 27}


async def test_a_server_that_stops_ends_its_imports_at_once(live: Live) -> None:
    if live.process is None or live.process.poll() is not None:
        live.serve()
    assert live.process is not None
    headers = {"Authorization": f"Bearer {live.person('vrije-uitloop-coordinator')}"}
    async with httpx.AsyncClient(base_url=live.url, timeout=60, headers=headers) as client:
        cooperative = (await client.get("/v1/me")).json()["holdings"][0]["cooperativeId"]
        member = (await client.get(f"/v1/cooperatives/{cooperative}/members")).json()["items"][0]["id"]
        row = b"goods;Jam;eten;piece;3,50;reduced;Breda\n"

        async def parts() -> AsyncIterator[bytes]:
            yield b"externalId;kind;title;category;priceUnit;price;vatClass;town\n"
            yield b"".join(b"S-%d;" % number + row for number in range(600))
            for number in range(1200):
                await asyncio.sleep(0.05)
                yield b"T-%d;" % number + row

        path = f"/v1/cooperatives/{cooperative}/offering-imports"
        query, kind = {"source": "winkel", "memberId": member}, {"Content-Type": "text/csv"}
        sending = asyncio.create_task(client.post(path, params=query, content=parts(), headers=kind))
        for _ in range(100):
            await asyncio.sleep(0.1)
            if any(one["rows"] for one in (await client.get(path)).json()["items"]):
                break
        live.process.terminate()
        # A reset may come before the answer.
        with contextlib.suppress(httpx.TransportError):
            answer = await asyncio.wait_for(sending, 10)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert live.process.wait(10) in (0, 143, -15)
    connection = await asyncpg.connect(live.postgres.url(user="postgres"))
    rows = await connection.fetch("select state, reason, created from offering_import")
    await connection.close()
    assert [tuple(row) for row in rows] == [("stopped", "the server was stopped", 500)]


def test_the_server_stops_gracefully(live: Live) -> None:
    """Last in this file: SIGTERM ends it cleanly."""
    live.serve() if live.process is None or live.process.poll() is not None else None
    assert live.process is not None
    live.process.terminate()
    assert live.process.wait(30) in (0, 143, -15)
