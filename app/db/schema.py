"""The schema as a whole: its revision, and the server's roles, which an archive does not contain."""

from functools import lru_cache
from pathlib import Path

import asyncpg

from app.db.engine import APP_ROLE, BOOKS_ROLE, CATALOGUE_ROLE, WORKER_ROLE, Tx

VERSIONS = Path(__file__).parent.parent.parent / "alembic" / "versions"
SQL = VERSIONS / "sql" / "0002_roles.sql"
ROLES = f"{APP_ROLE}, {WORKER_ROLE}, {CATALOGUE_ROLE}, {BOOKS_ROLE}"


@lru_cache
def newest() -> str:
    """The newest revision in this code; the files are numbered."""
    return max(file.name[:4] for file in VERSIONS.glob("[0-9]*.py"))


async def current(tx: Tx) -> str:
    """The revision of the database."""
    return str(await tx.value("select version_num from alembic_version"))


class RestoreError(RuntimeError):
    """The archive cannot be restored with this login; the message says what to do."""


async def make_roles(url: str, owner: str) -> None:
    """Make the roles and their rights to the schema, so that `owner`, who owns what is in the archive, can act as them.

    Raises RestoreError if the server lacks that login, or if this one may not restore what belongs to it.
    """
    connection = await asyncpg.connect(url)
    try:
        sql = """select rolname = $1 as own, rolsuper as superuser,
                        exists (select from pg_roles where rolname = $1) as known
                   from pg_roles where rolname = current_user"""
        if await connection.fetchval("select to_regclass('alembic_version') is not null"):
            raise RestoreError("This database is not empty. Make an empty one and restore into that.")
        login = await connection.fetchrow(sql, owner)
        if not login["known"] or not (login["own"] or login["superuser"]):
            raise RestoreError(
                f'What is in this archive belongs to the login "{owner}". Make that login on this server with'
                " CREATEROLE, make it the owner of the empty database, and restore as that login."
            )
        for statement in SQL.read_text(encoding="utf-8").split("\n--;\n"):
            await connection.execute(statement)
        if not login["own"]:
            name = await connection.fetchval("select quote_ident($1)", owner)
            await connection.execute(f"grant {ROLES} to {name} with inherit true, set true")
        elif not await connection.fetchval("select pg_has_role($1, $2, 'set')", owner, BOOKS_ROLE):
            raise RestoreError(
                f'The roles of Samen are on this server already, but "{owner}" may not act as them. As a superuser:'
                f' grant {ROLES} to "{owner}" with inherit true, set true'
            )
    finally:
        await connection.close()
