"""Orders from sixteen clients while server, worker and database are killed; then two checkers look at the books.

`python -m bench.torture [--journals 10000] [--plant]`. Every answer that a client got is kept; afterwards each has to
stand in the books exactly once (the history checker), and every invariant has to hold (`samen check-books`). With
`--plant` PostgreSQL answers before it has written (synchronous_commit off): a kill then loses what was acknowledged,
and the history checker has to notice.
"""

import argparse
import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil

from tests.live import ROOT, Live

Json = dict[str, Any]
CLIENTS, COOPERATIVES, MEMBERS = 16, 10, 10
PLANTED = ("synchronous_commit=off", "wal_writer_delay=10s")
RULES = [
    {"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "10"},
    {"kind": "remit_above", "threshold": "300.00", "percent": "50"},
    {"kind": "pot"},
]


@dataclass
class Shop:
    """A cooperative with the logins of its people and what its members offer."""

    id: str
    treasurer: str
    offerings: list[tuple[str, str]] = field(default_factory=list)
    """The member's login and the offering."""


@dataclass
class Torture:
    live: Live
    journals: int
    plant: bool
    history: dict[str, str] = field(default_factory=dict)
    """Payment id by the key under which it was acknowledged."""
    retried: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    worker: subprocess.Popen[bytes] | None = None
    down: asyncio.Event = field(default_factory=asyncio.Event)
    longest_gap: float = 0.0
    gone: int = 0
    """Orders that were acknowledged and then not found, which happens to a planted loss alone."""

    async def call(self, client: httpx.AsyncClient, login: str, path: str, body: Json, key: str) -> Json:
        """Ask until there is an answer, always under the same key."""
        for attempt in itertools.count():
            headers = {"Authorization": f"Bearer {self.live.person(login)}", "Idempotency-Key": key}
            try:
                answer = await client.post(path, json=body, headers=headers)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code < 500:
                if answer.status_code >= 300:
                    raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
                found: Json = answer.json()
                return found
            self.retried += 1
            await asyncio.sleep(min(0.05 * 2**attempt, 1))
        raise AssertionError("unreachable")

    async def shops(self, client: httpx.AsyncClient) -> list[Shop]:
        """Ten cooperatives with ten members each, set up through the API."""

        async def made(login: str, path: str, body: Json) -> Json:
            return await self.call(client, login, path, body, uuid.uuid4().hex)

        async def person(login: str) -> str:
            body = {"issuer": f"{self.live.url}/people", "subject": login, "name": login}
            return str((await made("network", "/v1/people", body))["id"])

        municipality = (await made("network", "/v1/municipalities", {"cbsCode": "GM9998", "name": "Proef"}))["id"]
        controller = await person("controller")
        office = {"personId": controller, "role": "controller", "municipalityId": municipality}
        await made("network", "/v1/offices", office)
        found = []
        for number in range(COOPERATIVES):
            body = {"slug": f"proef-{number}", "name": f"Proef {number}", "legalForm": "cooperative_ua"}
            body |= {"kvkNumber": "90000011", "municipalityId": municipality, "town": "Breda"}
            shop = Shop((await made("network", "/v1/cooperatives", body))["id"], f"treasurer-{number}")
            for role in ("coordinator", "treasurer"):
                place = {"personId": await person(f"{role}-{number}"), "role": role, "cooperativeId": shop.id}
                await made("network", "/v1/offices", place)
            terms = {"title": "Proef", "activeFrom": "2020-01-01", "rules": RULES}
            terms |= {"examples": [{"name": "x", "net": "10", "expected": {"cooperative_fund": "1", "pot": "9"}}]}
            agreement = await made(shop.treasurer, f"/v1/cooperatives/{shop.id}/agreements", terms)
            await made(shop.treasurer, f"/v1/agreements/{agreement['id']}/tests", {})
            for login, side in ((shop.treasurer, "cooperative"), ("controller", "municipality")):
                await made(login, f"/v1/agreements/{agreement['id']}/signatures", {"side": side})
            for place_of in range(MEMBERS):
                shop.offerings.append(await self._member(made, person, shop, number, f"member-{number}-{place_of}"))
            found.append(shop)
        return found

    async def _member(
        self,
        made: Callable[[str, str, Json], Awaitable[Json]],
        person: Callable[[str], Awaitable[str]],
        shop: Shop,
        number: int,
        login: str,
    ) -> tuple[str, str]:
        body: Json = {"name": login, "tradeName": login, "personId": await person(login)}
        member = await made(f"coordinator-{number}", f"/v1/cooperatives/{shop.id}/members", body)
        body = {"memberId": member["id"], "kind": "service", "title": login, "category": "proef", "town": "Breda"}
        body |= {"priceUnit": "piece", "price": {"amount": "33.33"}, "vatClass": "standard"}
        offering = await made(login, f"/v1/cooperatives/{shop.id}/offerings", body)
        place = f"/v1/offerings/{offering['id']}/transitions"
        await made(login, place, {"verb": "submit"})
        await made(f"coordinator-{number}", place, {"verb": "publish"})
        return login, str(offering["id"])

    async def sell(self, client: httpx.AsyncClient, shop: Shop, chance: random.Random) -> None:
        """One order from placed to paid: two journals."""
        login, offering = chance.choice(shop.offerings)
        key = uuid.uuid4().hex
        body: Json = {"lines": [{"offeringId": offering, "quantity": chance.randint(1, 9)}]}
        body |= {"contact": {"name": "Jo", "email": "jo@example.org"}}
        order = (await self.call(client, "klant", "/v1/orders", body, f"order-{key}"))["order"]
        place = f"/v1/orders/{order['id']}"
        for who, verb in ((login, "accept"), (login, "deliver"), ("klant", "complete")):
            await self.call(client, who, f"{place}/transitions", {"verb": verb}, f"{verb}-{key}")
        paid = await self.call(client, shop.treasurer, f"{place}/payments", {"amount": order["gross"]}, f"pay-{key}")
        self.history[f"pay-{key}"] = paid["id"]

    def kill(self, victim: str) -> None:
        began = time.monotonic()
        self.faults[victim] += 1
        if victim == "database":
            postmaster = psutil.Process(
                int((self.live.postgres.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
            )
            killed = (postmaster, *postmaster.children(recursive=True))
            for process in killed:
                process.kill()
            psutil.wait_procs(killed, timeout=10)
            self.live.postgres.start(PLANTED if self.plant else ())
            self.live.await_ready()
        elif victim == "server":
            assert self.live.process is not None
            self.live.process.send_signal(signal.SIGKILL)
            self.live.process.wait()
            self.live.serve()
        else:
            self.start_worker()
        if self.worker is not None and self.worker.poll() is not None:
            self.start_worker()
        self.longest_gap = max(self.longest_gap, time.monotonic() - began)

    def start_worker(self) -> None:
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()
        command = [sys.executable, "-m", "app.cli", "worker"]
        self.worker = subprocess.Popen(command, env=self.live.environment, cwd=ROOT)

    async def run(self) -> int:
        chance = random.Random(7)
        limits = httpx.Limits(max_connections=CLIENTS * 2)
        async with httpx.AsyncClient(base_url=self.live.url, timeout=30, limits=limits) as client:
            shops = await self.shops(client)
            self.start_worker()
            orders = iter(range(self.journals // 2))
            began = time.monotonic()

            async def customer() -> None:
                for _ in orders:
                    try:
                        await self.sell(client, chance.choice(shops), chance)
                    except RuntimeError:
                        if not self.plant:
                            raise
                        self.gone += 1

            customers = asyncio.gather(*(customer() for _ in range(CLIENTS)))
            while not customers.done():
                await asyncio.wait({customers}, timeout=chance.uniform(3, 9))
                if not customers.done():
                    victim = "database" if self.plant else chance.choice(["server", "worker", "database"])
                    await asyncio.to_thread(self.kill, victim)
            await customers
            seconds = time.monotonic() - began
        if self.plant:
            await asyncio.to_thread(self.kill, "database")
        return await self.report(seconds)

    async def report(self, seconds: float) -> int:
        """What the two checkers say."""
        connection = await asyncpg.connect(self.live.postgres.url(user="postgres"))
        standing = Counter(
            str(row["source_id"])
            for row in await connection.fetch("select source_id from journal where kind = 'payment'")
        )
        journals = await connection.fetchval("select count(*) from journal")
        deadlocks = await connection.fetchval("select sum(deadlocks) from pg_stat_database")
        await connection.close()
        lost = sum(1 for payment in self.history.values() if payment not in standing)
        doubled = sum(1 for count in standing.values() if count > 1)
        unknown = len(set(standing) - set(self.history.values()))
        checked = await asyncio.to_thread(self.live.samen, "check-books")
        violations = checked.stdout.count("BROKEN")
        print(f"{journals} journals, {len(self.history)} acknowledged payments in {seconds:.0f} s")
        print(f"faults: {dict(self.faults)}; {self.retried} requests repeated; longest gap {self.longest_gap:.1f} s")
        lost += self.gone
        print(f"lost {lost}, doubled {doubled}, never acknowledged {unknown}, violations {violations}")
        print(f"deadlocks {deadlocks}")
        if self.plant:
            return 0 if lost else 1
        return 1 if lost or doubled or unknown or violations else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journals", type=int, default=10_000)
    parser.add_argument("--plant", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="torture") as folder:
        os.chmod(folder, 0o755)
        live = Live.at(Path(folder) / "live")
        if given.plant:
            live.postgres.stop()
            live.postgres.start(PLANTED)
        live.samen("demo")
        live.serve()
        torture = Torture(live, given.journals, given.plant)
        try:
            code = asyncio.run(torture.run())
        finally:
            if torture.worker is not None:
                torture.worker.kill()
            live.stop()
            Path(folder).mkdir(exist_ok=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
