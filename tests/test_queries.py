"""The number of statements of each hot path, `begin` and `commit` included; check why if a number grows."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import asyncpg
import httpx
import pytest

from app.db.logins import logins_at
from app.db.selling.accounts import AccountParties, found_of_customer
from app.db.selling.orders import found_orders
from app.domain.page import PageRequest
from app.domain.selling.customers import BuyerType, Contact
from app.domain.selling.order_filters import OrderFilter, OrderParties, PaymentFilter
from app.domain.selling.orders import OrderState
from app.main import build
from app.settings import Settings
from tests.domain.test_charged import line
from tests.domain.test_charged import order as order_of
from tests.scenarios import jobs
from tests.scenarios.papers import COMPANY, selling
from tests.world import GUEST, Json, World

PAGE = "{ catalogue(first: 20) { edges { node { id title cooperative { name } } } } }"


@dataclass
class Counted:
    """An application whose statements are recorded."""

    client: httpx.AsyncClient
    heard: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str, token: str | None = None, body: Json | None = None) -> Json:
        """One request; `heard` has only its statements."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": uuid.uuid4().hex} if method == "POST" else {}
        self.heard.clear()
        answer = await self.client.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        # They are reported in the next turn of the loop.
        await asyncio.sleep(0)
        found: Json = answer.json()
        return found


@pytest.fixture
async def counted(settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Counted]:
    heard: list[str] = []
    monkeypatch.setattr("app.main.statement_span", lambda sql, seconds: heard.append(" ".join(sql.split())[:60]))
    app = build(settings.model_copy(update={"otlp_endpoint": "http://127.0.0.1:1"}), logins_at(database_url))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield Counted(client, heard)


async def test_the_catalogue_takes_one(world: World, counted: Counted) -> None:
    seller = await world.cooperative()
    ids = [await world.offering(seller) for _ in range(3)]
    # A new connection has to identify itself.
    await counted.ask("GET", "/v1/catalogue/offerings?limit=20")
    await counted.ask("GET", "/v1/catalogue/offerings?limit=20")
    assert len(counted.heard) == 1, counted.heard
    await counted.ask("GET", f"/v1/catalogue/offerings/{ids[0]}")
    assert len(counted.heard) == 1, counted.heard
    await counted.ask("POST", "/graphql", body={"query": PAGE})
    assert len(counted.heard) == 1, counted.heard


async def test_private_reads_and_writes(world: World, counted: Counted) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller)
    await world.sale(seller, app, "200.00")
    token, member, treasurer = app.token, seller.member.token, seller.treasurer.token
    await counted.ask("GET", f"/v1/members/{seller.member_id}/thermometer", member)
    taken = {}
    # The second time the connection knows everything.
    for _ in range(2):
        await counted.ask("GET", f"/v1/members/{seller.member_id}/thermometer", member)
        taken["thermometer"] = len(counted.heard)
        body = {"lines": [{"offeringId": offering, "quantity": 2}], "contact": GUEST}
        body |= {"externalReference": uuid.uuid4().hex}
        order = (await counted.ask("POST", "/v1/orders", token, body))["order"]
        taken["order placed"] = len(counted.heard)
        place = f"/v1/orders/{order['id']}"
        for verb, who in (("accept", member), ("deliver", member), ("complete", token)):
            await counted.ask("POST", f"{place}/transitions", who, {"verb": verb})
            taken[f"order: {verb}"] = len(counted.heard)
        await counted.ask("POST", f"{place}/payments", treasurer, {"amount": order["gross"]})
        taken["order paid, split and posted"] = len(counted.heard)
        await counted.ask("GET", "/v1/orders?limit=20", token)
        taken["orders"] = len(counted.heard)
        await counted.ask("GET", f"/v1/orders?payment=overdue&buyer=jo&reference={order['rfReference']}", token)
        taken["orders found"] = len(counted.heard)
    steps = {"order: accept": 9, "order: deliver": 10, "order: complete": 7}
    expected = {"thermometer": 1, "order placed": 4, "order paid, split and posted": 5, "orders": 4, "orders found": 4}
    expected |= steps
    assert taken == expected, counted.heard


