"""Who may write which rows of which table, at the database alone: every kind of write, by every login and caller."""

import importlib
import json
import pkgutil
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any

import asyncpg
import pytest

import app.db
from app.db.logins import SETTINGS
from app.db.store import Store
from app.db.tables import metadata
from tests.walls.cast import COLUMNS, FAR, Cast
from tests.walls.sample import KVK, Sample
from tests.walls.writes import WORKERS, WRITES

KINDS = ("insert", "update", "delete")
UNMAPPED = "books_to_carry_over"
"""The table of an upgrade, which no class maps."""
TABLES = sorted([*metadata.tables, UNMAPPED])
ABSENT = (UNMAPPED, "client_assertion", "fund_year", "period", "rate_window", "restoration", "sealing_key")
"""Tables in which the sample has no row, so that a made one stands for it, which can be added only."""
FRESH: dict[str, dict[str, Any]] = {
    "order": {"state": "placed", "paid_cents": 0, "refunded_cents": 0, "sale_parts": 0, "sale_reversed": False}
    | {"deposit_cents": 0, "invoice_id": None, "pay_by": None, "written_off_cents": 0, "charge_parts": 0},
    "agreement": dict.fromkeys(
        ("cooperative_signed_by", "cooperative_signed_at", "municipality_signed_by", "municipality_signed_at")
    ),
    "spending": {"state": "draft"},
    "cost_claim": {"state": "claimed"},
    "assignment_hours": {"approved_by": None, "approved_at": None},
    "office": {"ended_at": None, "ended_by": None},
    "stock_hold": {"order_id": None},
    "small_business_spell": {"until": None},
    "payment": {
        "state": "to_confirm",
        "method": "cash",
        "decided_by": None,
        "reversed_on": None,
        "reversed_by": None,
        "version": 1,
    },
    "bank_account": {"state": "proposed", "confirmed_by": None, "confirmed_at": None},
    "bill": {"state": "received", "approved_by": None, "approved_at": None},
    "bank_statement": {"source": "typed", "state": "proposed", "confirmed_by": None, "taken_at": None},
    "debt_write_off": {"state": "proposed", "confirmed_by": None, "confirmed_on": None},
    "fund_floor": {"state": "proposed", "confirmed_by": None, "confirmed_at": None},
    "payee_account": {"state": "proposed", "confirmed_by": None, "confirmed_at": None},
    "payment_batch": {"state": "draft", "approved_by": None, "approved_at": None},
    "payment_item": {"state": "open"},
    "write_off": {"state": "proposed", "confirmed_by": None, "confirmed_on": None},
}
"""The values with which a new row of the table begins."""
MINE = {
    "invoice_sending": {"person_id": "my_person()"},
    "office": {"given_by": "my_person()"},
    "power_event": {"by_person_id": "my_person()"},
    "member_event": {"person_id": "my_person()"},
    "order_event": {"person_id": "my_person()"},
    "order": {"customer_person_id": "my_person()", "app_id": "my_app()"},
    "payment": {"recorded_by": "my_person()"},
    "bank_account": {"proposed_by": "my_person()"},
    "bill": {"entered_by": "my_person()"},
    "bank_match": {"matched_by": "my_person()"},
    "document": {"added_by": "my_person()"},
    "bank_rule": {"added_by": "my_person()"},
    "bank_statement": {"entered_by": "my_person()"},
    "cash_count": {"counted_by": "my_person()"},
    "debt_write_off": {"proposed_by": "my_person()"},
    "fund_floor": {"proposed_by": "my_person()"},
    "payee_account": {"proposed_by": "my_person()"},
    "payment_batch": {"made_by": "my_person()"},
    "payment_check": {"checked_by": "my_person()"},
    "stock_hold": {"person_id": "my_person()", "app_id": "my_app()"},
}
"""Columns that name who writes the row."""
KEYS = """
select attname from pg_attribute a join pg_index i on i.indrelid = a.attrelid and a.attnum = any (i.indkey)
 where i.indisprimary and a.attrelid = format('public.%I', $1::text)::regclass order by attname"""
