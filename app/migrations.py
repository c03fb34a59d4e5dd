"""Upgrades a database: its schema by Alembic, and the dated rates."""

import asyncio
from pathlib import Path

import asyncpg
from alembic.config import Config

from alembic import command
from app.db.engine import BOOKS_ROLE, opened
from app.db.failures import DatabaseUnfit, check_version, telling_failures
from app.db.schema import newest
from app.db.vat import write_rates

ROOT = Path(__file__).parent.parent


LOCK = 0x53616D656E
"""The lock of a migration, so that processes that start together wait for each other: "Samen" in hexadecimal."""


def alembic_config(url: str) -> Config:
    """Alembic's settings for the database at `url`. A percent sign in the project's path is doubled."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def migrate_to_head(url: str) -> None:
    """Upgrades the schema and the dated rates; fast if they are up to date. Waits for others that do the same.

    Raises DatabaseUnfit.
    """
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(url))
        try:
            runner.run(_check_server(connection))
            runner.run(connection.execute(f"select pg_advisory_lock({LOCK})"))
            if asyncio.run(_revision(url)) != newest():
                command.upgrade(alembic_config(url), "head")
            asyncio.run(_write_rates(url))
        finally:
            runner.run(connection.close())


async def _check_server(connection: asyncpg.Connection) -> None:
    """Checks that the login can do what the migrations need. Raises DatabaseUnfit."""
    check_version(connection)
    sql = """select current_user as login, current_database() as database,
                    has_schema_privilege('public', 'create') as makes_tables,
                    rolsuper or rolcreaterole or to_regrole('samen_books') is not null as has_roles
               from pg_roles where rolname = current_user"""
    row = await connection.fetchrow(sql)
    login, database = (f'"{row[name]}"' for name in ("login", "database"))
    if not row["makes_tables"]:
        raise DatabaseUnfit(
            f"The login {login} may make no tables in the database {database}. Is SAMEN_DATABASE_URL right? Then, as a"
            f" superuser: alter database {database} owner to {login};"
        )
    if not row["has_roles"]:
        raise DatabaseUnfit(f"The login {login} may make no roles. As a superuser: alter role {login} createrole;")


async def _revision(url: str) -> str | None:
    with telling_failures():
        connection = await asyncpg.connect(url)
    try:
        found: str | None = await connection.fetchval("select version_num from alembic_version")
        return found
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


async def _write_rates(url: str) -> None:
    async with opened(url, role=BOOKS_ROLE) as database, database.transaction() as tx:
        await write_rates(tx)
