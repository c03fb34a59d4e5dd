"""Backups of the whole database, and the way back: `samen backup`, `restore` and `restored`."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from app.db.embedded import EmbeddedPostgres, binaries
from app.db.logins import BOOKS_ROLE, Logins
from app.db.roles import RestoreError, check_sees_all, make_roles
from app.home import data_dir, database
from app.keys import SealingKeyError, check_sealing_key
from app.settings import Settings, read_settings

backups = typer.Typer()
NOT_YET = (
    "This archive is of an older version. After `samen migrate`, and before you serve, run `samen restored`: it stops"
    " the numbers of invoices until they are checked."
)


@backups.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to write the archive (pg_dump, custom format).")]) -> None:
    """Write the whole database into one file. On a server of your own the login needs BYPASSRLS."""
    settings = read_settings()
    if file.exists() and not file.is_file():
        raise typer.BadParameter("Give the name of a file: an archive is written beside it first, and renamed.")
    half = file.with_name(f"{file.name}.part-{os.getpid()}")
    try:
        with database(settings) as logins:
            address = _superuser(settings, logins)
            asyncio.run(check_sees_all(address))
            # Everybody's data is in it, so nobody else may read it.
            half.touch(mode=0o600)
            _program("pg_dump", "-Fc", "-d", address, "-f", str(half))
        # An archive gets its final name only once it is complete.
        half.rename(file)
    finally:
        half.unlink(missing_ok=True)
    print(f"Written: {file}")


@backups.command()
def restore(file: Annotated[Path, typer.Argument(help="An archive of `samen backup`.", exists=True)]) -> None:
    """Put a backup into an empty database; everything or nothing. Invoices wait for the treasurers' checks."""
    settings = read_settings()
    with database(settings) as logins:
        address = _superuser(settings, logins)
        asyncio.run(make_roles(logins.owners(), _owner_in(file)))
        _program("pg_restore", "--exit-on-error", "--single-transaction", "-d", address, str(file))
        marked = asyncio.run(_note_restore(logins))
        print("Restored. Now check it: samen check-books")
        print(NOT_YET if marked is None else _said_of(marked))
        try:
            asyncio.run(check_sealing_key(settings, logins, BOOKS_ROLE, first=False))
        except SealingKeyError as error:
            print(f"Before you start it: {error}", file=sys.stderr)


@backups.command()
def restored() -> None:
    """After any other way back to an earlier moment, before you serve: stop the numbers of invoices until a check."""
    settings = read_settings()
    with database(settings) as logins:
        marked = asyncio.run(_note_restore(logins))
    if marked is None:
        raise RestoreError("The database is not up to date. Run `samen migrate` first, then `samen restored` again.")
    print(_said_of(marked))


async def _note_restore(logins: Logins) -> int | None:
    """Stops the numbers of invoices until the treasurers have checked them; None if the schema is older than that."""
    from app.db.engine import opened
    from app.running.run import SystemRun
    from app.usecases.selling.invoice_series import note_restore

    async with opened(logins, role=BOOKS_ROLE, size=1) as books:
        return await SystemRun(books)(note_restore)


def _said_of(marked: int) -> str:
    """What the command line says once the numbers of so many cooperatives wait for a check."""
    return (
        f"Cooperatives with numbers of invoices to check: {marked} more than before. They issue none until their"
        " treasurers have said which number left last."
    )


def _owner_in(file: Path) -> str:
    """The login that owned the database of an archive."""
    said = _program("pg_restore", "--list", str(file))
    owners = [line.split()[-1] for line in said.splitlines() if " TABLE public " in line and " TABLE DATA " not in line]
    if not owners:
        raise RestoreError(f"{file} holds no tables: it is no backup of Samen.")
    return Counter(owners).most_common(1)[0][0]


def _superuser(settings: Settings, logins: Logins) -> str:
    """The database URL of a role that sees every row; on a server of your own the one of the setting."""
    return EmbeddedPostgres.at(data_dir(settings)).url(user="postgres") if settings.embedded else logins.owners()


def _program(name: str, *arguments: str) -> str:
    """Runs one of PostgreSQL's own programs and returns its output; its errors go to stderr."""
    command = [str(binaries() / "bin" / name), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout  # noqa: S603  our own wheel's program
