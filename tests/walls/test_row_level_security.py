"""Row-level security alone: in the application's role, without the application's checks."""

import contextlib
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.db.engine import Database
from app.db.people import persons
from app.db.tables import metadata
from app.domain.actors import Identity
from tests.walls.cast import COLUMNS, FAR, OWN, Cast, cast, identity
from tests.walls.sample import Sample
from tests.walls.test_use_cases import Undo
from tests.world import World

OPEN = {
    "agreement": "how a cooperative shares out, the same for all of its members",
    "app": "an app is nobody's private life; no column with a secret may be read",
    "book_check": "which invariants held; the network's alone",
    "books_to_carry_over": "which books an upgrade has still to carry over; no role of the application reads it",
    "client_assertion": "which signed logins were used; no role of the application reads it",
    "cooperative": "public",
    "feed_head": "the end of the feed, a number",
    "fund_year": "a lock, without facts",
    "invoice_prefix": "invoices show it",
    "message": "written and read by the worker alone; its policy is switched off below",
    "municipality": "public",
    "offering": "made to be published",
    "offering_edition": "was published",
    "outbox": "written by everybody, read by the worker alone; its policy is switched off below",
    "rate_window": "how much each client asked of late",
    "restoration": "when the installation was restored, which is no secret",
    "sealing_key": "wrapped by the installation's key; no role of the application reads it",
    "small_business_spell": "public",
    "small_business_year": "a lock, without facts",
    "stock": "a number of units",
    "timer": "written by everybody, read by the worker alone; its policy is switched off below",
    "vat_rate": "public",
}
"""Tables that are not tried here, and why. Every other one is private, so a new table is private too."""
PRIVATE = sorted(set(metadata.tables) - set(OPEN))


OF_HIS_OWN = frozenset({"member", "member_event"})
"""Every member sees their own."""
SHARED = frozenset({"power_event", "barter", "joint_purchase", "purchase_article", "assignment", "assignment_slot"})
"""Rows that members of a cooperative share: who holds its offices, trades, purchases and jobs."""
VIEWS = {
    "colleague": OF_HIS_OWN | SHARED | {"person"},
    "approver": frozenset(
        {
            "bank_statement",
            "document",
            "office",
            "debt_write_off",
            "fund_floor",
            "payee_account",
            "payment_batch",
            "payment_check",
            "payment_item",
            "power_event",
            "sealed_key",
            "spending",
            "write_off",
            "journal_reversal",
            "person",
            "bill",
        }
    ),
    "customer": frozenset(
        {
            "customer",
            "document",
            "invoice",
            "invoice_order",
            "invoice_sending",
            "order",
            "order_event",
            "order_line",
            "payment",
            "person",
            "stock_hold",
        }
    ),
    "network": frozenset({"office", "power_event", "webhook", "webhook_delivery", "person"}),
    "controller": frozenset({"office", "power_event", "remittance", "replay_figures", "person"}),
    "case-manager": frozenset({"office", "power_event", "spending", "permission", "person"}),
}
"""The tables in which a close caller sees any row."""
PUBLIC_ROWS = {"bank_account"}
"""Tables of which everybody sees some rows: the accounts that customers pay to."""
OF_A_PART = {
    "bank_statement",
    "bill",
    "document",
    "debt_write_off",
    "fund_floor",
    "office",
    "payment_batch",
    "payment_check",
    "payment_item",
    "payee_account",
    "sealed_key",
    "write_off",
    "journal_reversal",
}
"""Those in which an officer of the umbrella sees any row of a part."""


async def keys_of(owner: asyncpg.Connection, table: str) -> str:
    """The columns of its primary key, as SQL for one text."""
    names = await owner.fetch(
        """select attname from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
           where indisprimary and indrelid = format('public.%I', $1::text)::regclass order by attname""",
        table,
    )
    return "concat_ws('/', " + ", ".join(f'"{row["attname"]}"' for row in names) + ")"


@pytest.fixture(scope="module")
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


EXCEPT = {
    "bank_account": "where state <> 'confirmed'",
    "assignment": "where audience <> 'all'",
    "assignment_slot": "where assignment_id in (select id from assignment where audience <> 'all')",
}
"""Customers pay to a confirmed account. Jobs that members of every cooperative may apply for are visible to all."""


MEMBER_IS_THERE = "where member_id in (select id from member where state not in ('exited', 'withdrawn', 'rejected'))"
PERSON_IS_THERE = "where person_id in (select id from person where issuer <> 'erased')"
STILL_THERE = {
    "spending": MEMBER_IS_THERE,
    "wish": MEMBER_IS_THERE,
    "assignment_part": MEMBER_IS_THERE,
    "member": PERSON_IS_THERE,
    "office": PERSON_IS_THERE,
}
"""Rows with triggers that fire before the policy, for references that do not exist."""


