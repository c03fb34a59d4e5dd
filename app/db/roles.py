"""The server's roles, which no archive contains: made for a new server, with passwords for those that log in."""

import base64
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from app.db.definitions import FOLDER
from app.db.failures import DatabaseUnfit, check_version
from app.db.logins import BOOKS_ROLE, OWNER_SETTING, SETTINGS

SQL = FOLDER / "roles.sql"
ROLES = ", ".join((*SETTINGS, BOOKS_ROLE))
EVERYTHING = "admin true, inherit true, set true"
"""How the owner is a member of the roles: it sets their passwords, and acts as them."""
ITERATIONS = 4096
"""PostgreSQL's own number for a new password."""


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
        await connection.execute(SQL.read_text(encoding="utf-8"))
        if not login["own"]:
            name = await connection.fetchval("select quote_ident($1)", owner)
            await connection.execute(f"grant {ROLES} to {name} with {EVERYTHING}")
        elif not await connection.fetchval("select pg_has_role($1, $2, 'set')", owner, BOOKS_ROLE):
            raise RestoreError(
                f'The roles of Samen are on this server already, but "{owner}" may not act as them. As a superuser:'
                f' grant {ROLES} to "{owner}" with {EVERYTHING}'
            )
    finally:
        await connection.close()


async def check_sees_all(url: str) -> None:
    """Checks that a login sees the rows of everybody, as a backup has to. Raises DatabaseUnfit."""
    connection = await asyncpg.connect(url)
    try:
        sql = (
            "select current_user as login, rolsuper or rolbypassrls as sees from pg_roles where rolname = current_user"
        )
        row = await connection.fetchrow(sql)
        if not row["sees"]:
            raise DatabaseUnfit(
                f'The login "{row["login"]}" does not see every row. Make one for backups, as a superuser: create role'
                f' dumper login bypassrls; grant "{row["login"]}" to dumper; and name it in {OWNER_SETTING} for this'
                " command."
            )
    finally:
        await connection.close()


async def make_logins(url: str) -> dict[str, str]:
    """Makes the roles if they are missing, and gives each login a new password; returns the address by setting.

    `url` is the owner's. Raises DatabaseUnfit if it may make no roles, or does not rule the existing ones.
    """
    connection = await asyncpg.connect(url)
    try:
        check_version(connection)
        passwords = {role: secrets.token_urlsafe(24) for role in SETTINGS}
        with telling_rights(url):
            async with connection.transaction():
                await connection.execute(SQL.read_text(encoding="utf-8"))
                for role, password in passwords.items():
                    # Hashed here: a statement may be written to the server's log.
                    kept = verifier(password, secrets.token_bytes(16))
                    await connection.execute(f"alter role {role} password '{kept}'")
    finally:
        await connection.close()
    addresses = {SETTINGS[role]: _as_login(url, role, password) for role, password in passwords.items()}
    return addresses | {OWNER_SETTING: url}


@contextlib.contextmanager
def telling_rights(url: str) -> Iterator[None]:
    """Raises DatabaseUnfit, with what a superuser has to do, if the owner may not make or change the roles."""
    try:
        yield
    except asyncpg.InsufficientPrivilegeError as error:
        login = urlsplit(url).username or "OWNER"
        raise DatabaseUnfit(
            f'The owner may not do this ({error}). As a superuser: alter role "{login}" createrole; and, if the roles'
            f' of Samen are on this server already: grant {ROLES} to "{login}" with {EVERYTHING};'
        ) from None


def verifier(password: str, salt: bytes) -> str:
    """What PostgreSQL keeps of an ASCII password: SCRAM-SHA-256 of RFC 5803."""

    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${ITERATIONS}:{text(salt)}${text(stored)}:{text(server)}"


def _as_login(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{parts.netloc.rpartition('@')[2]}"))
