"""Workloads against their floors in the same run, in turns; writes bench/results.md. `make bench` runs it.

Figures are ratios of rates: these machines are shared and noisy, seconds say little. What each ratio should reach at
first stands beside it.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import uvloop

from app.db.engine import Database
from app.demo.loader import Loader
from app.domain.access import Scope
from app.usecases.members import get_thermometer
from app.usecases.payments import record_payment
from app.usecases.run import Identity, Run
from bench import assignment, joint
from bench.torture import Shop, Torture
from tests.live import Live

HERE = Path(__file__).parent
ROUNDS, ORDERS, WIDTH = 5, 120, 8
LEGS = [
    {"kind": "bank", "cents": -100, "rule": "payment", "facts": {}, "rgs": "BLimBan"},
    {"kind": "vat", "cents": 100, "rule": "payment", "facts": {}, "rgs": "BSchBepBtw"},
]
POST = """select post_journal(uuidv7(), '{place}', 'payment', 'payment', uuidv7(), 1, 'EUR', '2026-03-01', null, null,
          '{legs}'::jsonb)"""
THERMOMETER = """
    select json_build_object('balance', b.posted, 'movements', (
        select json_agg(m) from (
            select e.cents, e.balance_after, e.rule, e.facts, j.effective_on, j.booked_at, j.kind from entry e
              join journal j on j.id = e.journal_id where e.account_id = a.id order by e.version desc limit 20) m))
      from account a join balance b on b.account_id = a.id where a.member_id = $1 and a.kind = 'pot'"""
Act = Callable[[], Awaitable[Any]]


async def rate(acts: Sequence[Act], width: int = WIDTH) -> float:
    """How many a second, `width` at a time."""
    waiting = iter(acts)

    async def one() -> None:
        for act in waiting:
            await act()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(width)))
    return len(acts) / (time.perf_counter() - began)


class Bench:
    """One database with ten cooperatives, their orders done and waiting for money."""

    def __init__(self, live: Live, database: Database, floor: asyncpg.Pool) -> None:
        self.live, self.database, self.floor = live, database, floor

    def run_as(self, login: str) -> Run:
        return Run(self.database, Identity(f"{self.live.url}/people", login, None, frozenset(Scope)))

    def pay(self, shop: Shop, order: dict[str, Any]) -> Act:
        cents = round(float(order["gross"]["amount"]) * 100)
        once = self.run_as(shop.treasurer).keyed(uuid.uuid4().hex)
        return lambda: once(record_payment, order_id=uuid.UUID(order["id"]), cents=cents)

    def pay_floor(self, number: int) -> Act:
        sql = "select bench.pay($1, $2)"
        return lambda: self.floor.fetchval(sql, uuid.uuid4().hex, number)

    def post(self, shop: Shop) -> Act:
        sql = POST.format(place=shop.id, legs=json.dumps(LEGS))
        return lambda: self.floor.fetchval(sql)

    async def post_floor(self, shop: Shop, count: int) -> float:
        """The same statement, committed each time, in a loop inside the server."""
        statement = " ".join(POST.format(place=shop.id, legs=json.dumps(LEGS)).replace("select", "perform", 1).split())
        began = time.perf_counter()
        await self.floor.execute(f"do $$ begin for n in 1..{count} loop {statement}; commit; end loop; end $$")
        return count / (time.perf_counter() - began)

    def thermometer(self, login: str, member_id: uuid.UUID) -> Act:
        run = self.run_as(login)
        return lambda: run(get_thermometer, member_id=member_id)

    def thermometer_floor(self, member_id: uuid.UUID) -> Act:
        return lambda: self.floor.fetchval(THERMOMETER, member_id)


async def orders_of(torture: Torture, client: httpx.AsyncClient, shop: Shop, count: int) -> list[dict[str, Any]]:
    """Orders of a shop that are done; only the money is missing."""

    async def one(number: int) -> dict[str, Any]:
        login, offering = shop.offerings[number % len(shop.offerings)]
        body: dict[str, Any] = {"lines": [{"offeringId": offering, "quantity": 3}]}
        body |= {"contact": {"name": "Jo", "email": "jo@example.org"}}
        order = await torture.call(client, "klant", "/v1/orders", body, uuid.uuid4().hex)
        for who, verb in ((login, "accept"), (login, "deliver"), ("klant", "complete")):
            path = f"/v1/orders/{order['id']}/transitions"
            await torture.call(client, who, path, {"verb": verb}, uuid.uuid4().hex)
        return order

    made: list[dict[str, Any]] = []
    for start in range(0, count, 20):
        made += await asyncio.gather(*(one(number) for number in range(start, min(start + 20, count))))
    return made


async def measure(live: Live) -> tuple[dict[str, list[float]], str]:
    """Every ratio, once a round; and the sections on joint purchases and assignments."""
    torture = Torture(live, 0, plant=False)
    async with httpx.AsyncClient(base_url=live.url, timeout=60) as client:
        shops = await torture.shops(client)
        spread = [
            (shop, order)
            for shop in shops
            for order in await orders_of(torture, client, shop, (ROUNDS + 1) * ORDERS // 10)
        ]
        hot = [(shops[0], order) for order in await orders_of(torture, client, shops[0], (ROUNDS + 1) * ORDERS)]
    owner = await asyncpg.connect(live.postgres.url(user="postgres"))
    for statement in (HERE / "floors" / "paid.sql").read_text().split("\n--;\n"):
        await owner.execute(statement)
    database = Database(live.postgres.url(), size=WIDTH)
    await database.open()
    floor = await asyncpg.create_pool(live.postgres.url(user="postgres"), min_size=WIDTH, max_size=WIDTH)
    bench = Bench(live, database, floor)
    found: dict[str, list[float]] = {"W2": [], "W3 against W2": [], "post()": [], "R3": []}
    spread.sort(key=lambda pair: pair[1]["reference"])
    for number in range(-1, ROUNDS):  # the first one warms connections and plans up
        mine = slice((number + 1) * ORDERS, (number + 2) * ORDERS)
        base = await rate([bench.pay_floor(n) for n in range(ORDERS * 10)])
        cold = await rate([bench.pay(shop, order) for shop, order in spread[mine]])
        warm = await rate([bench.pay(shop, order) for shop, order in hot[mine]])
        found["W2"].append(cold / base)
        found["W3 against W2"].append(warm / cold)
        alone = await rate([bench.post(shops[n % 10]) for n in range(1000)], 1)
        found["post()"].append(alone / await bench.post_floor(shops[1], 1000))
        rows = await owner.fetch(
            "select m.id, p.subject from member m join person p on p.id = m.person_id where m.name like 'member-0-%'"
        )
        known = [(row["subject"], row["id"]) for row in rows] * 20
        base = await rate([bench.thermometer_floor(member_id) for _, member_id in known])
        found["R3"].append(await rate([bench.thermometer(*pair) for pair in known]) / base)
        if number < 0:
            found = {name: [] for name in found}
    closed = await joint.closing(
        bench.run_as, shops[0].treasurer.replace("treasurer", "coordinator"), uuid.UUID(shops[0].id)
    )
    approved = await assignment.approving(Loader(database, f"{live.url}/oauth"))
    await floor.close()
    await database.close()
    await owner.close()
    return found, joint.report(closed) + assignment.report(approved)


FIRST = {"W2": 0.3, "W3 against W2": 0.5, "post()": 0.5, "R3": 0.25}
WHAT = {
    "W2": "order paid, split and posted, over ten cooperatives; floor: one PL/pgSQL call that writes the same rows",
    "W3 against W2": "the same on one cooperative; against the ten",
    "post()": "one posting through asyncpg; floor: the same in a loop inside the server, committed each time",
    "R3": "thermometer with its last 20 movements; floor: one SQL statement that builds the JSON",
}


def results(found: dict[str, list[float]]) -> str:
    rows = [
        f"| {name} | {WHAT[name]} | {statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} "
        f"| {FIRST[name]} | {'yes' if statistics.median(ratios) >= FIRST[name] else '**no**'} |"
        for name, ratios in found.items()
    ]
    head = f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores, {ROUNDS} rounds in turns with the floor."
    table = "| | what | ratio (median) | range | to reach first | reached |\n|---|---|---|---|---|---|\n"
    return f"# Benchmark\n\n{head} `make bench` writes this file.\n\n{table}" + "\n".join(rows) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        Path(folder).chmod(0o755)
        live = Live.at(Path(folder) / "live")
        live.samen("demo")
        live.serve()
        try:
            found, sections = uvloop.run(measure(live))  # the loop that serves requests too
            text = results(found) + sections
        finally:
            live.stop()
            Path(folder).mkdir(exist_ok=True)
    (HERE / "results.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
