"""The command line: `samen run`, `serve`, `worker`, `migrate`, `demo`, `token`, `split`, `check-books`, `backup`, …"""

import gc

gc.disable()  # half a second of the start: nothing that the imports make is garbage

import asyncio
import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import typer
import uvicorn
from pydantic import SecretStr

from app.adapters.logs import log_to_stderr
from app.adapters.metrics import expose
from app.adapters.telemetry import send_traces
from app.adapters.tokens import new_key
from app.api.asyncapi import asyncapi
from app.api.middleware import BODY_LIMIT
from app.db.embedded import EmbeddedPostgres, EmbeddedPostgresError, binaries
from app.db.engine import BOOKS_ROLE, opened
from app.db.vat import write_rates
from app.demo.loader import EVERY_SCOPE, Loader
from app.demo.stories import STORIES, Stories
from app.domain.apps import AppWithSecret
from app.graphql.schema import schema
from app.main import VERSION, build, key_ring, people_issuer
from app.offline import offline
from app.reference import access_page, errors_page, settings_page
from app.settings import Settings
from app.usecases.books import check_books
from app.usecases.run import SystemRun
from app.worker import work, worker_of

gc.enable()
gc.freeze()

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
cli.add_typer(offline)
ROOT = Path(__file__).parent.parent
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


def _data_dir(settings: Settings) -> Path:
    if settings.data_dir is None and settings.production:
        raise typer.BadParameter("Set SAMEN_DATA_DIR: in production the books do not live in the working directory.")
    return settings.data_dir or Path(".samen")


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The database's address; the embedded one is started for as long as it is needed."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    postgres = EmbeddedPostgres.at(_data_dir(settings))
    ours = postgres.start()
    try:
        yield postgres.url()
    finally:
        if ours:
            postgres.stop()


def migrate_to_head(url: str) -> None:
    """Bring the schema and the dated rates up to date; quick where they are."""
    if asyncio.run(_revision(url)) != _head():
        from alembic.config import Config

        from alembic import command

        config = Config(ROOT / "alembic.ini")
        config.attributes["url"] = url
        command.upgrade(config, "head")
    asyncio.run(_write_rates(url))


def _head() -> str:
    """The newest revision: the files are numbered."""
    return max(file.name[:4] for file in (ROOT / "alembic" / "versions").glob("[0-9]*.py"))


async def _revision(url: str) -> str | None:
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


@cli.command()
def migrate() -> None:
    """Bring the database up to date."""
    with _database(Settings()) as url:
        migrate_to_head(url)


def _watch(settings: Settings) -> None:
    """What operators look at: figures for Prometheus, traces for OpenTelemetry."""
    expose(settings.metrics_port, settings.metrics_host)
    send_traces(settings.otlp_endpoint, VERSION)


@cli.command()
def run() -> None:
    """Everything for one machine: database, migrations, demo network, worker and server."""
    settings = Settings()
    if settings.production:
        raise typer.BadParameter("`samen run` loads a demo network. In production use `serve` and `worker`.")
    log_to_stderr(settings.log_level if settings.log_level != "INFO" else "WARNING")
    _watch(settings)
    with _database(settings) as url:
        migrate_to_head(url)
        asyncio.run(_run(settings, url))


