"""Builders in the field's words; everything goes through the public API."""

import asyncio
import contextlib
import itertools
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from app.adapters.tokens import KeyRing
from app.adapters.webhooks import Sender
from app.db.engine import Database, opened
from app.db.logins import READER_ROLE
from app.domain.access import Scope
from app.domain.days import day_of
from app.keys import app_issuer, people_issuer
from app.running.run import SystemRun
from app.settings import Settings
from app.usecases.people.persons import appoint_network
from app.worker import Worker

Json = dict[str, Any]
VRIJE_UITLOOP: list[Json] = [
    {"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "10"},
    {"kind": "share_of_surplus", "to": "training_pot", "percent": "5"},
    {"kind": "remit_above", "threshold": "3000.00", "percent": "50"},
    {"kind": "pot"},
]
SCOPE: list[Json] = [{"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "5"}, {"kind": "pot"}]
SAENS_TOIS: list[Json] = [{"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "10"}, {"kind": "pot"}]
NOTHING: list[Json] = [{"name": "nothing", "net": "0", "expected": {}}]
GUEST: Json = {"name": "Jo de Wit", "email": "jo@example.org"}
MARKET: Json = {"street": "Markt 1", "postcode": "4811 AB", "town": "Breda"}
IBAN, OTHER_IBAN = "NL91ABNA0417164300", "NL18RABO0123459876"
municipality_codes = itertools.count(1000)
prefix_numbers = itertools.count()


@cache
def _keyed() -> re.Pattern[str]:
    """The paths of the contract whose POST takes an Idempotency-Key."""
    paths = json.loads((Path(__file__).parent.parent / "openapi" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    posts = {path: operations["post"] for path, operations in paths.items() if "post" in operations}
    taking = (
        path
        for path, post in posts.items()
        if any(one["name"].lower() == "idempotency-key" for one in post.get("parameters", ()))
    )
    return re.compile("|".join("/v1" + re.sub("{[^}]*}", "[^/]*", path) for path in taking))


def takes_key(path: str) -> bool:
    """Whether a POST to this path takes an Idempotency-Key."""
    return _keyed().fullmatch(path.partition("?")[0]) is not None


def _prefix(number: int) -> str:
    """The prefix of invoices with this number, in six letters: cooperatives of one KvK number cannot share one."""
    return "Q" + "".join(chr(ord("A") + number // 26**power % 26) for power in reversed(range(5)))


def _last_day(month: str) -> date:
    """The last day of a month, such as 2026-03."""
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


class Caller:
    """A caller with a token; the status of every answer is checked."""

    def __init__(
        self, client: httpx.AsyncClient, token: str | None, login: str, mint: Callable[[], str] | None = None
    ) -> None:
        self.client, self.login = client, login
        self._token, self._mint, self._minted = token, mint, time.monotonic()

    @property
    def token(self) -> str | None:
        """It is renewed before it ends, however slow the machine is."""
        if self._mint is not None and time.monotonic() - self._minted > 300:
            self._token, self._minted = self._mint(), time.monotonic()
        return self._token

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int | None = None,
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        sent = {"Accept-Language": "en", **(headers or {})}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if method == "POST" and (key or takes_key(path)):
            sent["Idempotency-Key"] = key or uuid.uuid4().hex
        answer = await self.client.request(method, path, json=body, headers=sent)
        expected = status or {"POST": 0, "GET": 200, "PUT": 200, "PATCH": 200, "DELETE": 0}[method]
        good = answer.status_code == expected if expected else answer.status_code in (200, 201, 204)
        assert good, f"{self.login}: {method} {path} → {answer.status_code} {answer.text[:800]}"
        kind = answer.headers.get("content-type", "").split(";")[0]
        return answer.json() if answer.content and kind.endswith(("/json", "+json")) else answer.text

    async def graphql(self, query: str, **variables: Any) -> Json:
        """Data and errors of a GraphQL operation."""
        sent = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables}, headers=sent)
        found: Json = answer.json()
        return found


@dataclass(kw_only=True)
class Seller:
    """A cooperative with its officers, its municipality's controller and one member."""

    id: str
    slug: str
    municipality_id: str
    coordinator: Caller
    treasurer: Caller
    controller: Caller
    member: Caller
    member_id: str
    agreement_id: str | None = None

    async def refund(self, order_id: str, body: Json, status: int = 201) -> Json:
        """Lowers the price of an order and gives back what is owed then; returns the order, or the refusal."""
        credit: Json = await self.treasurer("POST", f"/v1/orders/{order_id}/credits", body, status=status)
        if status != 201:
            return credit
        order: Json = await self.treasurer("GET", f"/v1/orders/{order_id}")
        if order["owedBack"]["amount"] != "0.00":
            await self.treasurer("POST", f"/v1/orders/{order_id}/repayments", {})
            order = await self.treasurer("GET", f"/v1/orders/{order_id}")
        return order

    async def pays_to(self, iban: str = IBAN, name: str = "De Vrije Uitloop") -> Json:
        """Its bank account: the treasurer proposes it, the coordinator confirms."""
        place = f"/v1/cooperatives/{self.id}/bank-accounts"
        proposed = await self.treasurer("POST", place, {"iban": iban, "name": name})
        place = f"/v1/bank-accounts/{proposed['id']}/transitions"
        account: Json = await self.coordinator("POST", place, {"verb": "confirm"})
        return account

    async def can_invoice(self) -> str:
        """Gives the cooperative all that its invoices show; returns the prefix of their numbers."""
        prefix = _prefix(next(prefix_numbers))
        details: Json = {"legalName": "Coöperatie De Vrije Uitloop U.A.", "vatId": "NL900000110B88"}
        details |= {"postalAddress": MARKET, "email": "hallo@example.org", "invoicePrefix": prefix}
        place = f"/v1/cooperatives/{self.id}"
        await self.treasurer("PATCH", f"{place}/invoice-details", details, headers={"If-Match": "*"})
        await self.pays_to()
        return prefix

    async def agreed(self, place: str, reversal: Json) -> Json:
        """A reversal, to which the coordinator agrees if it waits for a second person."""
        if reversal.get("state") == "proposed" and reversal["kind"] in ("write_off", "cost"):
            reversal = await self.coordinator("POST", place, {"reason": "klopt"})
            assert reversal["state"] == "booked", reversal
        return reversal


class Clock:
    """The clock of the API: the real time, unless a test sets it."""

    def __init__(self) -> None:
        self.fixed: datetime | None = None

    def __call__(self) -> datetime:
        return self.fixed or datetime.now(UTC)

    @property
    def today(self) -> date:
        """The day in Amsterdam, which begins an hour or two before that of UTC."""
        return day_of(self())

    @contextlib.contextmanager
    def at(self, day: str) -> Iterator[None]:
        """Noon in Amsterdam of a day, such as 2026-03-05."""
        before, self.fixed = self.fixed, datetime.fromisoformat(f"{day}T11:00:00+00:00")
        try:
            yield
        finally:
            self.fixed = before


@dataclass(kw_only=True)
class World:
    client: httpx.AsyncClient
    settings: Settings
    keys: KeyRing
    books: Database
    worker_database: Database
    clock: Clock
    network: Caller

    @classmethod
    async def over(
        cls, app: FastAPI, settings: Settings, books: Database, worker_database: Database, clock: Clock
    ) -> "World":
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://test")
        assert settings.signing_keys is not None
        keys = KeyRing.of(settings.signing_keys.get_secret_value())
        made = cls(
            client=client,
            settings=settings,
            keys=keys,
            books=books,
            worker_database=worker_database,
            clock=clock,
            network=Caller(client, None, "visitor"),
        )
        issuer = people_issuer(settings)
        await SystemRun(books)(appoint_network, issuer=issuer, subject="network", name="Network")
        made.network = made.person("network")
        return made

    async def close(self) -> None:
        await self.client.aclose()

    @property
    def visitor(self) -> Caller:
        return Caller(self.client, None, "visitor")

    def person(self, login: str | None = None, scopes: frozenset[str] = frozenset(Scope)) -> Caller:
        """A caller with a person's token; a new person unless named."""
        login = login or f"p-{uuid.uuid4().hex[:12]}"
        place = {"issuer": people_issuer(self.settings), "audience": "samen", "client_id": "tests"}

        def mint() -> str:
            return self.keys.token(**place, subject=login, scopes=scopes)

        return Caller(self.client, mint(), login, mint)

    async def known(self, login: str | None = None) -> tuple[Caller, str]:
        """A person that the system knows, and their id."""
        caller = self.person(login)
        body = {"issuer": people_issuer(self.settings), "subject": caller.login, "name": caller.login}
        return caller, (await self.network("POST", "/v1/people", body))["id"]

    async def reachable(self, who: Caller, email: str) -> None:
        """Gives a known person an e-mail address."""
        body = {"issuer": people_issuer(self.settings), "subject": who.login, "name": who.login, "email": email}
        assert (await self.network("POST", "/v1/people", body))["email"] == email

    async def officer(self, role: str, **place: str) -> Caller:
        caller, person_id = await self.known()
        await self.network("POST", "/v1/offices", {"personId": person_id, "role": role, **place})
        return caller

    async def approver(self, cooperative_id: str) -> Caller:
        """Somebody of the network who is the outside approver of a cooperative."""
        caller = await self.officer("network")
        person_id = (await caller("GET", "/v1/me"))["person"]["id"]
        office = {"personId": person_id, "role": "approver", "cooperativeId": cooperative_id}
        await self.network("POST", "/v1/offices", office)
        return caller

    async def app(self, scopes: list[str] | None = None, cooperative_ids: list[str] | None = None) -> Caller:
        """A third-party app that has logged in with its own credentials."""
        scopes = scopes or ["catalogue:read", "orders:read", "orders:write"]
        body = {"name": "Buurtklus", "scopes": scopes, "cooperativeIds": cooperative_ids or []}
        made = await self.network("POST", "/v1/apps", body)
        form = {"grant_type": "client_credentials", "client_id": made["app"]["id"]}
        answer = await self.client.post("/oauth/token", data=form | {"client_secret": made["clientSecret"]})
        assert answer.status_code == 200, answer.text
        client = {"issuer": app_issuer(self.settings), "audience": "samen", "client_id": made["app"]["id"]}

        def mint() -> str:
            return self.keys.token(**client, subject=client["client_id"], scopes=frozenset(scopes))

        return Caller(self.client, answer.json()["access_token"], client["client_id"], mint)

    async def municipality(self) -> str:
        body = {"cbsCode": f"GM{next(municipality_codes)}", "name": "Breda"}
        return str((await self.network("POST", "/v1/municipalities", body))["id"])

    async def cooperative(self, rules: list[Json] | None = None, examples: list[Json] | None = None) -> Seller:
        """A cooperative that can sell: officers, a member, and an agreement in force since new year."""
        municipality_id, slug = await self.municipality(), f"c-{uuid.uuid4().hex[:12]}"
        body = {"slug": slug, "name": slug, "legalForm": "cooperative_ua", "kvkNumber": "90000011"}
        body |= {"municipalityId": municipality_id, "town": "Breda"}
        made = await self.network("POST", "/v1/cooperatives", body)
        coordinator = await self.officer("coordinator", cooperativeId=made["id"])
        member, person_id = await self.known()
        registered = await coordinator(
            "POST",
            f"/v1/cooperatives/{made['id']}/members",
            {"name": "Noor", "tradeName": "De Groene Hoek", "personId": person_id},
        )
        seller = Seller(
            id=made["id"],
            slug=slug,
            municipality_id=municipality_id,
            coordinator=coordinator,
            treasurer=await self.officer("treasurer", cooperativeId=made["id"]),
            controller=await self.officer("controller", municipalityId=municipality_id),
            member=member,
            member_id=registered["id"],
        )
        seller.agreement_id = await self.agreement(seller, rules or VRIJE_UITLOOP, examples or NOTHING)
        return seller

    async def lower_floor(self, seller: Seller, floor: str = "-100000.00") -> None:
        """People may bring the fund so low, for a year."""
        until = f"{self.clock() + timedelta(days=365):%Y-%m-%d}"
        body = {"floor": {"amount": floor}, "until": until, "reason": "een slecht jaar"}
        proposed = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/fund-floors", body)
        place = f"/v1/fund-floors/{proposed['id']}/transitions"
        await seller.coordinator("POST", place, {"verb": "confirm"})

    async def agreement(
        self, seller: Seller, rules: list[Json], examples: list[Json], active_from: str | None = None
    ) -> str:
        """An agreement that both sides have signed."""
        start = active_from or f"{self.clock().year}-01-01"
        body = {"title": "Afspraak", "activeFrom": start, "rules": rules, "examples": examples}
        drafted = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body)
        place = f"/v1/agreements/{drafted['id']}"
        await seller.treasurer("POST", f"{place}/tests")
        await seller.treasurer("POST", f"{place}/signatures", {"side": "cooperative"})
        await seller.controller("POST", f"{place}/signatures", {"side": "municipality"})
        return str(drafted["id"])

    async def offering(self, seller: Seller, price: str = "200.00", **more: Any) -> str:
        """A published offering of the seller's member, at a price without VAT unless it is second-hand."""
        body: Json = {"memberId": seller.member_id, "kind": "service", "title": "Tuinonderhoud", "category": "tuin"}
        body |= {"priceUnit": "piece", "price": {"amount": price}, "vatClass": "standard", "town": "Breda"}
        body["priceBasis"] = "incl" if more.get("vatClass") == "margin" else "excl"
        made = await seller.member("POST", f"/v1/cooperatives/{seller.id}/offerings", body | more)
        place = f"/v1/offerings/{made['id']}/transitions"
        await seller.member("POST", place, {"verb": "submit"})
        await seller.coordinator("POST", place, {"verb": "publish"})
        return str(made["id"])

    async def order(self, buyer: Caller, offering_id: str, quantity: int = 1, **more: Any) -> Json:
        """A new order, with its status link."""
        body = {"lines": [{"offeringId": offering_id, "quantity": quantity}], "contact": GUEST}
        placed = await buyer("POST", "/v1/orders", body | more)
        return placed["order"] | {"statusUrl": placed["statusUrl"]}  # type: ignore[no-any-return]

    async def deliver(self, seller: Seller, order: Json) -> None:
        for verb in ("accept", "deliver"):
            await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": verb})

    async def member(self, seller: Seller, name: str = "Sam") -> tuple[Caller, str]:
        """One more member, and their id."""
        caller, person_id = await self.known()
        body = {"name": name, "tradeName": name, "personId": person_id}
        return caller, (await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", body))["id"]

    async def pay(self, seller: Seller, order: Json) -> Json:
        paid: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", {"amount": order["gross"]})
        return paid

    async def sale(self, seller: Seller, buyer: Caller, net: str, costs: str | None = None) -> Json:
        """An order from the app to the books: placed, delivered, confirmed and paid."""
        order = await self.order(buyer, await self.offering(seller, net))
        await self.deliver(seller, order)
        if costs:
            await self.cost(seller, order, costs)
        await buyer("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
        await self.pay(seller, order)
        return order

    async def cost(self, seller: Seller, order: Json, amount: str, decide: str = "approve") -> Json:
        body = {"orderLineId": order["lines"][0]["id"], "category": "materiaal", "amount": {"amount": amount}}
        body |= {"payee": "member", "receipt": "bon 12"}
        claim: Json = await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", body)
        place = f"/v1/cost-claims/{claim['id']}/transitions"
        decided = await seller.treasurer("POST", place, {"verb": decide})
        # Above the net of the line: a third person.
        if decided["state"] == "to_confirm":
            await seller.coordinator("POST", place, {"verb": "confirm", "reason": "meerwerk"})
        return claim

    async def journal(self, seller: Seller, source_id: str, kind: str | None = None) -> Json:
        """The newest journal of a source that can be reversed, or of a kind."""
        found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals?sourceId={source_id}")
        fitting = (row for row in found["items"] if (row["kind"] == kind if kind else row["canBeReversed"]))
        journal: Json = next(fitting)
        return journal

    async def undo(
        self,
        seller: Seller,
        source: Json,
        reason: str = "vergissing",
        *,
        kind: str | None = None,
        by: Caller | None = None,
        status: int | None = None,
        **more: Any,
    ) -> Json:
        """Reverses the newest booking of a source."""
        journal = await self.journal(seller, source["id"], kind)
        place, body = f"/v1/journals/{journal['id']}/reversals", {"reason": reason} | more
        made: Json = await (by or seller.treasurer)("POST", place, body, status=status)
        return await seller.agreed(place, made)

    async def close_month(self, seller: Seller, month: str, status: int = 201) -> Json:
        """Closes a month: a typed statement without lines reaches over its last day, and cash is counted."""
        place, last = f"/v1/cooperatives/{seller.id}", _last_day(month)
        accounts = (await seller.treasurer("GET", f"{place}/accounts?limit=100"))["items"]
        if any(one["kind"] in ("bank", "in_transit") for one in accounts):
            await self._states(seller, last)
        if cash := [one["balance"]["amount"] for one in accounts if one["kind"] == "cash"]:
            counted = {"countedOn": last.isoformat(), "amount": {"amount": cash[0].removeprefix("-")}}
            await seller.treasurer("POST", f"{place}/cash-counts", counted)
        closed: Json = await seller.treasurer("POST", f"{place}/periods", {"month": month}, status=status)
        return closed

    async def _states(self, seller: Seller, last: date) -> None:
        """Brings the statements of its account up to a day; the first one begins on it, with what the books have."""
        place = f"/v1/cooperatives/{seller.id}/bank-statements"
        stated = (await seller.treasurer("GET", f"{place}?state=confirmed"))["items"]
        if not stated:
            account = f"/v1/cooperatives/{seller.id}/bank-accounts?state=confirmed"
            if not (await seller.treasurer("GET", account))["items"]:
                await seller.pays_to()
            iban = (await seller.treasurer("GET", account))["items"][0]["iban"]
            first, balance = last, await self._at_bank(seller, last)
        else:
            newest = max(stated, key=lambda one: str(one["lastOn"]))
            first, balance = date.fromisoformat(newest["lastOn"]) + timedelta(days=1), newest["closing"]["amount"]
            iban = newest["iban"]
        if first > last:
            return
        typed: Json = {"iban": iban, "firstOn": first.isoformat(), "lastOn": last.isoformat(), "lines": []}
        typed |= {"opening": {"amount": balance}, "closing": {"amount": balance}}
        made = await seller.treasurer("POST", place, typed)
        await seller.coordinator("POST", f"/v1/bank-statements/{made['id']}/transitions", {"verb": "confirm"})

    async def _at_bank(self, seller: Seller, before: date) -> str:
        """What people recorded at the bank before a day."""
        cents, after = Decimal(), ""
        while True:
            place = f"/v1/cooperatives/{seller.id}/journals?limit=100&after={after}"
            page = await seller.treasurer("GET", place)
            for journal in page["items"]:
                if journal["effectiveOn"] < before.isoformat() or journal["kind"] == "opening":
                    bank = (one for one in journal["entries"] if one["accountKind"] == "bank")
                    cents -= sum(Decimal(one["amount"]["amount"]) for one in bank)
            if not (after := page.get("nextCursor") or ""):
                return f"{cents:.2f}"

    async def thermometer(self, seller: Seller, member_id: str | None = None) -> Json:
        found: Json = await seller.member("GET", f"/v1/members/{member_id or seller.member_id}/thermometer")
        return found

    async def balances(self, seller: Seller) -> dict[str, str]:
        """Balance by account kind, as the treasurer sees it, but for what waits between two acts and is zero again."""
        found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/accounts?limit=100")
        balances: dict[str, Decimal] = {}
        for account in found["items"]:
            balances[account["kind"]] = balances.get(account["kind"], Decimal()) + Decimal(account["balance"]["amount"])
        passing = ("to_share", "advance")
        return {kind: f"{cents:.2f}" for kind, cents in balances.items() if cents or kind not in passing}

    async def work(self, later: timedelta = timedelta()) -> int:
        """Lets the worker do what is due at now + `later`, without sending."""
        done = 0
        worker = Worker(self.worker_database, now=lambda: self.clock() + later)
        while step := await worker.tick():
            done += step
        return done

    async def send(self, later: timedelta = timedelta(), *, local: bool = True) -> int:
        """Lets the worker send the webhooks that are due at now + `later`; those of a subject one after another."""
        done = 0
        async with Sender(local=local) as sender:
            worker = Worker(self.worker_database, sender=sender, now=lambda: self.clock() + later)
            while step := await worker.send():
                done += step
        return done

    async def guard(self) -> None:
        """Lets the worker seal the books, and check them if that is due."""
        async with opened(self.worker_database.logins, role=READER_ROLE, size=1) as reader:
            await Worker(self.worker_database, books=reader, now=self.clock).guard()

    async def net(self) -> None:
        """Lets the worker propose this month's nettings."""
        async with opened(self.worker_database.logins, role=READER_ROLE, size=1) as reader:
            await Worker(self.worker_database, books=reader, now=self.clock).net()

    async def invoice(self) -> None:
        """Lets the worker issue what was supplied and has no invoice, collective invoices too, and raise the alarm."""
        async with opened(self.worker_database.logins, role=READER_ROLE, size=1) as reader:
            await Worker(self.worker_database, books=reader, now=self.clock).invoice()

    async def wait_for_bank(self) -> None:
        """Lets the worker look for what waits too long for a line of the bank."""
        async with opened(self.worker_database.logins, role=READER_ROLE, size=1) as reader:
            await Worker(self.worker_database, books=reader, now=self.clock).wait_for_bank()
        await self.work()

    async def books_count(self, table: str) -> int:
        """The real number of rows."""
        async with self.books.transaction() as tx:
            return int(await tx.value(f'select count(*) from "{table}"'))

    async def deadlocks(self) -> int:
        """The number of deadlocks in this database."""
        # Statistics are reported at most once a second.
        await asyncio.sleep(1.2)
        sql = "select pg_stat_force_next_flush(), deadlocks from pg_stat_database where datname = current_database()"
        async with self.books.transaction() as tx:
            row = await tx.row(sql)
            assert row is not None
            return int(row["deadlocks"])
