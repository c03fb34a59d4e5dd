"""Request keys: one key, one outcome; what was answered, also a refusal, is answered again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import LockNotAvailableError
from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx, uuid7
from app.domain.errors import KeyReused, StillRunning

KEPT = timedelta(days=7)


class IdempotencyRow(SQLModel, table=True):
    __tablename__ = "idempotency"
    __table_args__ = (
        UniqueConstraint("caller", "verb", "key"),
        *c.longest("idempotency", key=200),
    )
    id: UUID = c.key()
    caller: str = c.text()
    verb: str = c.text()
    key: str = c.text()
    request_hash: str = c.text()
    created_at: datetime = c.when()
    replays: int
    outcome: dict[str, Any] = c.json()


@dataclass(frozen=True)
class Claimed:
    """The key's row; `outcome` is set where it was used before."""

    id: UUID
    outcome: dict[str, Any] | None


async def claim(tx: Tx, caller: str, verb: str, key: str, request_hash: str) -> Claimed:
    """Take the key, waiting up to five seconds for a twin that is under way.

    A replay writes to its row before it is answered: after a failover only what is written again is known to be
    replicated. Raises KeyReused for another request under the same key, StillRunning after the wait.
    """
    insert = """insert into idempotency (id, caller, verb, key, request_hash, created_at, replays, outcome)
                values ($1, $2, $3, $4, $5, $6, 0, '{}') on conflict (caller, verb, key) do nothing returning id"""
    touch = """update idempotency set replays = replays + 1 where caller = $1 and verb = $2 and key = $3
               returning id, request_hash, outcome"""
    try:
        row_id = await tx.value(insert, uuid7(), caller, verb, key, request_hash, tx.now)
        if row_id is not None:
            return Claimed(row_id, None)
        row = await tx.row(touch, caller, verb, key)
    except LockNotAvailableError:
        raise StillRunning(key=key) from None
    if row is None:
        raise StillRunning(key=key)
    if row["request_hash"] != request_hash:
        raise KeyReused(key=key)
    return Claimed(row["id"], row["outcome"])


async def record(tx: Tx, claimed: Claimed, outcome: dict[str, Any]) -> None:
    """Keep the outcome with its key."""
    await tx.value("update idempotency set outcome = $2 where id = $1", claimed.id, outcome)


async def forget(tx: Tx) -> None:
    """Drop keys that are older than seven days."""
    await tx.value("select forget_keys($1)", tx.now - KEPT)
