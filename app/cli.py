"""The command line: `samen run`, `serve`, `worker`, `migrate`, `demo`, `token`, `split`, `check-books`, `backup`, …

Imports that only some commands need are inside them, so that the others start fast.
"""

import asyncio
import contextlib
import fcntl
import io
import json
import math
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from app.adapters.logs import log_to_stderr
from app.backups import backups
from app.db.embedded import EmbeddedPostgresError
from app.db.failures import DatabaseFailed, DatabaseUnfit
from app.db.logins import APP_ROLE, CATALOGUE_ROLE, READER_ROLE, SETTINGS, WORKER_ROLE, Logins
from app.db.roles import RestoreError
from app.demo import STORIES
from app.domain.access import Scope
from app.domain.platform.apps import AppWithSecret
from app.home import data_dir, database, kept_database, running
from app.keys import SealingKeyError, check_sealing_key, key_ring, people_issuer, sealing
from app.offline import offline
from app.provision import provision
from app.settings import Settings, SettingsWrong, read_settings

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
cli.add_typer(backups)
cli.add_typer(offline)
cli.add_typer(provision)
ROOT = Path(__file__).parent.parent
PATIENCE = 60
"""Seconds that a server waits at its start for a database that is down, full or busy; a worker waits without end."""
WHAT_TO_DO = {
    "connections": "It has no connection left. Lower SAMEN_POOL_SIZE, or raise its max_connections.",
    "full": "Its disk or memory is full. Make room.",
    "read_only": "It is read-only, as a standby is. Is its address right (SAMEN_DATABASE_URL…)?",
    "starting": "It starts, stops or recovers. Try again in a moment.",
}
"""What to do, by the kind of failure."""
NOT_MIGRATED = "It is not up to date. Run `samen migrate` first."
LOGIN = "Are login and password of its setting right? `samen migrate` makes logins, `samen migrate --roles` passwords."
REFUSED = {
    "22023": NOT_MIGRATED,
    "42P01": NOT_MIGRATED,
    "42703": NOT_MIGRATED,
    "42883": NOT_MIGRATED,
    "3D000": "Make it first, or mend its address (SAMEN_DATABASE_URL…).",
    "42501": "Does each setting have its own login (SAMEN_DATABASE_URL…)? Is it up to date (`samen migrate`)?",
    "28000": LOGIN,
    "28P01": LOGIN,
}
"""What to do, by SQLSTATE: something is missing in the database, or the login may not do this or is refused."""
LOGINS = (
    "The person's login: klant, network, noor and the other members' first names, SLUG-coordinator or "
    "SLUG-penningmeester of a cooperative, TOWN-controller. Anybody else is somebody new."
)
ACTORS = {
    "noor": "member of De Vrije Uitloop",
    "vrije-uitloop-coordinator": "coordinator of De Vrije Uitloop",
    "vrije-uitloop-penningmeester": "treasurer of De Vrije Uitloop",
    "breda-controller": "controller of Breda",
    "network": "the network, LaNSCO United",
    "klant": "a customer",
}


def _checked() -> Settings:
    """The settings of a long-running process, all checked. Raises SettingsWrong."""
    from app.start import check_settings

    settings = read_settings()
    check_settings(settings)
    return settings


@cli.command()
def migrate(
    roles: Annotated[bool, typer.Option("--roles", help="Only make the logins, and print their settings.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only tell what differs from today's files.")] = False,
) -> None:
    """Bring the database up to date, as the owner of its tables."""
    from app.db.roles import make_logins
    from app.migrations import differences, migrate_to_head

    settings = read_settings()
    if roles and check:
        raise typer.BadParameter("--roles makes new passwords, --check changes nothing. Choose one of them.")
    if roles and settings.embedded:
        raise typer.BadParameter(
            "The embedded database has its logins. For a server of your own, set SAMEN_DATABASE_URL_OWNER first."
        )
    with database(settings) as logins:
        if roles:
            for name, address in asyncio.run(make_logins(logins.owners())).items():
                print(f"{name}={shlex.quote(address)}")
        elif not check:
            migrate_to_head(logins.owners(), always=True)
        elif found := asyncio.run(differences(logins.owners())):
            print("\n".join(found))
            raise typer.Exit(1)


