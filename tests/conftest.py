"""One real PostgreSQL for all workers; one migrated database for each; nothing is cleaned up, everything commits."""

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

import asyncpg
import pytest
from fastapi import FastAPI

from app.adapters import message_catalogues, typesetting
from app.adapters.certificates import trusted
from app.adapters.tokens import new_key
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.logins import BOOKS_ROLE, WORKER_ROLE, logins_at
from app.keys import sealing
from app.main import build
from app.migrations import migrate_to_head
from app.settings import Settings
from tests.live import SEALING, served
from tests.tls import Tls
from tests.world import Clock, World

HOME = Path(tempfile.gettempdir()) / f"samen-tests-{os.geteuid()}"
IN_USE = pytest.StashKey[IO[str]]()
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


def pytest_configure(config: pytest.Config) -> None:
    """Say that the server is in use, so that another run beside this one leaves it alone."""
    typesetting.STRICT = True  # a warning of the typesetter is an error here
    message_catalogues.STRICT = True  # a text that lacks a fact is an error here
    if not hasattr(config, "workerinput"):
        HOME.mkdir(exist_ok=True)
        in_use = (HOME / "in-use").open("w", encoding="utf-8")
        fcntl.flock(in_use, fcntl.LOCK_SH)
        config.stash[IN_USE] = in_use


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last run to end stops the server."""
    if hasattr(config, "workerinput") or IN_USE not in config.stash:
        return
    with config.stash[IN_USE] as in_use, contextlib.suppress(BlockingIOError):
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        EmbeddedPostgres.at(HOME).stop()


@pytest.fixture(scope="session")
def postgres() -> EmbeddedPostgres:
    """The server, started by the first worker that needs it."""
    HOME.mkdir(exist_ok=True)
    cluster = EmbeddedPostgres.at(HOME)
    cluster.start(FAST)
    return cluster


@pytest.fixture(scope="session")
def database_url(postgres: EmbeddedPostgres, worker_id: str) -> Iterator[str]:
    """This worker's own database, migrated from nothing."""
    name = f"samen_{worker_id}_{os.getpid()}"
    postgres.command("createdb", "-O", "samen", name)
    url = postgres.url(name)
    # Roles belong to the server, so one worker migrates at a time.
    with (HOME / "migrating").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        migrate_to_head(url)
    yield url
    postgres.command("dropdb", "--force", name)


@pytest.fixture(scope="session")
def settings() -> Settings:
    keys = json.dumps({"keys": [new_key()]})
    return Settings.model_validate(
        {"signing_keys": keys, "sealing_key": SEALING, "public_url": "http://test", "pool_size": 20}
        | {"rate_visitor": 0, "rate_standard": 0, "rate_partner": 0}
    )


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
async def app(settings: Settings, database_url: str, clock: Clock) -> AsyncIterator[FastAPI]:
    built = build(settings, logins_at(database_url), now=clock)
    async with built.router.lifespan_context(built):
        yield built


@pytest.fixture(scope="session")
async def database(database_url: str, settings: Settings) -> AsyncIterator[Database]:
    """As the application's role."""
    opened = Database(logins_at(database_url), size=30, sealing=sealing(settings))
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def books(database_url: str, settings: Settings) -> AsyncIterator[Database]:
    """As the role that sees all books."""
    opened = Database(logins_at(database_url), role=BOOKS_ROLE, size=2, sealing=sealing(settings))
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def worker_database(database_url: str, settings: Settings) -> AsyncIterator[Database]:
    opened = Database(logins_at(database_url), role=WORKER_ROLE, size=2, sealing=sealing(settings))
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def world(
    app: FastAPI, settings: Settings, books: Database, worker_database: Database, clock: Clock
) -> AsyncIterator[World]:
    """The API as its users see it, and builders in the field's words."""
    made = await World.over(app, settings, books, worker_database, clock)
    yield made
    await made.close()


@pytest.fixture
async def superuser(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may hold any lock."""
    connection = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    yield connection
    await connection.close()


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    """The URL of the application on a real port."""
    async with served(app) as address:
        yield address


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A private certificate authority and a certificate of it."""
    return Tls.at(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def trusting(tls: Tls, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tls]:
    """The private authority; this process trusts it as an operator would arrange: by `SSL_CERT_FILE`."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority))
    trusted.cache_clear()
    yield tls
    trusted.cache_clear()
