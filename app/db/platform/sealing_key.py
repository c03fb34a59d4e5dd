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


async def is_kept(tx: Tx) -> bool:
    """Whether this schema keeps a fingerprint; one that still has to be migrated may not."""
    return await tx.value("select to_regprocedure('sealing_fingerprint()')") is not None


async def fingerprint(tx: Tx) -> bytes | None:
    """The fingerprint of the key that belongs to this database; None if none is known."""
    found: bytes | None = await tx.value("select sealing_fingerprint()")
    return found


async def wrapped_keys(tx: Tx) -> list[bytes]:
    """Every key that the installation's key has wrapped, of members and of webhooks; none if a fingerprint is known."""
    return list(await tx.value("select unclaimed_keys()"))


async def claim(tx: Tx, sealing: Sealing) -> bool:
    """Write the key's fingerprint down if there is none yet. Returns whether the key is the one of this database.

    Of two processes that start together with two keys, the second is told that its key is another.
    """
    same: bool = await tx.value("select claim_sealing_key($1, $2)", sealing.fingerprint(), tx.now)
    return same


def opens(sealing: Sealing, wrapped: list[bytes]) -> int:
    """How many of the wrapped keys this key opens."""
    return sum(_opens(sealing, one) for one in wrapped)


def _opens(sealing: Sealing, wrapped: bytes) -> bool:
    try:
        sealing.unwrap(wrapped)
    except InvalidUnwrap:
        return False
    return True