WRITTEN = """
select string_agg(quote_ident(attname), ', ') from pg_attribute
 where attrelid = format('public.%I', $1::text)::regclass and attnum > 0 and not attisdropped
   and attgenerated = '' and attidentity = ''"""


@pytest.fixture(scope="module")
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The superuser's, which takes any login; everything is rolled back."""
    superuser = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    yield superuser
    await superuser.close()


class Attempts:
    """Writes to one table in one transaction, each of them rolled back."""

    def __init__(self, connection: asyncpg.Connection, table: str, rows: list[str], keys: str, columns: str) -> None:
        self.connection, self.table, self.rows, self.keys, self.columns = connection, table, rows, keys, columns

    @classmethod
    async def on(cls, connection: asyncpg.Connection, table: str, rows: Iterable[str]) -> "Attempts":
        keys = [row["attname"] for row in await connection.fetch(KEYS, table)]
        key = "concat_ws('/', " + ", ".join(f't."{name}"' for name in keys) + ")"
        columns = await connection.fetchval(WRITTEN, table)
        return cls(connection, table, list(rows), key, columns)

    async def passes(self, kind: str) -> bool:
        """Whether the walls let this write through; what keys, links and checks say of it does not count."""
        await self.connection.execute("savepoint attempt")
        try:
            return await {"insert": self.insert, "update": self.update, "delete": self.delete}[kind]()
        except asyncpg.InsufficientPrivilegeError:
            return False
        except asyncpg.PostgresError as error:
            # A trigger that looks at the row before its policy does says nothing about the caller.
            return str(error.sqlstate) != "SM009"
        finally:
            await self.connection.execute("rollback to attempt")

    async def insert(self) -> bool:
        """A copy of a row, in the columns that may be written, with new values where one begins with others."""
        written = set(await self.granted("INSERT"))
        columns = ", ".join(name for name in self.columns.split(", ") if name.strip('"') in written)
        if not columns:
            return False
        row = json.loads(self.rows[0]) | FRESH.get(self.table, {})
        for name, mine in MINE.get(self.table, {}).items():
            row[name] = await self.connection.fetchval(f"select {mine}::text")
        sql = f"""insert into "{self.table}" ({columns})
                  select {columns} from jsonb_populate_record(null::"{self.table}", $1::text::jsonb)"""
        await self.connection.execute(sql, json.dumps(row))
        return True

    async def update(self) -> bool:
        """Any column of any of the rows, to its own value."""
        names = await self.granted("UPDATE")
        if not names:
            return False
        name = names[0]
        change = f'update "{self.table}" t set "{name}" = t."{name}" where {self.keys} = any ($1) returning 1'
        found: list[asyncpg.Record] = await self.connection.fetch(change, [self.key(row) for row in self.rows])
        return len(found) > 0

    async def delete(self) -> bool:
        sql = f'delete from "{self.table}" t where {self.keys} = any ($1) returning 1'
        found: list[asyncpg.Record] = await self.connection.fetch(sql, [self.key(row) for row in self.rows])
        return len(found) > 0

    async def granted(self, privilege: str) -> list[str]:
        sql = """select column_name from information_schema.column_privileges
                  where table_schema = 'public' and table_name = $1 and privilege_type = $2
                    and grantee in (select rolname from pg_roles where pg_has_role(current_user, oid, 'member'))"""
        return [row["column_name"] for row in await self.connection.fetch(sql, self.table, privilege)]

    def key(self, row: str) -> str:
        names = re.findall(r't\."(\w+)"', self.keys)
        return "/".join(str(json.loads(row)[name]) for name in names)


