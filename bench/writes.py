"""W1, W2, W3, R3 and post(): use cases on one database against SQL that writes or reads the same rows, in turns."""

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from app.db.engine import Database
from app.db.logins import logins_at
from app.domain.access import Scope
from app.domain.actors import Identity
from app.running.run import Run
from app.usecases.earning.thermometer import get_thermometer
from app.usecases.selling.orders import place_order
from app.usecases.selling.payments import record_payment
from app.usecases.shared.contacts import ContactInput
from app.usecases.shared.order_form import OrderLineInput
from app.vocabulary import MoneyIn
from bench.torture import Shop, Torture
from tests.live import Live

FLOORS = Path(__file__).parent / "floors"
ORDERS, WIDTH, SLICES = 120, 8, 5
LEGS = [
    {"kind": "bank", "cents": -100, "rule": "payment", "facts": {}, "rgs": "BLimBan"},
    {"kind": "vat", "cents": 100, "rule": "payment", "facts": {}, "rgs": "BSchBepBtw"},
]
POST = """select post_journals(jsonb_build_array(jsonb_build_object(
          'id', uuidv7(), 'cooperative_id', '{place}', 'kind', 'payment', 'source_type', 'payment',
          'source_id', uuidv7(), 'part', 1, 'currency', 'EUR', 'effective_on', '2026-03-01',
          'legs', '{legs}'::jsonb)))"""
THERMOMETER = """
    select json_build_object('balance', b.posted, 'movements', (
        select json_agg(m) from (
            select e.cents, e.balance_after, e.rule, e.facts, j.effective_on, j.booked_at, j.kind from entry e
              join journal j on j.id = e.journal_id where e.account_id = a.id order by e.version desc limit 20) m))
      from account a join balance b on b.account_id = a.id where a.member_id = $1 and a.kind = 'pot'"""
Act = Callable[[], Awaitable[Any]]
Pair = tuple[Shop, dict[str, Any]]


async def seconds(acts: Sequence[Act], width: int = WIDTH) -> float:
    """How long they take, `width` at a time."""
    waiting = iter(acts)

    async def one() -> None:
        for act in waiting:
            await act()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(width)))
    return time.perf_counter() - began


async def rates(*sides: Sequence[Act], width: int = WIDTH) -> list[float]:
    """How many a second of each side, a slice of each in turns: what the machine does meanwhile, it does to all."""
    took = [0.0 for _ in sides]
    for number in range(SLICES):
        for side, acts in enumerate(sides):
            took[side] += await seconds(acts[number::SLICES], width)
    return [len(acts) / spent for acts, spent in zip(sides, took, strict=True)]


class Bench:
    """One database with ten cooperatives, their orders done and waiting for money."""

    def __init__(self, live: Live, database: Database, floor: asyncpg.Pool) -> None:
        self.live, self.database, self.floor = live, database, floor

    def run_as(self, login: str) -> Run:
        return Run(self.database, Identity(f"{self.live.url}/people", login, None, frozenset(Scope)))

    def pay(self, shop: Shop, order: dict[str, Any]) -> Act:
        cents = round(float(order["gross"]["amount"]) * 100)
        once = self.run_as(shop.treasurer).keyed(uuid.uuid4().hex)
        return lambda: once(record_payment, order_id=uuid.UUID(order["id"]), amount=MoneyIn.of(cents))

    def place(self, shop: Shop, number: int) -> Act:
        _, offering = shop.offerings[number % len(shop.offerings)]
        line = OrderLineInput(offering_id=uuid.UUID(offering), quantity=3)
        once, contact = self.run_as("klant").keyed(uuid.uuid4().hex), ContactInput(name="Jo", email="jo@example.org")
        return lambda: once(place_order, lines=[line], contact=contact)

    def place_floor(self, shop: Shop, number: int) -> Act:
        offering = uuid.UUID(shop.offerings[number % len(shop.offerings)][1])
        return lambda: self.floor.fetchval("select bench.place($1, $2)", uuid.uuid4().hex, offering)

    def pay_floor(self, number: int) -> Act:
        sql = "select bench.pay($1, $2)"
        return lambda: self.floor.fetchval(sql, uuid.uuid4().hex, number)

    def pay_ruled(self, shop: Shop, order: dict[str, Any]) -> Act:
        """The floor of W2 under all rules, on the application's own connections."""
        sql, who = "select bench.ruled($1, $2, $3, $4)", (f"{self.live.url}/people", shop.treasurer)
        return lambda: self.database.one(sql, *who, uuid.uuid4().hex, uuid.UUID(order["id"]))

    def post(self, shop: Shop) -> Act:
        sql = POST.format(place=shop.id, legs=json.dumps(LEGS))
        return lambda: self.floor.fetchval(sql)

    def posts_floor(self, shop: Shop, count: int) -> Act:
        """The same statement `count` times, committed each time, in a loop inside the server."""
        statement = " ".join(POST.format(place=shop.id, legs=json.dumps(LEGS)).replace("select", "perform", 1).split())
        sql = f"do $$ begin for n in 1..{count} loop {statement}; commit; end loop; end $$"
        return lambda: self.floor.execute(sql)

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
        placed = await torture.call(client, "klant", "/v1/orders", body, uuid.uuid4().hex)
        order: dict[str, Any] = placed["order"]
        for who, verb in ((login, "accept"), (login, "deliver"), ("klant", "complete")):
            path = f"/v1/orders/{order['id']}/transitions"
            await torture.call(client, who, path, {"verb": verb}, uuid.uuid4().hex)
        return order

    made: list[dict[str, Any]] = []
    for start in range(0, count, 20):
        made += await asyncio.gather(*(one(number) for number in range(start, min(start + 20, count))))
    return made