async def _run(settings: Settings, url: str) -> None:
    await _load(settings, url)
    async with worker_of(settings, url) as worker:
        server = _server(settings, url)
        serving = asyncio.create_task(server.serve())
        while not (server.started or serving.done()):  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.02)
        if server.started:
            (_data_dir(settings) / "address").write_text(settings.public_url)
            _welcome(settings)
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run(stop))
        await asyncio.wait({serving, working}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        server.should_exit = True
        await asyncio.gather(serving, working)


class Server(uvicorn.Server):
    """Leaves the signals to us, so that whatever runs beside it ends with it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def _server(settings: Settings, url: str) -> Server:
    app = build(settings, url)
    gc.freeze()  # nor is the app: looking through it every so often made some answers slow
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=20,
        server_header=False,
        ws_max_size=BODY_LIMIT,
    )
    return Server(config)


def _welcome(settings: Settings) -> None:
    base = settings.public_url
    print(f"\nSamen is ready.\n\n  REST      {base}/docs\n  GraphQL   {base}/graphql")
    print(f"  Catalogue {base}/v1/catalogue/offerings\n\nTokens, good for ten minutes (fresh ones: samen tokens):\n")
    for login, who in ACTORS.items():
        print(f"# {who}\nexport {_variable(login)}={_token(settings, login)}\n")
    print(f"An app's client_id and client_secret: {_data_dir(settings) / 'apps.json'}\nStop with Ctrl-C.", flush=True)


def _running(settings: Settings) -> Settings:
    """The settings of the server that `samen run` started last on this data, unless they say where it is themselves."""
    file = _data_dir(settings) / "address"
    said = settings.public_url != f"http://127.0.0.1:{Settings.model_fields['port'].default}"
    return settings if said or not file.exists() else settings.model_copy(update={"public_url": file.read_text()})


def _variable(login: str) -> str:
    return login.removeprefix("vrije-uitloop-").removeprefix("breda-").upper().replace("-", "_")


def _token(settings: Settings, login: str) -> str:
    return key_ring(settings).token(
        issuer=people_issuer(settings),
        audience=settings.audience,
        subject=login,
        client_id="samen-cli",
        scopes=EVERY_SCOPE,
    )


@cli.command()
def serve() -> None:
    """The API alone; migrate first."""
    settings = Settings()
    log_to_stderr(settings.log_level)
    _watch(settings)
    with _database(settings) as url:
        _server(settings, url).run()


@cli.command()
def worker() -> None:
    """The worker alone: timers, events, mail."""
    settings = Settings()
    log_to_stderr(settings.log_level)
    _watch(settings)
    with _database(settings) as url:
        asyncio.run(work(settings, url))


@cli.command()
def demo(
    story: Annotated[str | None, typer.Argument(help=f"A story to be played: {', '.join(STORIES)}.")] = None,
) -> None:
    """Load the demo network; what is there already is left alone. With a story: have it happen, and say what did."""
    settings = _running(Settings())
    if story is not None and (story not in STORIES or settings.production):
        raise typer.BadParameter(f"One of {', '.join(STORIES)}, and not in production.")
    with _database(settings) as url:
        migrate_to_head(url)
        asyncio.run(_load(settings, url, story))


async def _load(settings: Settings, url: str, story: str | None = None) -> None:
    async with opened(url) as database:
        loader = Loader(database, people_issuer(settings))
        made = await loader.load()
        if made:
            _keep_secrets(settings, made)
        if story is not None:
            await STORIES[story](Stories(loader, settings.public_url.rstrip("/"), print))


def _keep_secrets(settings: Settings, made: list[AppWithSecret]) -> None:
    """Beside the data, for the examples; only we can read it."""
    file = _data_dir(settings) / "apps.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    known |= {m.app.name: {"client_id": str(m.app.id), "client_secret": m.client_secret} for m in made}
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(known, out, indent=2)


@cli.command()
def token(login: Annotated[str, typer.Option("--as", help=LOGINS)]) -> None:
    """A token of the built-in issuer of people's tokens; not in production."""
    settings = Settings()
    if settings.production:
        raise typer.BadParameter("The built-in issuer of people does not work in production.")
    print(_token(_running(settings), login))


@cli.command()
def tokens() -> None:
    """Where the server is and fresh tokens of six actors, as shell variables: eval "$(samen tokens)"."""
    settings = Settings()
    if settings.production:
        raise typer.BadParameter("The built-in issuer of people does not work in production.")
    settings = _running(settings)
    print(f"export SAMEN_URL={settings.public_url}")
    for login in ACTORS:
        print(f"export {_variable(login)}={_token(settings, login)}")


@cli.command(name="check-books")
def check() -> None:
    """Check every invariant of the ledger; exits with 1 where one is broken."""

    async def checked(url: str) -> dict[str, list[str]]:
        async with opened(url, role=BOOKS_ROLE) as database:
            return await SystemRun(database)(check_books) or {}

    with _database(Settings()) as url:
        found = asyncio.run(checked(url))
    for name, rows in found.items():
        print(f"{'ok     ' if not rows else 'BROKEN '} {name}")
        for row in rows[:20]:
            print(f"        {row}")
    if any(found.values()):
        raise typer.Exit(1)


@cli.command()
def export(folder: Annotated[Path, typer.Argument()] = ROOT / "openapi") -> None:
    """Write the contracts, openapi.json, schema.graphql and asyncapi.json, and the pages that are made from code."""
    for name, text in contracts().items():
        (folder / name).write_text(text)
    for name, text in pages().items():
        (folder.parent / "docs" / name).write_text(text)


def pages() -> dict[str, str]:
    """The pages of docs/ that are made from the code, by file name."""
    return {"settings.md": settings_page(), "errors.md": errors_page(), "access.md": access_page()}


def contracts() -> dict[str, str]:
    """The contracts as text, by file name."""
    keys: Any = json.dumps({"keys": [new_key()]})
    app = build(
        Settings(signing_keys=keys, sealing_key=SecretStr(base64.b64encode(bytes(32)).decode())), "postgresql://"
    )
    return {
        "openapi.json": json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n",
        "schema.graphql": schema.as_str() + "\n",
        "asyncapi.json": json.dumps(asyncapi(VERSION), indent=2, ensure_ascii=False) + "\n",
    }


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to write the archive (pg_dump, custom format).")]) -> None:
    """Write the whole database into one file. On a server of your own the login needs BYPASSRLS."""
    settings = Settings()
    with _database(settings) as url:
        _program("pg_dump", "-Fc", "-d", _superuser(settings, url), "-f", str(file))
    print(f"Written: {file}")


@cli.command()
def restore(file: Annotated[Path, typer.Argument(help="An archive of `samen backup`.", exists=True)]) -> None:
    """Put a backup into an empty database; everything or nothing."""
    settings = Settings()
    with _database(settings) as url:
        asyncio.run(_make_roles(url))
        _program("pg_restore", "--exit-on-error", "--single-transaction", "-d", _superuser(settings, url), str(file))
    print("Restored. Now check it: samen check-books")


def _superuser(settings: Settings, url: str) -> str:
    """The address for a role that sees every row; on a server of your own that is the login itself."""
    own = settings.database_url is not None
    return url if own else EmbeddedPostgres.at(_data_dir(settings)).url(user="postgres")


async def _make_roles(url: str) -> None:
    """The roles belong to the server, so an archive of one database does not bring them.

    Made by the owner of the database, who so becomes a member and can act as them.
    """
    sql = (ROOT / "alembic" / "versions" / "sql" / "0002_roles.sql").read_text().split("\n--;\n")[0]
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


def _program(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; what it complains about goes to stderr."""
    subprocess.run([binaries() / "bin" / name, *arguments], check=True)  # noqa: S603  our own wheel's program


def main() -> None:
    """The entry point: an error that says what to do, no traceback."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        cli()
    except EmbeddedPostgresError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except ConnectionError as error:
        print(f"The database does not answer: {error}. Does it run? Is SAMEN_DATABASE_URL right?", file=sys.stderr)
        sys.exit(1)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)


if __name__ == "__main__":
    main()