async def rows_of(connection: asyncpg.Connection, table: str, sample: Sample) -> list[str]:
    """The rows that belong to the sample's cooperative, or else to one that works with it, as JSON."""
    columns = {column.name for column in metadata.tables[table].columns} if table != UNMAPPED else {"cooperative_id"}
    seller, sister, collective = (place.id for place in (sample.seller, sample.sister, sample.collective))
    theirs = f"cooperative_id = '{seller}'"
    lead = f"lead_id = '{seller}'"
    own = theirs if "cooperative_id" in columns else lead if "lead_id" in columns else "true"
    bought = f"purchase_id in (select id from joint_purchase where {theirs})"
    offered = f"offering_id in (select id from offering where {theirs})"
    for where in (
        {
            "app": f"cooperative_ids @> array['{seller}'::uuid]",
            "cooperative": f"id = '{seller}'",
            "credit_line": f'order_id in (select id from "order" where {theirs})',
            "credit_limit": f"creditor_id = '{seller}'",
            "customer": f"person_id in (select id from person where subject = '{sample.customer.login}')",
            "netting": f"'{seller}' in (first_id, second_id)",
            "internal_delivery": f"to_cooperative_id = '{seller}'",
            "offering_edition": offered,
            "order_line": f'order_id in (select id from "order" where {theirs})',
            "person": f"id in (select person_id from member where {theirs})",
            "purchase_article": bought,
            "purchase_credit": bought,
            "small_business_year": f"entity = '{KVK}'",
            "result_line": f"journal_id in (select id from journal where {theirs})",
            "stock": offered,
            "task": f"{theirs} and member_id is null",
            "webhook": f"id = '{sample.ids['webhook_id']}'",
            "webhook_delivery": f"webhook_id = '{sample.ids['webhook_id']}'",
            "wish": bought,
            "wish_change": bought,
        }.get(table, own),
        lead if "lead_id" in columns else "false",
        f"cooperative_id in ('{sister}', '{collective}')" if "cooperative_id" in columns else "false",
    ):
        oldest = "order by t.id" if "id" in columns else ""
        sql = f'select to_jsonb(t)::text as row from "{table}" t where {where} {oldest} limit 50'
        if rows := [row["row"] for row in await connection.fetch(sql)]:
            return rows
    day, moment = "2026-01-01", "2026-01-01T00:00:00Z"
    given: dict[str, dict[str, Any]] = {
        "books_to_carry_over": {"cooperative_id": seller},
        "client_assertion": {"app_id": sample.ids["app_id"], "assertion_id": "x", "ends_at": moment},
        "fund_year": {"cooperative_id": seller, "year": 2026},
        "rate_window": {"client": "x", "began": moment, "spent": 1},
        "restoration": {"noted_at": moment},
        "sealing_key": {"only_one": True, "fingerprint": "\\x00", "written_at": moment},
        "period": {"cooperative_id": seller, "month": day, "closed_at": moment},
    }
    return [json.dumps(given[table])]


