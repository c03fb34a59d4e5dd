"""What SQL that got into a login could do: nothing beyond the login's own part, whoever has entered."""

import json
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.db.logins import SETTINGS
from tests.walls.cast import Cast
from tests.walls.sample import Sample
from tests.world import World

LOGINS = tuple(SETTINGS)
TAKES_A_ROLE = (
    "select set_config('role', 'samen', false)",
    "set role samen",
    "set role samen_books",
    "set role postgres",
    "set session authorization samen",
    "set session authorization postgres",
)
"""Ways to become the owner of the tables, of the functions, or of the server."""
TAKES_A_WALL_DOWN = (
    "alter table journal disable trigger append_only",
    "drop trigger signed_stays on agreement",
    "alter table earning disable row level security",
    "create policy hole on earning to public using (true)",
    "drop policy read on earning",
    "create or replace function my_staff() returns uuid[] language sql return array[uuidv7()]",
    "alter function post_journals(jsonb) owner to samen_app",
    "grant all on all tables in schema public to public",
    "create table mine (id int)",
    "create function mine() returns int language sql return 1",
    "alter role samen_app superuser",
    "create role mine",
    "set session_replication_role = replica",
    "lock table journal in access exclusive mode",
    "truncate journal",
    "copy person to program 'true'",
    "select pg_read_file('postgresql.conf')",
)
"""Ways around the walls that only an owner or a superuser has."""
BOOKS = (
    "insert into journal select * from journal limit 1",
    "insert into entry select * from entry limit 1",
    "insert into balance select * from balance limit 1",
    "insert into period select * from period limit 1",
    "insert into seal select * from seal limit 1",
    "update journal set effective_on = effective_on",
    "update entry set cents = cents",
    "update balance set posted = posted",
    "delete from journal",
    "delete from entry",
    "select seal_books()",
)
"""Acts on the books that no login but the worker's has a function for, and none a privilege."""
SIGNED = (
    "update agreement set rules = '[]'",
    "update agreement set municipality_signed_by = uuidv7(), municipality_signed_at = now()",
    "update offering set price_cents = 1",
    "update cooperative set name = 'x'",
    "update municipality set name = 'x'",
    "update stock set units = 1",
    "update vat_rate set basis_points = 0",
    "insert into vat_rate select vat_class, current_date, 0 from vat_rate",
    "update rate_window set spent = 0",
    "select spent from rate_window",
    "select client from rate_window",
    "select forget_keys(now())",
    "select lend_staff_view(array(select id from cooperative))",
    "select erase_me(0)",
    "insert into outbox (id, name, facts, created_at, next_try_at, attempts)"
    " values (uuidv7(), 'x', '{}', now(), now(), 0)",
    "insert into timer (id, kind, subject_id, due_at, next_try_at, attempts)"
    " values (uuidv7(), 'x', uuidv7(), now(), now(), 0)",
    "select add_person('i', 's', 'n', null)",
    "select ensure_person('i', 's', 'n')",
    "select record_outcome('v', 'k', 'h', now(), '{}', '{}', '{}')",
)
"""Acts on what is public, signed or kept for somebody, while nobody has entered."""


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The superuser's, which takes a login for the length of a transaction that is rolled back."""
    superuser = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    await superuser.execute("begin")
    yield superuser
    await superuser.execute("rollback")
    await superuser.close()


async def done(connection: asyncpg.Connection, statement: str, *arguments: object) -> str | None:
    """What a statement did (its rows, changed or seen); None if the database refuses it. Rolled back."""
    await connection.execute("savepoint attempt")
    try:
        if statement.startswith("select"):
            rows = await connection.fetch(statement, *arguments)
            return str(len(rows)) if rows else "0"
        status: str = await connection.execute(statement, *arguments)
        return status.rpartition(" ")[2]
    except (
        asyncpg.InsufficientPrivilegeError,
        asyncpg.InvalidParameterValueError,
        asyncpg.UndefinedObjectError,
        asyncpg.CantChangeRuntimeParamError,
    ):
        return None
    finally:
        await connection.execute("rollback to attempt")