async def prepared(owner: asyncpg.Connection) -> None:
    """The floors' tables and functions."""
    for name in ("paid", "placed", "ruled"):
        for statement in (FLOORS / f"{name}.sql").read_text(encoding="utf-8").split("\n--;\n"):
            await owner.execute(statement)


async def turn(
    bench: Bench, shops: list[Shop], spread: list[Pair], hot: list[Pair], more: list[Pair]
) -> dict[str, float]:
    """Each workload once, in turns with its floor."""
    found = {}
    floor = [bench.place_floor(shops[n % 10], n) for n in range(ORDERS * 5)]
    base, mine = await rates(floor, [bench.place(shops[n % 10], n) for n in range(ORDERS * 2)])
    found["W1"] = mine / base
    floor = [bench.pay_floor(n) for n in range(ORDERS * 10)]
    paid = [[bench.pay(shop, order) for shop, order in pairs] for pairs in (spread, hot)]
    base, cold, warm, ruled = await rates(floor, *paid, [bench.pay_ruled(shop, order) for shop, order in more])
    found["W2"], found["W3 against W2"] = cold / base, warm / cold
    found["W2 in the database"], found["W2 against that"] = ruled / base, cold / ruled
    per = 1000 // SLICES
    posts = [bench.post(shops[n % 10]) for n in range(per * SLICES)]
    alone, base = await rates(posts, [bench.posts_floor(shops[1], per)] * SLICES, width=1)
    found["post()"] = alone / (base * per)
    sql = "select m.id, p.subject from member m join person p on p.id = m.person_id where m.name like 'member-0-%'"
    known = [(row["subject"], row["id"]) for row in await bench.floor.fetch(sql)] * 20
    floor = [bench.thermometer_floor(member_id) for _, member_id in known]
    base, mine = await rates(floor, [bench.thermometer(*pair) for pair in known])
    found["R3"] = mine / base
    return found


async def measure(live: Live, rounds: int) -> tuple[dict[str, list[float]], list[Shop]]:
    """Every ratio, once a round; and the shops that were made for it. The server rests meanwhile."""
    torture = Torture(live, 0, plant=False)
    async with httpx.AsyncClient(base_url=live.url, timeout=60) as client:
        shops = await torture.shops(client)
        each = [(shop, await orders_of(torture, client, shop, (rounds + 1) * ORDERS // 10)) for shop in shops]
        hot = [(shops[0], order) for order in await orders_of(torture, client, shops[0], (rounds + 1) * ORDERS)]
        more = [
            (shop, order)
            for shop in shops
            for order in await orders_of(torture, client, shop, (rounds + 1) * ORDERS // 20)
        ]
    spread = sorted(((shop, order) for shop, orders in each for order in orders), key=lambda pair: pair[1]["reference"])
    live.stop_server()
    found: dict[str, list[float]] = {}
    database = Database(logins_at(live.postgres.url()), size=WIDTH)
    await database.open()
    url = live.postgres.url(user="postgres")
    async with asyncpg.create_pool(url, min_size=WIDTH, max_size=WIDTH) as floor:
        async with floor.acquire() as owner:
            await prepared(owner)
        bench = Bench(live, database, floor)
        for number in range(rounds + 1):  # the first one warms connections and plans up
            mine = slice(number * ORDERS, (number + 1) * ORDERS)
            for name, ratio in (await turn(bench, shops, spread[mine], hot[mine], more[number :: rounds + 1])).items():
                found.setdefault(name, []).append(ratio)
            if not number:
                await floor.execute("vacuum analyze")  # plans made for empty tables are made anew
    live.serve()
    await database.close()
    return {name: ratios[1:] for name, ratios in found.items()}, shops
