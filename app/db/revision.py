"""The revision of the schema: which one this code was made for, and which one the database has."""

from functools import lru_cache
from pathlib import Path

from app.db.engine import Tx

VERSIONS = Path(__file__).parent.parent.parent / "alembic" / "versions"


@lru_cache
def newest() -> str:
    """The one of this code: the files are numbered."""
    return max(file.name[:4] for file in VERSIONS.glob("[0-9]*.py"))


async def current(tx: Tx) -> str:
    """The one of the database."""
    return str(await tx.value("select version_num from alembic_version"))