async def written(
    connection: asyncpg.Connection, everybody: Cast, table: str, rows: list[str], *, login: str, columns: Iterable[str]
) -> dict[str, set[str]]:
    """The callers that get through, by kind of write. A caller of another login than the API's enters nobody."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    attempts = await Attempts.on(connection, table, rows)
    for column in columns:
        await connection.execute("savepoint caller")
        await connection.execute(f"set session authorization {login}")
        if column != "nobody":
            who = everybody.identity(column)
            await connection.fetchval("select enter($1, $2, $3)", who.issuer, who.subject, who.client_id)
        for kind in KINDS:
            if await attempts.passes(kind):
                found[kind].add(column)
        await connection.execute("rollback to caller; reset session authorization")
    return found


@pytest.mark.parametrize("table", TABLES)
async def test_each_caller_writes_what_is_theirs_and_nothing_else(
    connection: asyncpg.Connection, everybody: Cast, sample: Sample, table: str
) -> None:
    """Rows of the sample's cooperative, by the API's login; whoever is not listed gets through nowhere."""
    rows = await rows_of(connection, table, sample)
    await connection.execute("begin")
    try:
        found = await written(connection, everybody, table, rows, login="samen_app", columns=("nobody", *COLUMNS))
    finally:
        await connection.execute("rollback")
    assert found == {kind: set(WRITES[kind].get(table, ())) for kind in KINDS}


@pytest.mark.parametrize("table", TABLES)
async def test_every_other_login_writes_only_what_its_process_is_for(
    connection: asyncpg.Connection, everybody: Cast, sample: Sample, table: str
) -> None:
    """While nobody has entered, not even the system."""
    rows = await rows_of(connection, table, sample)
    for login in SETTINGS.keys() - {"samen_app"}:
        await connection.execute("begin")
        try:
            found = await written(connection, everybody, table, rows, login=login, columns=("nobody",))
        finally:
            await connection.execute("rollback")
        passing = {kind for kind, columns in found.items() if columns}
        expected = set(WORKERS.get(table, ()) if login == "samen_worker" else ())
        assert passing == expected - ({"update", "delete"} if table in ABSENT else set()), login


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", TABLES)
async def test_a_planted_hole_is_noticed(
    connection: asyncpg.Connection, everybody: Cast, sample: Sample, table: str, kind: str
) -> None:
    """A policy and a grant too many, and no trigger: a stranger gets through who did not before."""
    rows = await rows_of(connection, table, sample)
    hole = f"""
        grant select, insert, update, delete on "{table}" to samen_app;
        create policy hole on "{table}" to samen_app using (true) with check (true);
        alter table "{table}" disable trigger user"""
    column = "far-case-manager"
    assert column in FAR
    await connection.execute("begin")
    try:
        before = await written(connection, everybody, table, rows, login="samen_app", columns=(column,))
        await connection.execute(hole)
        after = await written(connection, everybody, table, rows, login="samen_app", columns=(column,))
    finally:
        await connection.execute("rollback")
    assert column in after[kind] or (table in ABSENT and kind != "insert")
    assert (column in before[kind]) is (column in WRITES[kind].get(table, ()))


BESIDE = {
    "app": {"secret_hash"},
    "cooperative": {"statements_from"},
    "order": {"invoice_id", "pay_by"},
    "payment_batch": {"file_key", "file"},
    "permission": {"sealed"},
    "webhook": {"wrapped_key", "secret", "old_secret", "old_until"},
}
"""Columns that a statement of their own changes."""


def stores() -> dict[str, Store[Any]]:
    """The stores whose objects change, by table."""
    found = {}
    for module in pkgutil.walk_packages(app.db.__path__, "app.db."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Store) and "version" in value.columns:
                found[value.table.name] = value
    return found


async def test_a_save_writes_the_columns_that_may_change_and_no_others(connection: asyncpg.Connection) -> None:
    """What is fixed in a store is fixed in the database too, and the other way round."""
    sql = """select attname from pg_attribute
              where attrelid = format('public.%I', $1::text)::regclass and attnum > 0 and not attisdropped
                and has_column_privilege('samen_app', attrelid, attnum, 'update')"""
    found = stores()
    assert len(found) > 25
    for table, store in found.items():
        granted = {row["attname"] for row in await connection.fetch(sql, table)}
        if granted:
            assert granted - BESIDE.get(table, set()) == {*store.changing, "version"} - BESIDE.get(table, set()), table


@pytest.mark.parametrize("version", [1, 2])
async def test_an_order_that_moved_gets_no_lines_even_by_a_forged_setting(
    connection: asyncpg.Connection, everybody: Cast, sample: Sample, version: int
) -> None:
    """`samen.placing` is a setting that a statement can set itself; before its first step an order cannot tell."""
    rows = await rows_of(connection, "order_line", sample)
    order = json.loads(rows[0])["order_id"]
    attempts = await Attempts.on(connection, "order_line", rows)
    await connection.execute("begin")
    try:
        await connection.execute('update "order" set version = $2 where id = $1', order, version)
        await connection.execute("set session authorization samen_app")
        who = everybody.identity("coordinator")
        await connection.fetchval("select enter($1, $2, $3)", who.issuer, who.subject, who.client_id)
        await connection.execute("select set_config('samen.placing', $1, true)", order)
        assert await attempts.passes("insert") is (version == 1)
    finally:
        await connection.execute("rollback; reset session authorization")
