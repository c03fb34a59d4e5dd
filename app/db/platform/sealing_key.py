"""The sealing key of this database: its fingerprint, and a check whether a key opens the sealed data."""

from datetime import datetime

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap
from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.sealed_text import Sealing


class SealingKeyRow(SQLModel, table=True):
    """One row at most. The fingerprint is an HMAC of a constant, so that it tells nothing of the key."""

    __tablename__ = "sealing_key"
    __table_args__ = (c.check("sealing_key_only", "only_one"),)
    only_one: bool = Field(primary_key=True)
    fingerprint: bytes = Field(sa_type=LargeBinary, nullable=False)
    written_at: datetime = c.when()


async def fingerprint(tx: Tx) -> bytes | None:
    """The fingerprint of the key that belongs to this database; None if none is known, or the schema is older."""
    if not await _has_table(tx):
        return None
    found: bytes | None = await tx.value("select fingerprint from sealing_key")
    return found


async def wrapped_keys(tx: Tx) -> list[bytes]:
    """Every key that the installation's key has wrapped: of members and of webhooks."""
    rows = await tx.rows("select wrapped from sealed_key union all select wrapped_key from webhook")
    return [row["wrapped"] for row in rows]


async def claim(tx: Tx, sealing: Sealing) -> bool:
    """Write the key's fingerprint down if there is none yet. Returns whether the key is the one of this database.

    Of two processes that start together with two keys, the second is told that its key is another.
    """
    if not await _has_table(tx):
        return True
    sql = "insert into sealing_key (only_one, fingerprint, written_at) values (true, $1, $2) on conflict do nothing"
    await tx.value(sql, sealing.fingerprint(), tx.now)
    return await fingerprint(tx) == sealing.fingerprint()


def opens(sealing: Sealing, wrapped: list[bytes]) -> int:
    """How many of the wrapped keys this key opens."""
    return sum(_opens(sealing, one) for one in wrapped)


def _opens(sealing: Sealing, wrapped: bytes) -> bool:
    try:
        sealing.unwrap(wrapped)
    except InvalidUnwrap:
        return False
    return True


async def _has_table(tx: Tx) -> bool:
    return await tx.value("select to_regclass('public.sealing_key')") is not None
