"""Invoices: who reads them and their files, who sends them, and what nobody writes into the database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.scenarios.test_partner_invoices import between, job_of, two
from tests.walls.cast import COLUMNS, Cast, identity
from tests.walls.sample import PARTNER, Sample
from tests.walls.test_logins import entered, refused
from tests.world import Caller, Json, Seller, World

STAFF = {"coordinator", "treasurer"}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The superuser's, in a transaction that is rolled back."""
    superuser = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    await superuser.execute("begin")
    yield superuser
    await superuser.execute("rollback")
    await superuser.close()


async def status(who: Caller, path: str) -> int:
    headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
    return (await who.client.get(path, headers=headers)).status_code


async def readers(everybody: Cast, path: str) -> set[str]:
    """The callers that read this; whoever does not, is refused."""
    found = {column: await status(everybody.people[column], path) for column in COLUMNS}
    assert set(found.values()) <= {200, 401, 403, 404}, found
    return {column for column, answer in found.items() if answer == 200}


@pytest.mark.parametrize("file", ["", "/invoice.pdf", "/invoice.xml", "/sendings"])
async def test_an_invoice_is_read_by_its_seller_its_customers_app_and_the_partners_app(
    everybody: Cast, sample: Sample, file: str
) -> None:
    """Not by a member who made what was sold, the outside approver, another customer or the umbrella."""
    path = f"/v1/invoices/{sample.ids['invoice_id']}{file}"
    assert await readers(everybody, path) == STAFF | {"app", "partner"}


@pytest.mark.parametrize("file", ["", "/invoice.pdf", "/invoice.xml", "/sendings"])
async def test_the_invoice_of_a_person_is_theirs(everybody: Cast, sample: Sample, file: str) -> None:
    """Two callers are this person."""
    path = f"/v1/invoices/{sample.own['invoice_id']}{file}"
    assert await readers(everybody, path) == STAFF | {"partner", "customer", "other-customer"}


@dataclass(frozen=True, kw_only=True)
class Charge:
    """An invoice between two legal entities, which work on a job together."""

    lead: Seller
    partner: Seller
    invoice: Json
    callers: dict[str, Caller]

    async def readers(self, path: str) -> set[str]:
        found = {name: await status(who, path) for name, who in self.callers.items()}
        assert set(found.values()) <= {200, 401, 403, 404}, found
        return {name for name, answer in found.items() if answer == 200}


@pytest.fixture(scope="module")
async def charge(world: World, sample: Sample) -> Charge:
    lead, partner, _ = await two(world)
    job = await job_of(world, lead, partner)
    await world.work()
    (invoice,) = await between(lead)
    callers = {
        f"{side}-{name}": getattr(place, name)
        for side, place in (("lead", lead), ("partner", partner))
        for name in ("member", "coordinator", "treasurer", "controller")
    }
    callers |= {
        f"{side}-app": await world.app(list(PARTNER), [place.id])
        for side, place in (("lead", lead), ("partner", partner))
    }
    callers["lead-approver"] = await world.approver(lead.id)
    callers["lead-narrow-treasurer"] = world.person(lead.treasurer.login, frozenset({"catalogue:read"}))
    callers |= {"stranger": sample.seller.treasurer, "visitor": world.visitor, "network": world.network}
    assert job["orderId"] not in invoice["orderIds"]
    return Charge(lead=lead, partner=partner, invoice=invoice, callers=callers)


BUYS = {"lead-coordinator", "lead-treasurer"}
SELLS = {"partner-coordinator", "partner-treasurer", "partner-app"}


@pytest.mark.parametrize("file", ["", "/invoice.pdf", "/invoice.xml", "/sendings"])
async def test_the_staff_that_buys_reads_the_invoice_and_not_the_order(charge: Charge, file: str) -> None:
    """Between cooperatives; not by members who did the work, the app of the buyer's partner or the approver."""
    assert await charge.readers(f"/v1/invoices/{charge.invoice['id']}{file}") == BUYS | SELLS
    (order,) = charge.invoice["orderIds"]
    assert not await charge.readers(f"/v1/orders/{order}") & {name for name in charge.callers if "lead" in name}
    assert await charge.readers(f"/v1/orders/{order}/invoices") == SELLS