async def log_in(connection: asyncpg.Connection, login: str) -> None:
    await connection.execute(f"set session authorization {login}")


@pytest.mark.parametrize("login", LOGINS)
async def test_no_login_becomes_another(database_url: str, login: str) -> None:
    """On a connection of its own: a superuser's could take any role."""
    own = await asyncpg.connect(database_url.replace("samen@", f"{login}@"))
    try:
        for statement in (*TAKES_A_ROLE, *(f"set role {other}" for other in LOGINS if other != login)):
            allowed = login == "samen_worker" and statement == "set role samen_app"
            assert (await attempted(own, statement)) is allowed, statement
        assert await own.fetchval("select session_user") == login
    finally:
        await own.close()


async def attempted(connection: asyncpg.Connection, statement: str) -> bool:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.PostgresError:
        return False
    finally:
        await transaction.rollback()
    return True


@pytest.mark.parametrize("login", LOGINS)
async def test_no_login_takes_a_wall_down(database_url: str, login: str) -> None:
    own = await asyncpg.connect(database_url.replace("samen@", f"{login}@"))
    try:
        for statement in TAKES_A_WALL_DOWN:
            assert not await attempted(own, statement), statement
    finally:
        await own.close()


@pytest.mark.parametrize("login", LOGINS)
async def test_no_login_writes_the_books_itself(connection: asyncpg.Connection, sample: Sample, login: str) -> None:
    await log_in(connection, login)
    staff = json.dumps([sample.seller.id]).replace("[", "{").replace("]", "}").replace('"', "")
    for entered in ("", staff):
        await connection.execute("select set_config('samen.staff', $1, true)", entered)
        for statement in BOOKS:
            allowed = login == "samen_worker" and statement == "select seal_books()"
            assert (await done(connection, statement) is None) is not allowed, statement


@pytest.mark.parametrize("login", LOGINS)
async def test_nobody_entered_changes_nothing(connection: asyncpg.Connection, sample: Sample, login: str) -> None:
    """The acts of a statement that slipped into a search, before anybody is known."""
    await log_in(connection, login)
    for statement in SIGNED:
        if (login, statement) in (
            ("samen_worker", "select forget_keys(now())"),
            ("samen_reader", "select spent from rate_window"),
            ("samen_reader", "select client from rate_window"),
        ):
            continue
        assert await done(connection, statement) in (None, "0"), statement


async def test_the_reader_and_the_catalogue_write_nothing_at_all(connection: asyncpg.Connection) -> None:
    sql = """select count(*) from information_schema.table_privileges
              where grantee in ('samen_reader', 'samen_catalogue') and privilege_type <> 'SELECT'"""
    assert await connection.fetchval(sql) == 0
    columns = sql.replace("table_privileges", "column_privileges")
    assert await connection.fetchval(columns) == 0


async def test_drafts_and_holders_are_hidden_from_nobody_entered(
    connection: asyncpg.Connection, sample: Sample
) -> None:
    for statement in (
        "select from offering where edition = 0",
        "select person_id from stock_hold",
        "select from customer",
        "select from office",
    ):
        assert await done(connection, statement) not in (None, "0"), "there are some"
    await log_in(connection, "samen_app")
    for statement in ("select from offering where edition = 0", "select person_id from stock_hold"):
        assert await done(connection, statement) == "0", statement


