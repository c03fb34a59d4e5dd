"""Upgrades a database: its tables by Alembic, then today's functions and policies, then the dated rates."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from alembic import command
from app.db import definitions
from app.db.books.carry_over import books_done, next_books
from app.db.engine import Tx, opened, read_json
from app.db.failures import BUSY, DatabaseUnfit, check_version, failure_of, telling_failures
from app.db.logins import BOOKS_ROLE, OWNER_SETTING, SETTINGS, Logins
from app.db.revisions import ALEMBIC, TIMEOUTS, newest, upgrade_to_base
from app.db.roles import telling_rights
from app.db.vat import write_rates
from app.usecases.shared.carry_over import carry_over

ROOT = Path(__file__).parent.parent
LOCK = 0x53616D656E
"""The lock of a migration, so that processes that start together wait for each other: "Samen" in hexadecimal."""
PAUSE = 0.2
"""Seconds until a process asks again whether the other's migration has ended."""
TRIES = 20
"""How often a step that meets a lock time-out is tried, with a pause between: others go on meanwhile."""
PLACE = "select format('%s of server %s', current_database(), system_identifier) from pg_control_system()"
"""The query for the identity of a database: its name, and the number that a server gets when it is made."""
log = logging.getLogger("samen.database")


def alembic_config(url: str, folder: Path = ALEMBIC) -> Config:
    """Alembic's settings for the database at `url`. A percent sign in the project's path is doubled."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def migrate_to_head(url: str, *, always: bool = False, folder: Path = ALEMBIC) -> None:
    """Upgrades tables, functions, policies and rates; fast if they are up to date. Waits for others that do the same.

    `url` is the owner's, `folder` has the revisions. With `always` functions and policies are made anew also if they
    look as they should. Raises DatabaseUnfit, DatabaseFailed.
    """
    asyncio.run(_migrate(url, always, folder))


async def differences(url: str) -> list[str]:
    """The changes that a migration would make to functions, triggers, policies and grants, one line for each object."""
    with telling_failures(), telling_rights(url):
        connection = await asyncpg.connect(url, server_settings=TIMEOUTS)
        try:
            await _check_server(connection)
            if await _revision(connection) is None:
                raise DatabaseUnfit("This database is empty. Run `samen migrate` first.")
            return await definitions.differences(connection)
        finally:
            await connection.close()


async def check_logins(logins: Logins, *roles: str) -> None:
    """Checks that each role logs in, to one database, with the tables, functions and policies of this version.

    A standby of the database is the same one. Raises DatabaseUnfit.
    """
    places = {}
    for role in roles:
        async with opened(logins, role=role, size=1) as database, database.transaction() as tx:
            if await tx.value(definitions.APPLIED) != definitions.mark(newest()):
                raise DatabaseUnfit(
                    f"The database at {SETTINGS[role]} is not of this version. Run `samen migrate` first."
                )
            places[role] = await tx.value(PLACE)
    for role in roles:
        if places[role] != places[roles[0]]:
            raise DatabaseUnfit(
                f"{SETTINGS[roles[0]]} and {SETTINGS[role]} lead to two databases ({places[roles[0]]} and"
                f" {places[role]}): all processes work on one."
            )


async def _migrate(url: str, always: bool, folder: Path) -> None:
    with telling_failures():
        connection = await asyncpg.connect(url)
        try:
            await _check_server(connection)
            await _wait_for_turn(connection)
            for name, value in TIMEOUTS.items():
                await connection.execute(f"set {name} = '{value}'")
            await _patiently(lambda: upgrade_to_base(connection))
            revision = await _revision(connection)
            if revision is not None and revision > newest(folder):
                raise DatabaseUnfit(
                    f"This database has the schema {revision}, of a newer version. This one has {newest(folder)}, and"
                    " there is no way down: use the newer version, or restore a backup."
                )
            if revision != newest(folder):
                await _patiently(lambda: asyncio.to_thread(_upgrade, alembic_config(url, folder)))
            mark = definitions.mark(newest(folder))
            if always or await connection.fetchval(definitions.APPLIED) != mark:
                with telling_rights(url):
                    await _patiently(lambda: definitions.apply(connection, mark))
            tx = Tx(connection, datetime.now(UTC))
            await write_rates(tx)
            await _carry_over_books(connection, tx)
        finally:
            await connection.close()


async def _carry_over_books(connection: asyncpg.Connection, tx: Tx) -> None:
    """Carries over the books that an upgrade left to it, a cooperative in a transaction; fast if there are none."""
    await read_json(connection)
    while True:
        async with connection.transaction():
            await connection.execute(f"set local role {BOOKS_ROLE}")
            cooperative_id = await next_books(tx)
            if cooperative_id is None:
                return
            await carry_over(tx, cooperative_id)
            await books_done(tx, cooperative_id)


def _upgrade(config: Config) -> None:
    """Runs the revisions that are missing. Raises the driver's error where SQLAlchemy wraps it."""
    try:
        command.upgrade(config, "head")
    except DBAPIError as error:
        cause = error.orig.__cause__ if error.orig is not None else None
        raise (cause or error) from error


