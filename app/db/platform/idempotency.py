"""Request keys: one key, one outcome; what was answered, also a refusal, is answered again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import LockNotAvailableError
from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.persons import actor_of
from app.db.store import Query, answers_to
from app.db.unit_of_work import all_of
from app.domain.actors import Actor, Identity
from app.domain.errors import KeyReused, StillRunning

KEPT = timedelta(days=7)
UNKNOWN = ""
"""The hash of a request of before an upgrade that gave requests other fields: its key alone says which it was."""


class IdempotencyRow(SQLModel, table=True):
    __tablename__ = "idempotency"
    __table_args__ = (
        UniqueConstraint("caller", "verb", "key"),
        Index("idempotency_about", "about", postgresql_using="gin"),
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
    about: list[UUID] = c.ids()


@dataclass(frozen=True)
class Claimed:
    """A key that nobody else can use until the transaction ends; `outcome` is set where it was used before."""

    verb: str
    key: str
    request_hash: str
    outcome: dict[str, Any] | None


async def enter_with_key(
    tx: Tx, who: Identity, verb: str, key: str, request_hash: str, first: tuple[Query[Any], ...] = ()
) -> tuple[Actor, Claimed]:
    """Say who acts and take the key, waiting up to five seconds for a twin that is under way.

    A replay writes to its row before it is answered: after a failover only what is written again is known to be
    replicated. The queries `first` run with it, unless it is a replay. Raises KeyReused for another request
    under the same key, StillRunning after the wait.
    """
    questions = all_of(tuple(query.sql for query in first), 5, "not e.entered ? 'disabled' and e.outcome is null")
    sql = f"select e.*{questions and ', '}{questions} from enter_with_key($1, $2, $3, $4, $5) e"
    arguments = (argument for query in first for argument in query.arguments)
    try:
        row = await tx.only(sql, who.issuer, who.subject, who.client_id, verb, key, *arguments)
    except LockNotAvailableError as error:
        if "enter_with_key" not in (error.context or ""):
            raise
        raise StillRunning(key=key) from None
    actor = actor_of(row["entered"], who)
    if row["request_hash"] not in (None, UNKNOWN, request_hash):
        raise KeyReused(key=key)
    tx.answers = answers_to(first, row[3:])
    return actor, Claimed(verb, key, request_hash, row["outcome"])


async def record(
    tx: Tx, claimed: Claimed, outcome: dict[str, Any], persons: Collection[UUID] = (), ids: Collection[UUID] = ()
) -> None:
    """Keep the outcome with its key, with the next statement.

    It tells of `persons`, and of whoever stands behind the members and orders among `ids`: it is emptied when one of
    them is erased.
    """
    sql = "select record_outcome($1, $2, $3, $4, $5, $6, $7)"
    place = (claimed.verb, claimed.key)
    values = (*place, claimed.request_hash, tx.now, outcome, list(persons), list(ids))
    await tx.write(sql, *values, row=("idempotency", *place), inserts=True)


async def forget(tx: Tx) -> None:
    """Drop keys that are older than seven days."""
    await tx.value("select forget_keys($1)", tx.now - KEPT)
