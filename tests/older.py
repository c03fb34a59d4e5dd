"""Databases of older schemas, from the dumps in `tests/upgrades`."""

import asyncio
import gzip
from pathlib import Path

import asyncpg

from app.db.embedded import EmbeddedPostgres

DUMPS = Path(__file__).parent / "upgrades"


async def execute(url: str, script: str) -> None:
    """A script of the superuser."""
    connection = await asyncpg.connect(url.replace("samen@", "postgres@"))
    await connection.execute(script)
    await connection.close()


def restored(postgres: EmbeddedPostgres, name: str, revision: str) -> str:
    """The owner's URL of a new database with the dump of a revision."""
    postgres.command("dropdb", "--force", "--if-exists", name)
    postgres.command("createdb", "-O", "samen", name)
    url = postgres.url(name)
    asyncio.run(execute(url, gzip.decompress((DUMPS / f"{revision}.sql.gz").read_bytes()).decode()))
    return url