async def _wait_for_turn(connection: asyncpg.Connection) -> None:
    """Takes the lock of a migration.

    It asks again and again: a statement that waits keeps its snapshot, and the other's `create index concurrently`
    would wait for that, so that both wait for ever.
    """
    while not await connection.fetchval(f"select pg_try_advisory_lock({LOCK})"):  # noqa: ASYNC110  the other is a process of its own
        await asyncio.sleep(PAUSE)


async def _patiently(step: Callable[[], Awaitable[None]]) -> None:
    """Does a step; again if a lock was not free in time, or if a deadlock chose it."""
    for left in range(TRIES - 1, -1, -1):
        try:
            return await step()
        except asyncpg.PostgresError as error:
            if not left or failure_of(error) is not BUSY:
                raise
            log.warning("a lock was not free; the migration goes on in a second")
            await asyncio.sleep(1)


async def _check_server(connection: asyncpg.Connection) -> None:
    """Checks that the login can do what the migrations need. Raises DatabaseUnfit."""
    check_version(connection)
    sql = """select current_user as login, current_database() as database,
                    (select pg_get_userbyid(relowner) from pg_class
                      where oid = to_regclass('alembic_version')) as owner,
                    has_schema_privilege('public', 'create') as makes_tables,
                    rolsuper or rolcreaterole or to_regrole('samen_books') is not null as has_roles,
                    to_regrole('samen_books') is null or to_regclass('alembic_version') is null
                    or pg_has_role(to_regrole('samen_books'), 'usage') as sees_all
               from pg_roles where rolname = current_user"""
    row = await connection.fetchrow(sql)
    login, database = (f'"{row[name]}"' for name in ("login", "database"))
    if row["login"] in SETTINGS:
        raise DatabaseUnfit(
            f"{OWNER_SETTING} logs in as {login}, the login of a process. It has to be the owner of the tables."
        )
    if row["owner"] not in (None, row["login"]):
        # A superuser would own the functions that it makes, and they would pass over policies.
        raise DatabaseUnfit(
            f'The tables belong to "{row["owner"]}", and {OWNER_SETTING} logs in as {login}. It has to be the owner.'
        )
    if not row["makes_tables"]:
        raise DatabaseUnfit(
            f"The login {login} may make no tables in the database {database}. Is SAMEN_DATABASE_URL_OWNER right? Then,"
            f" as a superuser: alter database {database} owner to {login};"
        )
    if not row["has_roles"]:
        raise DatabaseUnfit(f"The login {login} may make no roles. As a superuser: alter role {login} createrole;")
    if not row["sees_all"]:
        # Otherwise a revision that moves data would find none.
        raise DatabaseUnfit(f"The owner does not act as samen_books. As a superuser: grant samen_books to {login};")


async def _revision(connection: asyncpg.Connection) -> str | None:
    if await connection.fetchval("select to_regclass('public.alembic_version')") is None:
        return None
    found: str | None = await connection.fetchval("select version_num from alembic_version")
    return found
