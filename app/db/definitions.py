"""Today's functions, views, triggers, policies and grants: the files of `app/db/sql`, which are applied as a whole."""

import hashlib
from functools import lru_cache
from pathlib import Path

import asyncpg

FOLDER = Path(__file__).parent / "sql"
FIRST = ("clear", "roles", "history", "days", "actors", "persons", "members", "orders")
"""Files that others need: functions that their policies and triggers name."""
LAST = ("keepers",)
"""Files that go over what all others made."""


@lru_cache
def files() -> tuple[Path, ...]:
    """The files in the order in which they are applied."""
    rest = sorted(file.stem for file in FOLDER.glob("*.sql") if file.stem not in FIRST + LAST)
    return tuple(FOLDER / f"{name}.sql" for name in (*FIRST, *rest, *LAST))


@lru_cache
def digest() -> str:
    """The SHA-256 of all files."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files())).hexdigest()


async def apply(connection: asyncpg.Connection, mark: str) -> None:
    """Apply all files in one transaction, and leave the mark.

    Raises LockNotAvailableError if it does not get the locks on all tables within `LOCK_SECONDS`.
    """
    async with connection.transaction():
        await _run(connection)
        await connection.execute(f"comment on table alembic_version is '{mark}'")


LOCK_SECONDS = 2
"""Seconds in which the locks on all tables are got, or given up."""
APPLIED = "select obj_description(to_regclass('public.alembic_version'), 'pg_class')"
"""The query for the mark of the files that were applied last; null if none were."""


def mark(revision: str) -> str:
    """The mark that a migration to a revision leaves behind."""
    return f"revision {revision}, app/db/sql {digest()}"


async def differences(connection: asyncpg.Connection) -> list[str]:
    """What applying the files would change, one line for each object. Nothing is changed.

    Applies them in a transaction that is rolled back, and compares the system catalogue before and after.
    """
    transaction = connection.transaction()
    await transaction.start()
    try:
        before = await _objects(connection)
        await _run(connection)
        after = await _objects(connection)
        members = [row["name"] for row in await connection.fetch(MEMBERS)]
    finally:
        await transaction.rollback()
    missing = [f"missing: {name}" for name in after.keys() - before.keys()]
    extra = [f"in no file: {name}" for name in before.keys() - after.keys()]
    other = [f"different: {name}" for name in before.keys() & after.keys() if before[name] != after[name]]
    return sorted(missing + extra + other + [f"in no file: {name}" for name in members])


async def _lock(connection: asyncpg.Connection) -> None:
    """Lock all tables, or none: whoever waits meanwhile waits for `LOCK_SECONDS` at most, however many they are."""
    tables = await connection.fetchval(
        "select string_agg(oid::regclass::text, ', ' order by relname) from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind = 'r'"
    )
    before = await connection.fetchval("select current_setting('statement_timeout')")
    await connection.execute(f"set local statement_timeout = '{LOCK_SECONDS}s'")
    try:
        await connection.execute(f"lock table {tables} in access exclusive mode")
    except asyncpg.QueryCanceledError as error:
        raise asyncpg.LockNotAvailableError(str(error)) from error
    await connection.execute(f"set local statement_timeout = '{before}'")


async def _run(connection: asyncpg.Connection) -> None:
    await _lock(connection)
    # Functions may name what comes later in the same transaction.
    await connection.execute("set local check_function_bodies = off")
    for file in files():
        try:
            await connection.execute(file.read_text(encoding="utf-8"))
        except asyncpg.PostgresError as error:
            error.add_note(f"in {file.name}")
            raise


OBJECTS = """
select 'function ' || p.oid::regprocedure as name,
       concat_ws(e'\\n', pg_get_functiondef(p.oid), pg_get_userbyid(p.proowner), array(
           select concat_ws(' ', grantee::regrole, privilege_type) from aclexplode(p.proacl) order by 1)) as definition
  from pg_proc p where p.pronamespace = 'public'::regnamespace
union all
select concat_ws(' ', case relkind when 'v' then 'view' else 'table' end, oid::regclass),
       concat_ws(e'\\n', case relkind when 'v' then pg_get_viewdef(oid) end, reloptions, pg_get_userbyid(relowner),
                 relrowsecurity, relforcerowsecurity)
  from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
union all
select format('grant on %s to %s', c.oid::regclass, a.grantee::regrole),
       string_agg(concat_ws(' ', a.privilege_type, a.attname), ', ' order by a.privilege_type, a.attname)
  from pg_class c
 cross join lateral (
       select x.grantee, x.privilege_type, null::name as attname from aclexplode(c.relacl) x
       union all
       select x.grantee, x.privilege_type, b.attname from pg_attribute b, aclexplode(b.attacl) x
        where b.attrelid = c.oid) a
 where c.relnamespace = 'public'::regnamespace and a.grantee <> c.relowner group by 1
union all
select format('policy %s on %s', polname, polrelid::regclass),
       concat_ws(e'\\n', polcmd, polpermissive, array(select r::regrole from unnest(polroles) r order by 1),
                 pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
  from pg_policy
union all
select format('trigger %s on %s', t.tgname, t.tgrelid::regclass), concat_ws(e'\\n', pg_get_triggerdef(t.oid), tgenabled)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
 where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
union all
select 'role ' || rolname,
       concat_ws(' ', rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
                 array(select unnest(rolconfig) order by 1),
                 array(select roleid::regrole::text from pg_auth_members where member = r.oid order by 1))
  from pg_roles r where rolname like 'samen\\_%'
union all
select 'grant on this database to ' || case grantee when 0 then 'public' else grantee::regrole::text end,
       string_agg(privilege_type, ', ' order by privilege_type)
  from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
 where datname = current_database() and grantee <> datdba group by grantee
union all
select 'grant on schema public to ' || grantee::regrole, string_agg(privilege_type, ', ' order by privilege_type)
  from pg_namespace, aclexplode(nspacl) where nspname = 'public' and grantee <> 0 group by grantee
"""
"""Each object that the files make, by its name, with all that they say of it."""


MEMBERS = """
select format('%s is a member of %s', member::regrole, roleid::regrole) as name from pg_auth_members
 where member::regrole::text in ('samen_app', 'samen_worker', 'samen_catalogue', 'samen_reader')
   and not (member = 'samen_worker'::regrole and roleid = 'samen_app'::regrole)
"""
"""What a login may become beyond the files, which only the server's administrator takes back."""


async def _objects(connection: asyncpg.Connection) -> dict[str, str]:
    rows = await connection.fetch(OBJECTS)
    return {row["name"]: row["definition"] for row in rows}
