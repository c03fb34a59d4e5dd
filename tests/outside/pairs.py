"""Two processes of `samen serve` on one database, as behind a proxy."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from app.settings import Settings
from tests.live import Live, free_port


@dataclass(frozen=True)
class Pair:
    one: Live
    two: Live

    @property
    def ports(self) -> tuple[int, int]:
        return self.one.port, self.two.port


@contextlib.contextmanager
def serving_twice(
    folder: Path, postgres: EmbeddedPostgres, database_url: str, settings: Settings, visitor: int = 0, **more: str
) -> Iterator[Pair]:
    """Both accept the tokens of the tests; `more` are extra settings, `visitor` the units of an address."""
    assert settings.signing_keys is not None
    keys = settings.signing_keys.get_secret_value()
    stated = {"SAMEN_PUBLIC_URL": settings.public_url, "SAMEN_POOL_SIZE": "8", "FORWARDED_ALLOW_IPS": "127.0.0.1"}
    one, two = [
        Live(
            home=folder,
            postgres=postgres,
            keys=keys,
            port=free_port(),
            database_url=database_url,
            rates=(visitor, 0, 0),
            more=stated | more,
        )
        for _ in range(2)
    ]
    try:
        one.serve()
        two.serve()
        yield Pair(one, two)
    finally:
        for live in (one, two):
            if live.process is not None:
                live.process.kill()
                live.process.wait()