@cli.command()
def run() -> None:
    """Everything for one machine: database, migrations, demo network, worker and server."""
    settings = _checked()
    if settings.production:
        raise typer.BadParameter("`samen run` loads a demo network. In production use `serve` and `worker`.")
    from app.migrations import check_logins, migrate_to_head
    from app.serving import serve_and_work, watch

    log_to_stderr(settings.log_level if settings.log_level != "INFO" else "WARNING")
    with _running_alone(settings), kept_database(settings, PATIENCE, *SETTINGS) as logins:
        watch(settings)
        migrate_to_head(logins.owners())
        asyncio.run(check_logins(logins, *SETTINGS))
        asyncio.run(check_sealing_key(settings, logins, APP_ROLE))
        papers = asyncio.run(_load(settings, logins, with_papers=True))
        asyncio.run(serve_and_work(settings, logins, lambda: _welcome(settings, papers)))


@contextlib.contextmanager
def _running_alone(settings: Settings) -> Iterator[None]:
    """Publishes where the server is, for the other commands; a second `samen run` ends."""
    data_dir(settings).mkdir(parents=True, exist_ok=True)
    with (data_dir(settings) / "address").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            where = file.read() or "an address that it will print"
            print(f"Samen runs on this data already, at {where}. Use that one, or stop it first.", file=sys.stderr)
            raise typer.Exit(1) from None
        file.truncate(0)
        file.write(settings.public_url)
        file.flush()
        yield


def _welcome(settings: Settings, papers: Mapping[str, str]) -> None:
    base = settings.public_url
    print(f"\nSamen is ready.\n\n  REST      {base}/docs\n  GraphQL   {base}/graphql")
    print(f"  Catalogue {base}/v1/catalogue/offerings")
    if papers:
        print("\nWhat customers get, by their links:\n")
        for name, link in papers.items():
            print(f"  {name}: {link}")
    print("\nTokens, good for ten minutes (fresh ones: samen tokens):\n")
    for login, who in ACTORS.items():
        print(f"# {who}\nexport {_variable(login)}={_token(settings, login)}\n")
    print(f"An app's client_id and client_secret: {data_dir(settings) / 'apps.json'}\nStop with Ctrl-C.", flush=True)


def _variable(login: str) -> str:
    return login.removeprefix("vrije-uitloop-").removeprefix("breda-").upper().replace("-", "_")


def _token(settings: Settings, login: str) -> str:
    return key_ring(settings).token(
        issuer=people_issuer(settings),
        audience=settings.audience,
        subject=login,
        client_id="samen-cli",
        scopes=list(Scope),
    )


@cli.command()
def serve() -> None:
    """The API alone; migrate first."""
    settings = _checked()
    log_to_stderr(settings.log_level)
    with kept_database(settings, PATIENCE, APP_ROLE, CATALOGUE_ROLE) as logins:
        from app.migrations import check_logins
        from app.serving import listener, server_of, watch

        asyncio.run(check_logins(logins, APP_ROLE, CATALOGUE_ROLE))
        asyncio.run(check_sealing_key(settings, logins, APP_ROLE))
        watch(settings)
        bound = listener(settings)
        server = server_of(settings, logins)
        server.run(sockets=[bound])
    if not server.started:
        raise typer.Exit(1)


@cli.command()
def worker() -> None:
    """The worker alone: timers, events, mail."""
    settings = _checked()
    log_to_stderr(settings.log_level)
    with kept_database(settings, math.inf, WORKER_ROLE, READER_ROLE) as logins:
        from app.migrations import check_logins
        from app.serving import watch
        from app.worker import work

        asyncio.run(check_logins(logins, WORKER_ROLE, READER_ROLE))
        asyncio.run(check_sealing_key(settings, logins, WORKER_ROLE))
        watch(settings)
        asyncio.run(work(settings, logins))


@cli.command()
def demo(
    story: Annotated[str | None, typer.Argument(help=f"A story to be played: {', '.join(STORIES)}.")] = None,
) -> None:
    """Load the demo network; existing data is not changed. With a story: play it, and print what happened."""
    settings = running(read_settings())
    if settings.production:
        raise typer.BadParameter("The demo network is not for production.")
    if story is not None and story not in STORIES:
        raise typer.BadParameter(f"One of {', '.join(STORIES)}.")
    from app.migrations import migrate_to_head

    with database(settings) as logins:
        migrate_to_head(logins.owners())
        if story is not None:
            asyncio.run(check_sealing_key(settings, logins, APP_ROLE))
        asyncio.run(_load(settings, logins, story))