async def test_the_staff_that_buys_sends_nothing_and_asks_nothing(charge: Charge) -> None:
    (order,) = charge.invoice["orderIds"]
    for name in ("lead-treasurer", "lead-coordinator", "lead-app", "lead-member", "stranger", "partner-member"):
        sent = (f"/v1/invoices/{charge.invoice['id']}/sendings", {"channel": "by_hand"})
        for path, body in (sent, (f"/v1/orders/{order}/invoices", {})):
            who = charge.callers[name]
            headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": uuid4().hex}
            answer = await who.client.post(path, json=body, headers=headers)
            assert answer.status_code in (403, 404), (name, path, answer.text)
    for name in ("partner-coordinator", "partner-app"):
        await charge.callers[name](
            "POST", f"/v1/invoices/{charge.invoice['id']}/sendings", {"channel": "by_hand"}, status=403
        )


async def test_the_database_lets_the_staff_that_buys_change_nothing(
    connection: asyncpg.Connection, charge: Charge, world: World
) -> None:
    who = identity(world, charge.lead.treasurer.login)
    await connection.execute("set session authorization samen_app")
    await connection.fetchval("select enter($1, $2, $3)", who.issuer, who.subject, who.client_id)
    assert await connection.fetchval("select count(*) from invoice where id = $1", UUID(charge.invoice["id"])) == 1
    ids = {"invoice": charge.invoice["id"], "seller": charge.partner.id, "place": charge.partner.id}
    ids |= {"owner": charge.invoice["id"], "person": "my_person()"}
    for statement in (SENDING, DOCUMENT, "update invoice set version = version where id = '{invoice}'"):
        assert await refused(connection, with_ids(statement, ids)), statement


INVOICE = """insert into invoice
    select (jsonb_populate_record(i, jsonb_build_object('id', uuidv7(){with}))).* from invoice i
     where id = '{invoice}'"""
DOCUMENT = """insert into document (id, cooperative_id, owner_id, name, media_type, sha256, content, made_at)
    values (uuidv7(), '{place}', '{owner}', 'x.pdf', 'application/pdf', encode(sha256('x'::bytea), 'hex'),
            'x', now())"""
SENDING = """insert into invoice_sending (id, invoice_id, cooperative_id, channel, at, person_id)
    values (uuidv7(), '{invoice}', '{seller}', 'by_hand', now(), {person})"""
ORDER = """insert into "order"
    select (jsonb_populate_record(o, jsonb_build_object('id', uuidv7(), 'reference', 'KLMNPQRS', 'state', 'placed',
            'customer_person_id', my_person(), 'app_id', null, 'paid_cents', 0, 'sale_parts', 0, 'charge_parts', 0,
            'invoice_id', null, 'pay_by', null, 'version', 1{with}))).* from "order" o where id = '{own}'"""
BREACHES = {
    "a treasurer writes another paper": ("treasurer", "update invoice set paper = '{}' where id = '{invoice}'"),
    "a treasurer sells to somebody else": ("treasurer", "update invoice set buyer_name = 'x' where id = '{invoice}'"),
    "a treasurer gives it to another app": ("treasurer", "update invoice set app_id = uuidv7() where id = '{invoice}'"),
    "a treasurer never sent it": ("treasurer", "update invoice set sent_at = null where id = '{invoice}'"),
    "a treasurer deletes an invoice": ("treasurer", "delete from invoice where id = '{invoice}'"),
    "a treasurer deletes a file": ("treasurer", "delete from document where owner_id = '{invoice}'"),
    "a treasurer lowers the numbers": ("treasurer", "update invoice_series set last = last - 1"),
    "a treasurer jumps over a number": ("treasurer", "update invoice_series set last = last + 1"),
    "a treasurer begins a series": ("treasurer", "insert into invoice_series values ('{seller}', 2099, 7)"),
    "a treasurer takes a number without an invoice": (
        "treasurer",
        "with taken as (select next_invoice_number('{seller}', now())) update invoice set version = version"
        " where (select count(*) from taken) = 1",
    ),
    "a treasurer makes up a number": (
        "treasurer",
        INVOICE.replace("{with}", ", 'sequence', sequence + 1000, 'number', 'X' || year || '-' || sequence + 1000"),
    ),
    "a treasurer invoices for another cooperative": (
        "treasurer",
        INVOICE.replace("{with}", ", 'cooperative_id', '{sister}'"),
    ),
    "a treasurer writes a file for another cooperative": (
        "treasurer",
        DOCUMENT.replace("{place}", "{seller}").replace("{owner}", "{charged}"),
    ),
    "a treasurer of another cooperative writes a file": (
        "sister-treasurer",
        DOCUMENT.replace("{place}", "{seller}").replace("{owner}", "{invoice}"),
    ),
    "a treasurer of another cooperative takes the place of a file": (
        "sister-treasurer",
        DOCUMENT.replace("{place}", "{sister}").replace("{owner}", "{invoice}"),
    ),
    "a coordinator sends in the treasurer's name": (
        "coordinator",
        SENDING.replace("{person}", "(select person_id from invoice_sending where invoice_id = '{invoice}' limit 1)"),
    ),
    "an app sends an invoice": ("app", SENDING.replace("{person}", "null")),
    "a treasurer sends the invoice of another cooperative": (
        "treasurer",
        SENDING.replace("{person}", "null").replace("{invoice}", "{charged}"),
    ),
    "a treasurer says that another invoice is for this order": (
        "treasurer",
        """update "order" set invoice_id = '{invoice}' where id <> '{order}' and invoice_id is null""",
    ),
    "a treasurer takes the invoice off an order": (
        "treasurer",
        """update "order" set invoice_id = null where id = '{order}'""",
    ),
    "a customer has no invoice": ("customer", """update "order" set invoice_id = null where id = '{own}'"""),
    "a customer asks a deposit": ("customer", """update "order" set deposit_cents = 100 where id = '{own}'"""),
    "an app asks a deposit": ("app", """update "order" set deposit_cents = 100 where id = '{order}'"""),
    "a partner pays later": ("partner", """update "order" set pay_by = '2099-01-01' where id = '{order}'"""),
    "a customer orders what was invoiced": ("customer", ORDER.replace("{with}", ", 'invoice_id', '{invoice}'")),
    "a customer orders with a deposit": ("customer", ORDER.replace("{with}", ", 'deposit_cents', 100")),
    "a customer orders and pays later": ("customer", ORDER.replace("{with}", ", 'pay_by', '2099-01-01'")),
}
"""Acts of somebody who has entered, without a use case in between."""