@pytest.fixture(scope="module")
async def newcomers(world: World, sample: Sample, owner: asyncpg.Connection) -> tuple[Cast, dict[str, set[str]]]:
    """Callers that came after all rows, and the rows before them: all of them somebody else's."""
    there = {}
    for table in PRIVATE:
        sql = f'select {await keys_of(owner, table)} from "{table}" {EXCEPT.get(table, "")}'
        there[table] = {row[0] for row in await owner.fetch(sql)}
    return await cast(world, sample), there


async def seen(database: Database, who: Identity, table: str, key: str) -> set[str]:
    async with database.transaction() as tx:
        await persons.enter(tx, who)
        return {row[0] for row in await tx.rows(f'select {key} from "{table}"')}


MAY_CHANGE = """
select column_name from information_schema.column_privileges
where table_name = $1 and privilege_type = 'UPDATE' and grantee = current_user limit 1
"""
"""A column of the table that this role may change: of some tables it may change a few only."""


async def changed(database: Database, who: Identity, table: str, key: str, rows: set[str]) -> set[str]:
    """The rows that a caller can change; rolled back."""
    found: set[str] = set()
    with contextlib.suppress(Undo):
        async with database.transaction() as tx:
            await persons.enter(tx, who)
            column = await tx.value(MAY_CHANGE, table)
            if column is None:
                raise Undo
            touch = f'update "{table}" set "{column}" = "{column}" where {key} = any ($1) returning {key}'
            found = {row[0] for row in await tx.rows(touch, list(rows))}
            raise Undo
    return found


@pytest.mark.parametrize("table", PRIVATE)
async def test_row_level_security_hides_private_rows_without_any_check(
    newcomers: tuple[Cast, dict[str, set[str]]], database: Database, owner: asyncpg.Connection, table: str
) -> None:
    """Of all earlier rows they see none, and change none."""
    strangers, there = newcomers
    key = await keys_of(owner, table)
    assert there[table]
    for column in FAR:
        who = strangers.identity(column)
        assert not await seen(database, who, table, key) & there[table], column
        assert await changed(database, who, table, key, there[table]) == set(), column


@pytest.mark.parametrize("table", PRIVATE)
async def test_row_level_security_lets_nobody_add_rows_for_others(
    newcomers: tuple[Cast, dict[str, set[str]]], database: Database, owner: asyncpg.Connection, table: str
) -> None:
    """Not even a copy of their own row: the policy fires before any key."""
    strangers, _ = newcomers
    which = STILL_THERE.get(table, EXCEPT.get(table, ""))
    theirs = await owner.fetchval(f'select to_jsonb(t)::text from "{table}" t {which} limit 1')
    copy = f'insert into "{table}" select * from jsonb_populate_record(null::"{table}", $1::text::jsonb)'
    for column in FAR:
        async with database.transaction() as tx:
            await persons.enter(tx, strangers.identity(column))
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.savepoint():
                    await tx.rows(copy, theirs)


@pytest.mark.parametrize("table", PRIVATE)
async def test_row_level_security_shows_rows_to_whose_they_are(
    everybody: Cast, database: Database, owner: asyncpg.Connection, table: str
) -> None:
    """The positive control."""
    key = await keys_of(owner, table)
    assert any([await seen(database, everybody.identity(column), table, key) for column in OWN])


@pytest.mark.parametrize("column", VIEWS)
async def test_who_is_close_sees_in_the_tables_what_their_role_is_for(
    everybody: Cast, database: Database, owner: asyncpg.Connection, sample: Sample, column: str
) -> None:
    """In exactly these tables; and a colleague sees no other member."""
    who, shown = everybody.identity(column), {}
    for table in PRIVATE:
        if rows := await seen(database, who, table, await keys_of(owner, table)):
            shown[table] = rows
    assert set(shown) == VIEWS[column] | PUBLIC_ROWS
    assert column != "colleague" or shown["member"] == {sample.ids["receiver_id"]}


async def test_an_officer_of_the_umbrella_sees_what_they_confirm_and_who_the_approver_is(
    everybody: Cast, database: Database, sample: Sample
) -> None:
    """Of a part of the umbrella, whose other private rows stay closed."""
    who, shown = everybody.identity("umbrella-treasurer"), set()
    for table in PRIVATE:
        if "cooperative_id" in metadata.tables[table].columns:
            async with database.transaction() as tx:
                await persons.enter(tx, who)
                sql = f'select exists (select from "{table}" where cooperative_id = $1)'
                shown |= {table} if await tx.value(sql, sample.values["cooperative_id"]) else set()
    assert shown == OF_A_PART | PUBLIC_ROWS


async def test_a_bank_account_that_waits_is_seen_by_whoever_may_confirm_it(
    everybody: Cast, database: Database, sample: Sample
) -> None:
    """Everybody sees the one that customers pay to."""
    own, shown = sample.ids["bank_account_id"], set()
    for column in COLUMNS:
        who = everybody.identity(column)
        async with database.transaction() as tx:
            await persons.enter(tx, who)
            sql = "select id::text from bank_account where cooperative_id = $1"
            rows = {row["id"] for row in await tx.rows(sql, sample.values["cooperative_id"])}
        assert rows - {own}, column
        shown |= {column} if own in rows else set()
    assert shown == {"coordinator", "treasurer", "narrow-treasurer", "approver", "umbrella-treasurer"}


