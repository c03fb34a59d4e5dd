"""The place of an installation: its data directory, and its database, embedded there or from the settings."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from app.db.logins import Logins, logins_at
from app.settings import Settings, SettingsWrong


def data_dir(settings: Settings) -> Path:
    """The data directory. Raises SettingsWrong in production if none is set."""
    if settings.data_dir is None and settings.production:
        raise SettingsWrong(["Set SAMEN_DATA_DIR: in production nothing is kept in the working directory."])
    return settings.folder


def logins_of(settings: Settings) -> Logins:
    """The addresses of a server of one's own, from the settings."""
    return Logins(
        app=settings.database_url,
        worker=settings.database_url_worker,
        catalogue=settings.database_url_catalogue,
        reader=settings.database_url_reader,
        owner=settings.database_url_owner,
    )


@contextlib.contextmanager
def database(settings: Settings) -> Iterator[Logins]:
    """The database's addresses; the embedded database runs as long as any process needs it."""
    if not settings.embedded:
        yield logins_of(settings)
        return
    postgres = EmbeddedPostgres.at(data_dir(settings))
    with postgres.used():
        yield logins_at(postgres.url())


@contextlib.contextmanager
def kept_database(settings: Settings, patience: float, *roles: str) -> Iterator[Logins]:
    """Like `database`, for a long-running process: it waits for a starting server, and keeps the embedded one running.

    Raises DatabaseUnfit if no setting says where one of `roles` logs in, DatabaseFailed for a server that does not
    answer within `patience` seconds.
    """
    from app.db.engine import wait_for
    from app.keeper import kept_running

    with database(settings) as logins:
        addresses = [logins.of(role) for role in roles]
        if not settings.embedded:
            asyncio.run(wait_for(addresses[0], patience))
            yield logins
            return
        postgres = EmbeddedPostgres.at(data_dir(settings))
        with kept_running(postgres):
            yield logins


def running(settings: Settings) -> Settings:
    """The settings of the last `samen run` on this data, unless these settings give the server themselves."""
    file = data_dir(settings) / "address"
    said = settings.public_url != f"http://127.0.0.1:{Settings.model_fields['port'].default}"
    address = "" if said or not file.exists() else file.read_text(encoding="utf-8")
    return settings.model_copy(update={"public_url": address}) if address else settings