@pytest.mark.parametrize("name", BREACHES)
async def test_the_database_refuses_what_no_invoice_is_for(
    connection: asyncpg.Connection, everybody: Cast, sample: Sample, charge: Charge, name: str
) -> None:
    column, statement = BREACHES[name]
    await entered(connection, everybody, column)
    assert await refused(connection, filled(statement, sample, charge)), name


def filled(statement: str, sample: Sample, charge: Charge) -> str:
    """A statement with the ids of the sample."""
    ids = {"seller": sample.seller.id, "sister": sample.sister.id, "invoice": sample.ids["invoice_id"]}
    ids |= {"charged": charge.invoice["id"], "order": sample.ids["order_id"], "own": sample.own["order_id"]}
    return with_ids(statement, ids)


def with_ids(statement: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        statement = statement.replace("{" + name + "}", value)
    return statement


async def test_the_control_of_these_acts(
    connection: asyncpg.Connection, everybody: Cast, sample: Sample, charge: Charge
) -> None:
    """The same customer orders without an invoice, and the same treasurer sends again."""
    for column, statement in (
        ("customer", ORDER.replace("{with}", "")),
        ("treasurer", SENDING.replace("{person}", "my_person()")),
        ("treasurer", "update invoice set version = version where id = '{invoice}'"),
    ):
        await connection.execute("savepoint caller")
        await entered(connection, everybody, column)
        assert not await refused(connection, filled(statement, sample, charge)), statement
        await connection.execute("rollback to caller; reset session authorization")


async def test_the_application_changes_no_word_of_an_invoice(connection: asyncpg.Connection) -> None:
    sql = """select array_agg(column_name::text order by column_name) from information_schema.column_privileges
              where table_name = $1 and privilege_type = 'UPDATE' and grantee = 'samen_app'"""
    assert await connection.fetchval(sql, "invoice") == ["sent_at", "version"]
    for table in ("invoice_order", "invoice_series", "invoice_sending", "document"):
        assert await connection.fetchval(sql, table) is None, table


@pytest.mark.parametrize(
    "change",
    ["paper = '{}'", "paper = (without_buyer(i)).paper", "buyer_name = 'x'", "gross_cents = 1", "app_id = uuidv7()"],
)
async def test_nor_does_the_owner_of_the_tables_but_to_forget(
    connection: asyncpg.Connection, sample: Sample, change: str
) -> None:
    await connection.execute("set session authorization samen")
    with pytest.raises(asyncpg.PostgresError) as refusal:
        await connection.execute(f"update invoice i set {change} where id = $1", sample.values["invoice_id"])
    assert refusal.value.sqlstate == "SM009"


@pytest.mark.parametrize("column", ["nobody", "visitor", "customer", "app", "partner", "member", "sister-treasurer"])
async def test_only_the_staffs_view_takes_a_number(
    connection: asyncpg.Connection, everybody: Cast, sample: Sample, column: str
) -> None:
    if column == "nobody":
        await connection.execute("set session authorization samen_app")
    else:
        await entered(connection, everybody, column)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("select next_invoice_number($1, now())", sample.values["cooperative_id"])