async def _load(
    settings: Settings, logins: Logins, story: str | None = None, *, with_papers: bool = False
) -> dict[str, str]:
    """Loads the demo network, and plays a story.

    `with_papers` plays the story of the papers when the network is new here, and returns the links of its papers. The
    sealing key is checked before a story, because the links of guests are made with it.
    """
    from app.db.engine import opened
    from app.demo.loader import Loader
    from app.demo.papers import Papers
    from app.demo.stories import Stories

    key = sealing(settings) if with_papers or story is not None else None
    async with opened(logins, sealing=key) as database:
        loader = Loader(database, people_issuer(settings))
        made = await loader.load()
        if made:
            _keep_secrets(settings, made)
        if story is not None:
            await Stories(loader, settings.public_url, print).tell(story)
        if not with_papers:
            return {}
        papers = Papers(loader, settings.public_url, lambda _: None)
        if made:
            await papers.tell()
        return await papers.links()


def _keep_secrets(settings: Settings, made: list[AppWithSecret]) -> None:
    """Beside the data, for the examples; only its owner can read it."""
    file = data_dir(settings) / "apps.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    known |= {m.app.name: {"client_id": str(m.app.id), "client_secret": m.client_secret} for m in made}
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(known, out, indent=2)


@cli.command()
def token(login: Annotated[str, typer.Option("--as", help=LOGINS)]) -> None:
    """A token of the built-in issuer for people; not in production."""
    settings = read_settings()
    if settings.production:
        raise typer.BadParameter("The built-in issuer of people does not work in production.")
    print(_token(running(settings), login))


@cli.command()
def tokens() -> None:
    """The server's URL and fresh tokens of six actors, as shell variables: eval "$(samen tokens)"."""
    settings = read_settings()
    if settings.production:
        raise typer.BadParameter("The built-in issuer of people does not work in production.")
    settings = running(settings)
    print(f"export SAMEN_URL={settings.public_url}")
    for login in ACTORS:
        print(f"export {_variable(login)}={_token(settings, login)}")


@cli.command(name="check-books")
def check() -> None:
    """Check every invariant of the ledger; exits with 1 if one is broken."""
    from app.db.engine import opened
    from app.running.run import SystemRun
    from app.usecases.ledger import check_books

    async def checked(logins: Logins) -> dict[str, list[str]]:
        async with opened(logins, role=READER_ROLE) as database:
            return await SystemRun(database)(check_books) or {}

    with database(read_settings()) as logins:
        found = asyncio.run(checked(logins))
    for name, rows in found.items():
        print(f"{'ok     ' if not rows else 'BROKEN '} {name}")
        for row in rows[:20]:
            print(f"        {row}")
    if any(found.values()):
        raise typer.Exit(1)


@cli.command()
def export(folder: Annotated[Path, typer.Argument()] = ROOT / "openapi") -> None:
    """Write the contracts, openapi.json, schema.graphql and asyncapi.json, and the pages that are made from code."""
    from app.reference import contracts, pages

    for name, text in contracts().items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, text in pages().items():
        (folder.parent / "docs" / name).write_text(text, encoding="utf-8")


def main() -> None:
    """The entry point: prints an error with advice instead of a traceback."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Characters that the terminal cannot show must not stop a command.
            stream.reconfigure(errors="replace")
    try:
        cli()
    except (DatabaseUnfit, EmbeddedPostgresError, RestoreError, SealingKeyError, SettingsWrong) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except asyncpg.PostgresError as error:
        if error.sqlstate not in REFUSED:
            raise
        print(f"The database refused: {error}. {REFUSED[error.sqlstate]}", file=sys.stderr)
        sys.exit(1)
    except (DatabaseFailed, ConnectionError, socket.gaierror) as error:
        kind = error.kind if isinstance(error, DatabaseFailed) else "away"
        what_to_do = WHAT_TO_DO.get(kind, "Does it run? Is its address right (SAMEN_DATABASE_URL…)?")
        print(f"The database does not answer ({error}). {what_to_do}", file=sys.stderr)
        sys.exit(1)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)


if __name__ == "__main__":
    main()
