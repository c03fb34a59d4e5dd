"""What leaves the process, and what is due later: rows that are written with the act and worked off by the worker."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx, uuid7
from app.db.store import Store
from app.domain.page import Page, PageRequest, cut
from app.domain.platform.events import Event, Task, Timer
from app.domain.platform.feed import audience_of

LEASE = timedelta(seconds=60)


class OutboxRow(SQLModel, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_waiting", "next_try_at", postgresql_where=sql_text("delivered_at is null")),
        Index(
            "outbox_to_publish",
            "bulk",
            "entered",
            postgresql_where=sql_text("audience is not null and position is null"),
        ),
        Index("outbox_feed", "position", unique=True),
    )
    id: UUID = c.key()
    name: str = c.text()
    cooperative_id: UUID = c.link("cooperative", index=False)
    subject_id: UUID = c.link(None)
    facts: dict[str, Any] = c.json()
    created_at: datetime = c.when()
    next_try_at: datetime = c.when()
    attempts: int
    delivered_at: datetime | None = c.when(null=True)
    audience: str | None = c.text(null=True)
    """Who may read it in the feed; nobody without one."""
    position: int | None = Field(sa_type=BigInteger, nullable=True)
    sequence: int | None = Field(nullable=True)
    app_id: UUID | None = c.link("app", null=True, index=False)
    entered: int = Field(sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    """The order in which they came in: of one subject, that of its acts, whatever any clock said."""
    bulk: bool = Field(sa_column_kwargs={"server_default": "false"})
    """One of many of the same act, such as a file: it is for the feed only, and goes there after the others."""


class TimerRow(SQLModel, table=True):
    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "due_at"),
        Index("timer_waiting", "next_try_at", postgresql_where=sql_text("done_at is null")),
    )
    id: UUID = c.key()
    kind: str = c.text()
    cooperative_id: UUID = c.link("cooperative", index=False)
    subject_id: UUID = c.link(None, index=False)
    due_at: datetime = c.when()
    next_try_at: datetime = c.when()
    attempts: int
    done_at: datetime | None = c.when(null=True)


class TaskRow(SQLModel, table=True):
    __tablename__ = "task"
    __table_args__ = (Index("task_open", "subject_id", "what", postgresql_where=sql_text("done_at is null")),)
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    role: str = c.text()
    what: str = c.text()
    subject_id: UUID = c.link(None, index=False)
    facts: dict[str, Any] = c.json()
    created_at: datetime = c.when()
    due_at: datetime | None = c.when(null=True)
    member_id: UUID | None = c.link("member", null=True)
    done_at: datetime | None = c.when(null=True)
    done_by: UUID | None = c.link("person", null=True, index=False)
    version: int


tasks = Store(
    TaskRow, Task, fixed=("cooperative_id", "role", "what", "subject_id", "facts", "created_at", "due_at", "member_id")
)
Told = tuple[str, UUID, UUID, dict[str, Any]]
"""The name of an event, its cooperative, its subject and its facts."""


async def tell(tx: Tx, name: str, cooperative_id: UUID, subject_id: UUID, **facts: Any) -> None:
    """Write an event into the outbox, with the next statement of the act."""
    sql = """insert into outbox (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts,
                                 audience)
             values ($1, $2, $3, $4, $5, $6, $6, 0, $7)"""
    event_id, audience = uuid7(), audience_of(name)
    await tx.write(sql, event_id, name, cooperative_id, subject_id, facts, tx.now, audience, row=("outbox", event_id))


async def tell_many(tx: Tx, events: Sequence[Told], *, bulk: bool = False) -> None:
    """Write many events (name, cooperative, subject, facts) in one round trip.

    With `bulk` they are for the feed only: no task is opened or closed, and nobody's event waits for them.
    """
    sql = """insert into outbox (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts,
                                 audience, bulk, delivered_at)
             select id, name, cooperative_id, subject_id, facts, $1::timestamptz, $1, 0, audience, $3,
                    case when $3 then $1 end
               from jsonb_to_recordset($2)
                 as r (id uuid, name text, cooperative_id uuid, subject_id uuid, facts jsonb, audience text)"""
    names = ("name", "cooperative_id", "subject_id", "facts")
    rows = [dict(zip(names, e, strict=True)) | {"id": uuid7(), "audience": audience_of(e[0])} for e in events]
    if rows:
        await tx.value(sql, tx.now, rows, bulk)


async def start_timer(tx: Tx, kind: str, cooperative_id: UUID, subject_id: UUID, due_at: datetime) -> None:
    """Have `kind` done for a subject at `due_at`, once."""
    sql = """insert into timer (id, kind, cooperative_id, subject_id, due_at, next_try_at, attempts)
             values ($1, $2, $3, $4, $5, $5, 0) on conflict do nothing"""
    row = ("timer", kind, subject_id, due_at)
    await tx.write(sql, uuid7(), kind, cooperative_id, subject_id, due_at, row=row)


_CLAIM = """
    update {table} set next_try_at = $1::timestamptz + $2::interval
     where id in (select id from {table} where {open} is null and next_try_at <= $1
                   order by next_try_at limit $3 for update skip locked)
    returning {columns}"""


async def claim_timers(tx: Tx, limit: int) -> list[Timer]:
    """Due timers, leased: another worker leaves them alone until the lease ends. A claim is no attempt."""
    sql = _CLAIM.format(table="timer", open="done_at", columns="id, kind, cooperative_id, subject_id, due_at")
    return [Timer(**dict(row)) for row in await tx.rows(sql, tx.now, LEASE, limit)]


async def claim_events(tx: Tx, limit: int) -> list[Event]:
    """Undelivered events, leased, oldest first."""
    sql = _CLAIM.format(table="outbox", open="delivered_at", columns="id, name, cooperative_id, subject_id, facts")
    return sorted((Event(**dict(row)) for row in await tx.rows(sql, tx.now, LEASE, limit)), key=lambda e: e.id)


async def put_off(tx: Tx, row_id: UUID, *, timer: bool) -> None:
    """Write down that a timer or an event failed: it comes back, later each time."""
    table, still_open = ("timer", "done_at") if timer else ("outbox", "delivered_at")
    sql = f"""update {table} set attempts = attempts + 1,
                     next_try_at = $2::timestamptz + $3::interval * least(power(2, attempts), 1440)
               where id = $1 and {still_open} is null"""
    await tx.value(sql, row_id, tx.now, LEASE)


async def give_back(tx: Tx, timer_ids: Sequence[UUID], event_ids: Sequence[UUID]) -> None:
    """End the lease of what was claimed and not begun."""
    sql = "update {} set next_try_at = $2 where id = any($1) and {} is null"
    await tx.value(sql.format("timer", "done_at"), list(timer_ids), tx.now)
    await tx.value(sql.format("outbox", "delivered_at"), list(event_ids), tx.now)


async def finish_timer(tx: Tx, timer_id: UUID) -> bool:
    """Mark a timer as done in the transaction of what it did. False where somebody else has done it."""
    sql = "update timer set done_at = $2 where id = $1 and done_at is null returning 1"
    return await tx.value(sql, timer_id, tx.now) is not None


async def finish_event(tx: Tx, event_id: UUID) -> bool:
    """Mark an event as delivered. False where it was already."""
    sql = "update outbox set delivered_at = $2 where id = $1 and delivered_at is null returning 1"
    return await tx.value(sql, event_id, tx.now) is not None


async def names_after(tx: Tx, event: Event) -> set[str]:
    """What happened there to the same subject after an event: a delivery that comes late must not undo it."""
    sql = """select name from outbox where subject_id = $1 and cooperative_id = $3
                and entered > (select entered from outbox where id = $2)"""
    rows = await tx.rows(sql, event.subject_id, event.id, event.cooperative_id)
    return {row["name"] for row in rows}


async def open_tasks(tx: Tx, subject_id: UUID) -> list[Task]:
    """The open tasks about a subject."""
    sql = f"{tasks.select} where t.subject_id = $1 and t.done_at is null"
    return [tasks.load(row) for row in await tx.rows(sql, subject_id)]


async def subjects_of_tasks(tx: Tx, what: str) -> list[UUID]:
    """The subjects of the open tasks of a kind."""
    rows = await tx.rows("select distinct subject_id from task where what = $1 and done_at is null", what)
    return [row["subject_id"] for row in rows]


async def close_tasks(tx: Tx, subject_id: UUID, whats: tuple[str, ...]) -> None:
    """Close the open tasks about a subject."""
    sql = """update task set done_at = $3, version = version + 1
              where subject_id = $1 and what = any($2) and done_at is null"""
    await tx.value(sql, subject_id, list(whats), tx.now)


async def lag_seconds(tx: Tx) -> float:
    """How long the oldest undelivered event waits."""
    return float(await tx.value("select outbox_lag($1)", tx.now))


async def list_tasks(
    tx: Tx,
    request: PageRequest,
    *,
    offices: Sequence[tuple[UUID, str]],
    member_ids: tuple[UUID, ...],
    done: bool,
) -> Page[Task]:
    """The tasks of these offices (cooperative, role) and members, newest first."""
    sql = f"""{tasks.select}
        where ((t.cooperative_id, t.role) in (select * from unnest($1::uuid[], $2::text[])) and t.member_id is null
               or t.member_id = any($3)) and (t.done_at is not null) = $4 and ($5::uuid is null or t.id < $5)
        order by t.id desc limit {int(request.limit) + 1}"""
    places, roles = [office[0] for office in offices], [office[1] for office in offices]
    rows = await tx.rows(sql, places, roles, list(member_ids), done, request.after)
    return cut([tasks.load(row) for row in rows], request)