STRANGERS = {
    "a member makes themselves a member elsewhere": (
        "member",
        """insert into member (id, cooperative_id, name, trade_name, person_id, state, version)
           select uuidv7(), $1::uuid, 'x', 'x', my_person(), 'member', 1""",
    ),
    "a member approves their own spending": (
        "member",
        "update spending set state = 'approved' where cooperative_id = $1::uuid",
    ),
    "a member ends their own membership": (
        "member",
        "update member set state = 'paused' where cooperative_id = $1::uuid",
    ),
    "a customer pays with a word": (
        "customer",
        'update "order" set paid_cents = net_cents + vat_cents where cooperative_id = $1::uuid',
    ),
    "a customer completes the order": (
        "customer",
        """update "order" set state = 'completed' where cooperative_id = $1::uuid""",
    ),
    "a customer lowers the price": (
        "customer",
        'update "order" set net_cents = 1 where cooperative_id = $1::uuid',
    ),
    "a customer counts the stock": (
        "customer",
        """update stock set units = units + 1
            where offering_id in (select id from offering where cooperative_id = $1::uuid)""",
    ),
    "a customer holds units for somebody else's order": (
        "far-customer",
        """insert into stock_hold (id, offering_id, cooperative_id, quantity, expires_at, edition, order_id, person_id,
                                   state)
           select uuidv7(), o.id, o.cooperative_id, 1, now(), 1, uuidv7(), my_person(), 'active'
             from offering o where o.cooperative_id = $1::uuid limit 1""",
    ),
    "a controller changes what is signed": (
        "controller",
        "update agreement set title = 'x' where cooperative_id = $1::uuid and municipality_signed_at is not null",
    ),
    "a treasurer changes what is signed": (
        "treasurer",
        "update agreement set rules = '[]' where cooperative_id = $1::uuid and municipality_signed_at is not null",
    ),
    "a treasurer takes a signature back": (
        "treasurer",
        """update agreement set cooperative_signed_by = null, cooperative_signed_at = null
            where cooperative_id = $1::uuid and municipality_signed_at is not null""",
    ),
    "a treasurer changes what was paid": (
        "treasurer",
        "update payment set cents = 1 where cooperative_id = $1::uuid",
    ),
    "a treasurer changes a line": (
        "treasurer",
        """update order_line set unit_price_cents = 1
            where order_id in (select id from "order" where cooperative_id = $1::uuid)""",
    ),
    "a coordinator takes back an edition": (
        "coordinator",
        "delete from offering_edition where offering_id in (select id from offering where cooperative_id = $1::uuid)",
    ),
    "a coordinator moves under another umbrella": (
        "coordinator",
        """update cooperative set umbrella_id = (select id from cooperative where id <> $1::uuid limit 1)
            where id = $1::uuid""",
    ),
    "a coordinator takes a second office": (
        "coordinator",
        """insert into office (id, person_id, role, cooperative_id, given_at, given_by)
           values (uuidv7(), my_person(), 'treasurer', $1::uuid, now(), my_person())""",
    ),
    "a network officer ends an office in another's name": (
        "network",
        """update office set ended_at = now(), ended_by = person_id
            where cooperative_id = $1::uuid and ended_at is null and person_id <> my_person()""",
    ),
}
"""Acts of somebody who has entered, without a use case in between."""


@pytest.mark.parametrize("name", STRANGERS)
async def test_whoever_entered_does_not_go_beyond_their_part(
    connection: asyncpg.Connection, everybody: Cast, sample: Sample, name: str
) -> None:
    column, statement = STRANGERS[name]
    await entered(connection, everybody, column)
    where = sample.sister.id if "elsewhere" in name else sample.seller.id
    assert await refused(connection, statement.replace("$1", f"'{where}'"))


async def refused(connection: asyncpg.Connection, statement: str) -> bool:
    """Whether the database refuses a change, at the latest at its commit, or finds no row for it. Rolled back."""
    await connection.execute("savepoint attempt")
    try:
        changed: str = await connection.execute(statement)
        await connection.execute("set constraints all immediate")
    except asyncpg.InsufficientPrivilegeError:
        return True
    except asyncpg.PostgresError as error:
        if error.sqlstate != "SM009":
            raise
        return True
    finally:
        await connection.execute("rollback to attempt")
    return changed.endswith(" 0")


async def entered(connection: asyncpg.Connection, everybody: Cast, column: str, login: str = "samen_app") -> None:
    """Log in, and enter as one of the callers."""
    who = everybody.identity(column)
    await log_in(connection, login)
    await connection.fetchval("select enter($1, $2, $3)", who.issuer, who.subject, who.client_id)