async def test_an_invoice(world: World, counted: Counted) -> None:
    """Issued at the request of the treasurer, and found; a deposit is charged too. The second time all is known."""
    seller, _, app = await selling(world)
    offering, taken = await world.offering(seller, "50.00"), {}
    for _ in range(2):
        order = await world.order(app, offering, contact=COMPANY)
        place = f"/v1/orders/{order['id']}"
        await seller.member("POST", f"{place}/transitions", {"verb": "accept"})
        await counted.ask("POST", f"{place}/invoices", seller.treasurer.token, {"percent": "30"})
        taken["deposit"] = len(counted.heard)
        await seller.member("POST", f"{place}/transitions", {"verb": "deliver"})
        invoice = await counted.ask("POST", f"{place}/invoices", seller.treasurer.token, {})
        taken["final"] = len(counted.heard)
        await counted.ask("GET", f"/v1/invoices/{invoice['id']}", seller.treasurer.token)
        taken["read"] = len(counted.heard)
        await counted.ask("GET", "/v1/invoices?limit=20", seller.treasurer.token)
        taken["list"] = len(counted.heard)
    assert taken == {"deposit": 14, "final": 16, "read": 4, "list": 4}, counted.heard


async def test_a_probe_asks_the_database_once_a_second_whoever_asks(world: World, counted: Counted) -> None:
    began = time.monotonic()
    counted.heard.clear()
    for _ in range(30):
        assert (await counted.client.get("/readyz")).status_code == 200
    await asyncio.sleep(0)
    looks = [sql for sql in counted.heard if "outbox_lag" in sql]
    assert 1 <= len(looks) <= 1 + (time.monotonic() - began)


MEMBERS = """query It($id: UUID!) { members(cooperativeId: $id) { edges { node {
  name cooperative { name municipality { name } } events { verb person { name } } } } } }"""


async def test_a_document_takes_one_statement_for_each_level(world: World, counted: Counted) -> None:
    """However many rows there are: links, and lists below an object."""
    seller = await world.cooperative()
    taken = []
    for _ in range(3):
        await world.member(seller)
        body = {"query": MEMBERS, "variables": {"id": seller.id}}
        found = await counted.ask("POST", "/graphql", seller.coordinator.token, body)
        taken.append(len(counted.heard))
        edges = found["data"]["members"]["edges"]
        assert all(edge["node"]["cooperative"]["municipality"]["name"] for edge in edges)
    assert taken[1:] == [7, 7], counted.heard


SINCE = datetime.now(UTC) - timedelta(minutes=5)
FOUND = (
    OrderFilter(payment=PaymentFilter.OVERDUE),
    OrderFilter(payment=PaymentFilter.OWED_BACK),
    OrderFilter(payment=PaymentFilter.PAID, state=OrderState.COMPLETED),
    OrderFilter(reference="SMKKT5DN"),
    OrderFilter(external_reference="W-1"),
    OrderFilter(buyer="jo"),
    OrderFilter(buyer_type=BuyerType.PUBLIC),
    OrderFilter(updated_since=SINCE),
)
OTHERS, OWN = 40_000, 800
MANY = """
    insert into "order" (id, cooperative_id, reference, contact, net_cents, vat_cents, placed_at, accept_by, app_id,
                         customer_person_id, maker_ids, note, state, paid_cents, refunded_cents, written_off_cents,
                         fund_bears, charge_parts, delivered_at, sale_parts, sale_reversed, version)
    select uuidv7(), $1::uuid, 'AAAAAAAA', '{"name": "An"}', 100, 21, now(), now(),
           case when n % 2 = 0 then $2::uuid end, case when n % 2 = 1 then $3::uuid end, array[$4::uuid],
           repeat('x', 600), 'completed', 121, 0, 0, false, 1, now(), 1, false, 1 from generate_series(1, $5::int) n"""
"""Orders of a cooperative and a member, placed by an app and by a person in turns, as long as real ones."""


async def test_no_filter_reads_what_others_sold(database_url: str) -> None:
    """Among many orders of others, each is looked up by an index, whoever looks; nothing is kept of these orders."""
    own = [uuid.uuid4() for _ in range(4)]
    parties = {
        "staff": OrderParties(cooperative_ids=(own[0],)),
        "app": OrderParties(app_id=own[1]),
        "person": OrderParties(person_id=own[2]),
        "member": OrderParties(member_ids=(own[3],)),
    }
    connection = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    transaction = connection.transaction()
    await transaction.start()
    try:
        # Nobody looks whether their parties are there.
        await connection.execute("set local session_replication_role = replica")
        await connection.execute(MANY, *own, OWN)
        await connection.execute(MANY, *(uuid.uuid4() for _ in own), OTHERS)
        await connection.execute('analyze "order"')
        for who, of in parties.items():
            for wanted in FOUND:
                sql, arguments = found_orders(PageRequest(20), of, wanted, date(2030, 1, 1))
                plan = json.loads(await connection.fetchval(f"explain (analyze, format json) {sql}", *arguments))
                assert sum(rows_read(plan[0]["Plan"])) <= 2 * OWN, (who, wanted, plan)
    finally:
        await transaction.rollback()
        await connection.close()


