"""The revision of the tables: files of `alembic/`, and the way from the oldest schema that can be upgraded.

Revisions hold tables and data only. What runs on the tables is in `app/db/sql`; see `app.db.definitions`.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import asyncpg

from alembic import op
from app.db.engine import Tx
from app.db.failures import DatabaseUnfit

ALEMBIC = Path(__file__).parent.parent.parent / "alembic"
BASE = "0045"
"""The oldest revision that is a file of its own."""
OLDEST = "0030"
"""The schema of version 0.2.0, the oldest that can be upgraded."""
TIMEOUTS = {"lock_timeout": "2s", "statement_timeout": "10min"}
"""A statement that waits for a lock holds up everybody behind it: it is given up, and the revision tried again."""


@lru_cache
def newest(folder: Path = ALEMBIC) -> str:
    """The newest revision of a folder; the files are numbered."""
    return max(file.name[:4] for file in (folder / "versions").glob("[0-9]*.py"))


async def current(tx: Tx) -> str:
    """The revision of the database."""
    return str(await tx.value("select version_num from alembic_version"))


def run_file(name: str) -> None:
    """Runs a file of `alembic/sql` inside a revision."""
    text = (ALEMBIC / "sql" / name).read_text(encoding="utf-8")
    # SQLAlchemy's own way takes one statement at a time.
    driver: Any = op.get_bind().connection.dbapi_connection
    driver.run_async(lambda connection: connection.execute(text))


async def upgrade_to_base(connection: asyncpg.Connection) -> None:
    """Brings a database of before the base to it, in one transaction. Raises DatabaseUnfit for one that is too old."""
    if await connection.fetchval("select to_regclass('public.alembic_version')") is None:
        return
    revision = await connection.fetchval("select version_num from alembic_version")
    if revision is None or revision >= BASE:
        return
    if revision < OLDEST:
        raise DatabaseUnfit(
            f"This database has the schema {revision}. The oldest that can be upgraded is {OLDEST}, of version 0.2.0:"
            " bring it there with that version first."
        )
    text = (ALEMBIC / "sql" / f"from_{OLDEST}.sql").read_text(encoding="utf-8")
    parts = re.split(r"^--: (\d{4})\n", text, flags=re.MULTILINE)[1:]
    async with connection.transaction():
        for part, statements in zip(parts[::2], parts[1::2], strict=True):
            if part > revision:
                await connection.execute(statements)
        await connection.execute("update alembic_version set version_num = $1", BASE)