async def test_the_staffs_view_is_lent_to_whoever_takes_part(
    connection: asyncpg.Connection, world: World, everybody: Cast, sample: Sample
) -> None:
    """A customer gets it where something is sold; an officer of a municipality in that municipality."""
    empty = await world.cooperative()
    own = [sample.seller.id]
    lend = "select lend_staff_view($1::uuid[])"
    for column, place, lent in (
        ("visitor", own, False),
        ("far-customer", own, True),
        ("far-customer", [empty.id], False),
        ("case-manager", [empty.id], False),
        ("controller", own, True),
        ("treasurer", [empty.id], True),
        ("app", [empty.id], True),
    ):
        await connection.execute("savepoint before")
        await entered(connection, everybody, column)
        assert (await done(connection, lend, place) is not None) is lent, (column, lent)
        await connection.execute("rollback to before; reset session authorization")


CHECKED_OTHERWISE = {
    "enter": "says who acts; what it opens follows from the login that the token proves",
    "client_keys": "public keys of an app, with which its signature is checked",
    "use_client": "asks for the hash of the secret",
    "use_assertion": "follows a signature that was checked",
    "invoice_of_guest": "asks for the hash of a link with 192 random bits",
    "order_of_guest": "asks for the hash of a link with 192 random bits",
    "guest_order": "asks for the hash of a link with 192 random bits",
    "outbox_lag": "a number of seconds, for the readiness probe",
    "sealing_fingerprint": "an HMAC of a constant, which tells nothing of the key",
    "unclaimed_keys": "keys wrapped by a key that is not in the database; none once its fingerprint is known",
    "claim_sealing_key": "writes once",
    "spend_units": "counts what a client asks for before it has entered",
    "books_from": "the first day of a cooperative's books, which is no secret",
    "my_cooperatives": "about whoever has entered",
    "my_municipalities": "about whoever has entered",
    "i_acted_as": "about whoever has entered",
    "my_standing": "about whoever has entered",
    "involved_in_order": "about the orders of cooperatives at which whoever has entered is staff or outside approver",
    "debtor": "about members of cooperatives at which whoever has entered may decide about a debt",
    "order_to_write_off": "about the same orders, and those of the parts of an umbrella of whoever has entered",
    "lock_me": "locks the rows of whoever has entered",
    "post_journals": "a trigger asks for each journal whose books it may write (tests/walls/test_books_guard.py)",
    "enter_as_system": "for the worker and the reader alone",
    "app_behind": "for the worker alone",
    "forget_keys": "for the worker alone",
    "forget_old": "for the worker alone",
    "seal_books": "for the worker alone",
}
"""Functions that see every row and need nobody to have entered, and why that opens nothing."""
ARGUMENTS = {"uuid": "uuidv7()", "uuid[]": "array[uuidv7()]", "jsonb": "'[{}]'::jsonb", "text": "'x'", "integer": "1"}
ARGUMENTS |= {"bigint": "1", "date": "current_date", "timestamp with time zone": "now()", "text[]": "array['x']"}
ARGUMENTS |= {"bytea": "'x'::bytea", "bill": "null::bill"}


async def test_every_function_that_sees_every_row_checks_who_calls(connection: asyncpg.Connection) -> None:
    """Each that the application may call refuses, or does nothing, while nobody has entered."""
    sql = """select p.proname, array(select format_type(t, null) from unnest(p.proargtypes) t) as types from pg_proc p
              where p.pronamespace = 'public'::regnamespace and p.prosecdef
                and p.prorettype <> 'trigger'::regtype and has_function_privilege($1, p.oid, 'execute')"""
    app = {row["proname"]: row["types"] for row in await connection.fetch(sql, "samen_app")}
    assert len(app) > 20
    alone = {"enter_as_system", "app_behind", "forget_keys", "forget_old", "seal_books"}
    assert not alone & app.keys()
    worker = {row["proname"] for row in await connection.fetch(sql, "samen_worker")}
    assert CHECKED_OTHERWISE.keys() <= app.keys() | worker
    await log_in(connection, "samen_app")
    for name, types in app.items():
        if name not in CHECKED_OTHERWISE:
            call = f"select {name}({', '.join(ARGUMENTS[one] for one in types)})"
            await connection.execute("savepoint attempt")
            with pytest.raises(asyncpg.PostgresError) as refused:
                await connection.fetch(call)
            assert refused.value.sqlstate == "42501", (name, refused.value)
            await connection.execute("rollback to attempt")
