"""Invoices: who reads them and their files, who sends them, and what nobody writes into the database."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.walls.cast import COLUMNS, Cast
from tests.walls.sample import Sample
from tests.walls.test_logins import entered, refused
from tests.world import Caller

STAFF = {"coordinator", "treasurer"}
SISTERS = {"sister-coordinator", "sister-treasurer"}


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


@pytest.mark.parametrize("file", ["", ".pdf", ".xml", "/sendings"])
async def test_an_invoice_is_read_by_its_seller_its_customers_app_and_the_partners_app(
    everybody: Cast, sample: Sample, file: str
) -> None:
    """Not by a member who made what was sold, the outside approver, another customer or the umbrella."""
    path = f"/v1/invoices/{sample.ids['invoice_id']}{file}"
    assert await readers(everybody, path) == STAFF | {"app", "partner"}


@pytest.mark.parametrize("file", ["", ".pdf", ".xml", "/sendings"])
async def test_the_invoice_of_a_person_is_theirs(everybody: Cast, sample: Sample, file: str) -> None:
    """Two callers are this person."""
    path = f"/v1/invoices/{sample.own['invoice_id']}{file}"
    assert await readers(everybody, path) == STAFF | {"partner", "customer", "other-customer"}


@pytest.mark.parametrize("file", ["", ".pdf", ".xml", "/sendings"])
async def test_the_staff_that_buys_reads_the_invoice_and_not_the_order(
    everybody: Cast, sample: Sample, file: str
) -> None:
    """Between cooperatives. The app of the buyer's partner reads neither."""
    path = f"/v1/invoices/{sample.ids['charged_id']}"
    assert await readers(everybody, f"{path}{file}") == STAFF | SISTERS
    (order,) = (await sample.seller.treasurer("GET", path))["orderIds"]
    assert await readers(everybody, f"/v1/orders/{order}") == SISTERS
    assert await readers(everybody, f"/v1/orders/{order}/invoices") == SISTERS


async def test_the_staff_that_buys_sends_nothing(everybody: Cast, sample: Sample) -> None:
    for column, refusal in (("treasurer", 404), ("coordinator", 404), ("sister-coordinator", 403)):
        place = f"/v1/invoices/{sample.ids['charged_id']}/sendings"
        await everybody.people[column]("POST", place, {}, status=refusal)


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
    "the cooperative that buys sends an invoice": (
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
    connection: asyncpg.Connection, everybody: Cast, sample: Sample, name: str
) -> None:
    column, statement = BREACHES[name]
    await entered(connection, everybody, column)
    assert await refused(connection, filled(statement, sample)), name


def filled(statement: str, sample: Sample) -> str:
    """A statement with the ids of the sample."""
    ids = {"seller": sample.seller.id, "sister": sample.sister.id, "invoice": sample.ids["invoice_id"]}
    ids |= {"charged": sample.ids["charged_id"], "order": sample.ids["order_id"], "own": sample.own["order_id"]}
    for name, value in ids.items():
        statement = statement.replace("{" + name + "}", value)
    return statement


async def test_the_control_of_these_acts(connection: asyncpg.Connection, everybody: Cast, sample: Sample) -> None:
    """The same customer orders without an invoice, and the same treasurer sends again."""
    for column, statement in (
        ("customer", ORDER.replace("{with}", "")),
        ("treasurer", SENDING.replace("{person}", "my_person()")),
        ("treasurer", "update invoice set version = version where id = '{invoice}'"),
    ):
        await connection.execute("savepoint caller")
        await entered(connection, everybody, column)
        assert not await refused(connection, filled(statement, sample)), statement
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
