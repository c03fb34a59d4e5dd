"""The place of an installation: its data directory, and its database, embedded there or from the settings."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from app.settings import Settings, SettingsWrong


def data_dir(settings: Settings) -> Path:
    """The data directory. Raises SettingsWrong in production if none is set."""
    if settings.data_dir is None and settings.production:
        raise SettingsWrong(["Set SAMEN_DATA_DIR: in production nothing is kept in the working directory."])
    return settings.folder


@contextlib.contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The database's URL; the embedded database runs as long as any process needs it."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    postgres = EmbeddedPostgres.at(data_dir(settings))
    with postgres.used():
        yield postgres.url()


@contextlib.contextmanager
def kept_database(settings: Settings, patience: float) -> Iterator[str]:
    """Like `database`, for a long-running process: it waits for a starting server, and keeps the embedded one running.

    Raises DatabaseFailed for a server that does not answer within `patience` seconds.
    """
    from app.db.engine import wait_for
    from app.keeper import kept_running

    with database(settings) as url:
        if settings.database_url is not None:
            asyncio.run(wait_for(url, patience))
            yield url
            return
        postgres = EmbeddedPostgres.at(data_dir(settings))
        with kept_running(postgres):
            yield url


def running(settings: Settings) -> Settings:
    """The settings of the last `samen run` on this data, unless these settings give the server themselves."""
    file = data_dir(settings) / "address"
    said = settings.public_url != f"http://127.0.0.1:{Settings.model_fields['port'].default}"
    address = "" if said or not file.exists() else file.read_text(encoding="utf-8")
    return settings.model_copy(update={"public_url": address}) if address else settings
