"""kill -9 in the middle of an import: a file is in the books as a whole or not at all, and never twice."""

import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest

from app.domain.days import day_of
from tests.bank_files import DAY, camt, entry, statement
from tests.live import Live, demo_by_wire
from tests.world import IBAN, Caller

LINES = 600
DELAYS = [0.2, 0.6, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0] if "SAMEN_LONG_RUNS" in os.environ else [0.2, 0.6]
"""Seconds after which the victim is killed."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with demo_by_wire(tmp_path_factory.mktemp("live")) as made:
        yield made


async def own_account(live: Live, client: httpx.AsyncClient) -> tuple[Caller, str, str]:
    """The treasurer, the id of the cooperative, and its own account."""
    treasurer, coordinator = [
        Caller(client, live.person(f"vrije-uitloop-{who}"), who) for who in ("penningmeester", "coordinator")
    ]
    cooperative_id = (await treasurer("GET", "/v1/me"))["holdings"][0]["cooperativeId"]
    place = f"/v1/cooperatives/{cooperative_id}/bank-accounts"
    confirmed = (await treasurer("GET", f"{place}?state=confirmed"))["items"]
    if not confirmed:
        proposed = await treasurer("POST", place, {"iban": IBAN, "name": "De Vrije Uitloop"})
        confirmed = [await coordinator("POST", f"/v1/bank-accounts/{proposed['id']}/transitions", {"verb": "confirm"})]
    return treasurer, cooperative_id, confirmed[0]["iban"]


@pytest.mark.parametrize("victim", ["server", "postgres"])
async def test_killed_while_a_file_comes(live: Live, victim: str) -> None:
    """The statement of today grows by some hundred lines, again and again."""
    cut_off = 0
    kill: Callable[[], None] = live.kill_server if victim == "server" else live.kill_postgres
    for delay in DELAYS:
        async with httpx.AsyncClient(base_url=live.url, timeout=120) as client:
            treasurer, cooperative_id, iban = await own_account(live, client)
            before = await at_bank(treasurer, cooperative_id, iban)
            file = of_today(iban, before + LINES)
            told = asyncio.create_task(send(client, treasurer, cooperative_id, file))
            await asyncio.sleep(delay)
            kill()
            answer = await told
        if victim == "server":
            live.serve()
        else:
            live.postgres.start()
            live.await_ready()
        async with httpx.AsyncClient(base_url=live.url, timeout=120) as client:
            treasurer, *_ = await own_account(live, client)
            came = await at_bank(treasurer, cooperative_id, iban)
            assert came in (before, before + LINES)
            assert answer is None or came == before + LINES
            # PostgreSQL may commit only now what the killed server had sent.
            brought = await send(client, treasurer, cooperative_id, file)
            assert brought in ((0, LINES) if came == before else (0,))
            cut_off += brought == LINES
            assert await at_bank(treasurer, cooperative_id, iban) == before + LINES
    assert cut_off
    checked = live.samen("check-books")
    assert checked.returncode == 0, checked.stdout


def of_today(iban: str, count: int) -> bytes:
    """A statement of today with so many lines of 1.00."""
    today = day_of(datetime.now(UTC)).isoformat()
    entries = [entry("1.00", reference=f"R{number}", text=f"gift {number}") for number in range(count)]
    return camt(statement(*entries, opening="0.00", closing=f"{count}.00", iban=iban)).replace(
        DAY.encode(), today.encode()
    )


async def at_bank(treasurer: Caller, cooperative_id: str, iban: str) -> int:
    """The balance of the account in the books, in euro; each line without a place is on an account of its own."""
    place = f"/v1/cooperatives/{cooperative_id}/accounts?limit=100"
    page = await treasurer("GET", place)
    while True:
        for one in page["items"]:
            if one["kind"] == "bank" and one["party"] == iban:
                return round(-float(one["balance"]["amount"]))
        if page["nextCursor"] is None:
            return 0
        page = await treasurer("GET", f"{place}&after={page['nextCursor']}")


async def send(client: httpx.AsyncClient, who: Caller, cooperative_id: str, file: bytes) -> int | None:
    """How many lines the file added; None without an answer."""
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/xml"}
    try:
        answer = await client.post(
            f"/v1/cooperatives/{cooperative_id}/bank-statements/files", content=file, headers=headers
        )
    except httpx.TransportError:
        return None
    if answer.status_code >= 500:
        return None
    assert answer.status_code == 201, answer.text
    return int(answer.json()["linesAdded"])
