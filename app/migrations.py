"""Brings a database up to date: its schema by Alembic, and the dated rates."""

import asyncio
from pathlib import Path

import asyncpg
from alembic.config import Config

from alembic import command
from app.db.engine import BOOKS_ROLE, opened
from app.db.failures import telling_failures
from app.db.revision import newest
from app.db.vat import write_rates

ROOT = Path(__file__).parent.parent


def migrate_to_head(url: str) -> None:
    """Bring the schema and the dated rates up to date; quick where they are."""
    if asyncio.run(_revision(url)) != newest():
        config = Config(ROOT / "alembic.ini")
        config.attributes["url"] = url
        command.upgrade(config, "head")
    asyncio.run(_write_rates(url))


async def _revision(url: str) -> str | None:
    with telling_failures():
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
