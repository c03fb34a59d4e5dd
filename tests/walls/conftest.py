"""One world for all walls: built once, read by everybody, changed by nobody."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from app.adapters.logs import JsonLines
from app.settings import Settings
from tests.walls.cast import Cast, cast
from tests.walls.rehearsal import Stand, rehearsed
from tests.walls.sample import Sample, sampled
from tests.world import Clock, World


class Lines(logging.Handler):
    """All log lines, as in production."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonLines())
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


@pytest.fixture(scope="package")
def lines() -> Iterator[list[str]]:
    """The log from before the private words are entered, at the debug level."""
    handler, root = Lines(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.written
    root.setLevel(before)
    root.removeHandler(handler)


@pytest.fixture(scope="package")
async def sample(world: World, lines: list[str]) -> Sample:
    return await sampled(world)


@pytest.fixture(scope="package")
async def everybody(world: World, sample: Sample) -> Cast:
    return await cast(world, sample)


@pytest.fixture(scope="package")
async def stand(settings: Settings, database_url: str, clock: Clock) -> AsyncIterator[Stand]:
    async with rehearsed(settings, database_url, clock) as made:
        yield made