async def test_an_account_reads_only_what_its_reader_may_see(database_url: str) -> None:
    """Among many orders of others, by the index of the seller, the app or the person; and all else by its order."""
    own = [uuid.uuid4() for _ in range(4)]
    contact = Contact(name="An", email="an@example.org")
    order = replace(order_of(line(100)), cooperative_id=own[0], customer_person_id=own[2], contact=contact)
    connection = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("set local session_replication_role = replica")
        await connection.execute(MANY, *own, OWN)
        await connection.execute(MANY, *(uuid.uuid4() for _ in own), OTHERS)
        await connection.execute('analyze "order"')
        for of in (AccountParties(), AccountParties(person_id=own[2]), AccountParties(app_id=own[1])):
            sql, arguments = found_of_customer(order, of)
            plan = json.loads(await connection.fetchval(f"explain (analyze, format json) {sql}", *arguments))
            assert sum(rows_read(plan[0]["Plan"])) <= 2 * OWN, (of, plan)
            # Without rows the planner reads whole tables, unless it may not.
            await connection.execute("set local enable_seqscan = off")
            plan = json.loads(await connection.fetchval(f"explain (format json) {sql}", *arguments))
            await connection.execute("set local enable_seqscan = on")
            assert set(scanned_whole(plan[0]["Plan"])) <= {"order"}, plan
    finally:
        await transaction.rollback()
        await connection.close()


def scanned_whole(node: Json) -> Iterator[str]:
    """The tables that a plan reads without an index."""
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from scanned_whole(below)


def rows_read(node: Json) -> Iterator[float]:
    """The rows that each node of a plan read from the table of orders, also those that it left out."""
    if node.get("Relation Name") == "order":
        yield node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
    for below in node.get("Plans", ()):
        yield from rows_read(below)


ORDER = """query It($id: UUID!) { order(id: $id) {
  reference state cooperative { name town } contact { name } availableTransitions { verb allowed needs }
  lines { title quantity offering { title } member { tradeName } }
  payments { amount { amount } paidOn } credits { reason } repayments { paidOn }
  events { verb at person { name } } } }"""
ORDERS = """query It($id: UUID!) { orders(cooperativeId: $id) { edges { node {
  reference cooperative { name } lines { member { tradeName } } events { verb person { name } }
  payments { paidOn } } } } }"""
JOB = """query It($id: UUID!) { assignment(id: $id) {
  title state cooperative { name } partnerCooperatives { name } contact { name }
  slots { role seats } signatures { signedAt }
  order { reference } } assignmentParts(assignmentId: $id, first: 100) { edges { node {
  state member { name } cooperative { name } workedHours { minutes } } } } }"""


async def test_a_page_of_an_order_is_one_document(world: World, counted: Counted) -> None:
    """Three levels: the order, its links and lists, and the people in its history."""
    seller, app = await world.cooperative(), await world.app()
    taken = []
    for _ in range(2):
        order = await world.sale(seller, app, "200.00")
        body = {"query": ORDER, "variables": {"id": order["id"]}}
        found = await counted.ask("POST", "/graphql", seller.coordinator.token, body)
        taken.append(len(counted.heard))
    page = found["data"]["order"]
    assert page["lines"][0]["member"]["tradeName"]
    assert page["lines"][0]["offering"]["title"]
    assert [len(page[name]) for name in ("events", "payments", "credits", "repayments")] == [5, 1, 0, 0]
    assert taken[1] == 6, counted.heard


async def test_a_list_of_orders_takes_no_more_however_many_there_are(world: World, counted: Counted) -> None:
    seller, app = await world.cooperative(), await world.app()
    body, taken = {"query": ORDERS, "variables": {"id": seller.id}}, []
    for _ in range(4):
        await world.sale(seller, app, "50.00")
        found = await counted.ask("POST", "/graphql", seller.treasurer.token, body)
        taken.append(len(counted.heard))
    assert [len(edge["node"]["events"]) for edge in found["data"]["orders"]["edges"]] == [5] * 4
    assert taken[1:] == [6, 6, 6], counted.heard


async def test_a_page_of_a_job_is_one_document(world: World, counted: Counted) -> None:
    """Two roots, the job and its parts, with all their links."""
    seller = await world.cooperative()
    job = await jobs.plan(world, seller, jobs.slot("koken", 10_000))
    await jobs.join(seller.member, job, seller.member_id)
    body = {"query": JOB, "variables": {"id": job["id"]}}
    for _ in range(2):
        found = await counted.ask("POST", "/graphql", seller.coordinator.token, body)
    (part,) = found["data"]["assignmentParts"]["edges"]
    assert part["node"]["member"]["name"]
    assert found["data"]["assignment"]["slots"]
    # The links of the roots take one statement, or two.
    assert len(counted.heard) <= 11, counted.heard