async def test_one_person_alone_books_no_reversal_of_a_write_off(
    everybody: Cast, database: Database, sample: Sample
) -> None:
    """Neither at once, nor of one that waits for a second person."""
    waiting = sample.values["lost_reversal_id"]
    agreed = "(select jsonb_agg(a) from jsonb_array_elements(agreed || agreed) a)"
    books = "update journal_reversal set state = 'booked', reversed_by = id"
    added = """insert into journal_reversal select (jsonb_populate_record(r, jsonb_build_object(
               'id', uuidv7(), 'state', 'booked', 'reversed_by', id, 'side_ids', '{}'::uuid[]))).*
               from journal_reversal r where id = $1"""
    for statement in (f"{books} where id = $1", f"{books}, agreed = {agreed} where id = $1", added):
        async with database.transaction() as tx:
            await persons.enter(tx, everybody.identity("treasurer"))
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="everybody who has to agree"):
                async with tx.savepoint():
                    await tx.rows(statement, waiting)


LOOKS = {
    "pot": "select member_id::text from pot",
    "pot_line": "select account_id::text from pot_line",
}
"""The pots that a caller sees in each read model with row security inside."""


@pytest.mark.parametrize("view", LOOKS)
async def test_a_pot_is_seen_by_its_member_and_the_staff_and_by_nobody_else(
    everybody: Cast, database: Database, owner: asyncpg.Connection, sample: Sample, view: str
) -> None:
    member = str(sample.ids["member_id"])
    account = await owner.fetchval(
        "select id::text from account where kind = 'pot' and member_id = $1::text::uuid", member
    )
    pot = {"pot": member, "pot_line": account}[view]
    seeing = set()
    for column in COLUMNS:
        async with database.transaction() as tx:
            await persons.enter(tx, everybody.identity(column))
            whose = {row[0] for row in await tx.rows(LOOKS[view])}
        if pot in whose:
            seeing.add(column)
        assert whose <= {pot} or column != "member"
    assert seeing == {"member", "coordinator", "treasurer", "narrow-treasurer"}


@pytest.mark.parametrize("table", [*PRIVATE, "outbox", "timer", "message"])
async def test_a_switched_off_policy_is_noticed(database_url: str, sample: Sample, table: str) -> None:
    """An inserted breach: without its policy, the same read shows rows that it hid before."""
    owner = await asyncpg.connect(database_url)
    # Everybody may read the feed, and where customers pay.
    hidden = {"outbox": "where audience is distinct from 'public'", "bank_account": EXCEPT["bank_account"]}
    look = f'select count(*) from "{table}" {hidden.get(table, "")}'
    try:
        # The lock comes first, or a vacuum and this would wait for each other.
        await owner.execute(f'begin; lock table "{table}"')
        await owner.execute(f'grant select on "{table}" to samen_app; set local role samen_app')
        assert await owner.fetchval(look) == 0
        await owner.execute(
            f'reset role; alter table "{table}" no force row level security;'
            f' alter table "{table}" disable row level security; set local role samen_app'
        )
        assert await owner.fetchval(look) > 0
    finally:
        await owner.execute("rollback")
        await owner.close()


async def test_the_settings_of_one_request_do_not_reach_the_next(world: World, database: Database) -> None:
    seller = await world.cooperative()
    for _ in range(40):
        async with database.transaction() as tx:
            await persons.enter(tx, identity(world, seller.coordinator.login))
            assert await tx.value("select count(*) from member") >= 1
        async with database.transaction() as tx:
            assert await tx.value("select count(*) from member") == 0


async def test_the_catalogues_role_reads_the_public_view_and_nothing_else(database_url: str) -> None:
    for role, allowed in (("samen_catalogue", {"catalogue_offering"}),):
        owner = await asyncpg.connect(database_url)
        sql = """select relname from pg_class where relkind in ('r', 'v') and relnamespace = 'public'::regnamespace
                 and has_table_privilege($1, oid, 'select')"""
        assert {row["relname"] for row in await owner.fetch(sql, role)} == allowed
        columns = await owner.fetch(
            "select column_name from information_schema.columns where table_name = 'catalogue_offering'"
        )
        # It cannot create functions either, which could see rows before the view's condition.
        for place in ("database", "schema"):
            what = "temporary" if place == "database" else "create"
            name = await owner.fetchval("select current_database()") if place == "database" else "public"
            assert not await owner.fetchval(f"select has_{place}_privilege($1, $2, $3)", role, name, what)
        private = {"name", "member_id", "person_id", "email", "held", "contact"}
        assert not private & {row["column_name"] for row in columns}
        await owner.close()
