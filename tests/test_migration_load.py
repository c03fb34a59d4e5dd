"""A migration beside running processes: what is done in two steps holds nobody up, what is not is noticed."""

import asyncio
import contextlib
import os
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.engine import opened
from app.db.logins import BOOKS_ROLE, WORKER_ROLE, logins_at
from app.db.revisions import ALEMBIC, newest
from app.keys import sealing
from app.main import build
from app.migrations import migrate_to_head
from app.settings import Settings
from tests.world import Caller, Clock, World

REVISION = '''"""A revision of this test.

Revision ID: {number}
"""

from alembic import op

revision = "{number}"
down_revision = "{before}"


def upgrade() -> None:
    {statements}
'''
TWO_STEPS = {
    "9001": """op.execute('alter table "order" add column colour text')
    op.execute('alter table "order" add constraint order_colour check (char_length(colour) < 20) not valid')""",
    "9002": """op.execute('alter table "order" validate constraint order_colour')
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")
        op.execute('create index concurrently order_colour on "order" (colour)')""",
}
"""A column with a checked length and an index, as the rule wants it."""
ONE_STEP = {
    "9001": """op.execute('alter table "order" add column colour text')
    op.execute("select pg_sleep(5)")""",
}
"""A revision that keeps the table locked while it does something else."""
READS = 5
"""Seconds for which somebody reads the table in one transaction, so that no lock on it is free."""
LONGEST = 3.5
"""Seconds that a request may take meanwhile: the lock time-out of two, and what it takes to catch up."""


@dataclass
class Load:
    """What the customers' apps saw: seconds of each order, and how many got 503, "repeat it"."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0


@pytest.fixture
def url(postgres: EmbeddedPostgres, database_url: str) -> Iterator[str]:
    assert database_url, "it has made the roles"
    name = f"samen_load_{os.getpid()}"
    postgres.command("dropdb", "--force", "--if-exists", name)
    postgres.command("createdb", "-O", "samen", name)
    migrate_to_head(postgres.url(name))
    yield postgres.url(name)
    postgres.command("dropdb", "--force", name)


@pytest.fixture
async def world(url: str, settings: Settings) -> AsyncIterator[World]:
    logins, clock = logins_at(url), Clock()
    app = build(settings, logins, now=clock)
    async with (
        app.router.lifespan_context(app),
        opened(logins, role=BOOKS_ROLE, sealing=sealing(settings)) as books,
        opened(logins, role=WORKER_ROLE, sealing=sealing(settings)) as worker,
    ):
        made = await World.over(app, settings, books, worker, clock)
        yield made
        await made.close()


def revisions(folder: Path, statements: dict[str, str]) -> Path:
    """The project's revisions, and these after them."""
    shutil.copytree(ALEMBIC, folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = newest()
    for number, text in statements.items():
        file = folder / "versions" / f"{number}_of_this_test.py"
        file.write_text(REVISION.format(number=number, before=before, statements=text), encoding="utf-8")
        before = number
    return folder


@contextlib.asynccontextmanager
async def load(buyer: Caller, offering: str) -> AsyncIterator[Load]:
    """Four customers' apps that place orders, one after the other."""
    measured, ended = Load(), asyncio.Event()
    line = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": {"name": "Jo", "email": "jo@example.org"}}

    async def order() -> None:
        while not ended.is_set():
            headers = {"Authorization": f"Bearer {buyer.token}", "Idempotency-Key": uuid.uuid4().hex}
            began = time.monotonic()
            answer = await buyer.client.post("/v1/orders", json=line, headers=headers)
            measured.seconds.append(time.monotonic() - began)
            assert answer.status_code in (201, 503), answer.text
            measured.refused += answer.status_code == 503

    tasks = [asyncio.create_task(order()) for _ in range(4)]
    try:
        yield measured
    finally:
        ended.set()
        await asyncio.gather(*tasks)


async def read_for_long(url: str) -> None:
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.fetch('select count(*) from "order"')
        await asyncio.sleep(READS)
    await connection.close()


async def test_what_is_done_in_two_steps_holds_nobody_up(world: World, url: str, tmp_path: Path) -> None:
    """Neither a table that somebody reads for long, nor all functions, policies and grants, which are made anew."""
    folder = revisions(tmp_path / "alembic", TWO_STEPS)
    offering, buyer = await world.offering(await world.cooperative()), await world.app()
    async with load(buyer, offering) as measured:
        reading = asyncio.create_task(read_for_long(url))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(migrate_to_head, url, always=True, folder=folder)
        await reading
    owner = await asyncpg.connect(url)
    assert await owner.fetchval("select version_num from alembic_version") == "9002"
    assert await owner.fetchval("select convalidated from pg_constraint where conname = 'order_colour'")
    await owner.close()
    assert len(measured.seconds) > 20
    assert measured.refused == 0
    assert max(measured.seconds) < LONGEST


async def test_what_blocks_is_noticed(world: World, url: str, tmp_path: Path) -> None:
    """A planted revision that holds its lock: the same load shows it."""
    folder = revisions(tmp_path / "alembic", ONE_STEP)
    offering, buyer = await world.offering(await world.cooperative()), await world.app()
    async with load(buyer, offering) as measured:
        await asyncio.sleep(0.5)
        await asyncio.to_thread(migrate_to_head, url, folder=folder)
    assert max(measured.seconds) > LONGEST
