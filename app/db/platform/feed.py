"""The feed: events of the outbox get their place in it one batch after another, so that no reader passes one by."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.domain.platform.feed import KINDS, Audience, PublicEvent

BATCH = 500


class FeedHeadRow(SQLModel, table=True):
    """One row: the last place that was given out."""

    __tablename__ = "feed_head"
    __table_args__ = (c.check("feed_head_only", "id = 1"),)
    id: int = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)


_PUBLISH = """
    with single as (
        select id, subject_id, entered from outbox
         where audience is not null and position is null and not bulk order by entered limit $2),
    chosen as (
        select id from single
        union select o.id from outbox o join single s on o.subject_id = s.subject_id and o.entered < s.entered
               where o.audience is not null and o.position is null and o.bulk
        union (select id from outbox
                where audience is not null and position is null and bulk and (select count(*) from single) < $2
                order by entered limit $2)),
    waiting as (
        select id, name, subject_id, cooperative_id, audience, entered from outbox
         where id in (select id from chosen)),
    numbered as (
        select w.*, row_number() over (order by w.entered) as place,
               row_number() over (partition by w.subject_id order by w.entered) as number,
               coalesce((select max(o.sequence) from outbox o where o.subject_id = w.subject_id), 0) as before,
               app_behind(w.subject_id) as app_id from waiting w),
    published as (
        update outbox o set position = $1 + n.place, sequence = n.before + n.number, app_id = n.app_id
          from numbered n where o.id = n.id returning o.*),
    moved as (
        update feed_head set position = $1 + (select count(*) from numbered) where id = 1),
    told as (
        insert into webhook_delivery (id, webhook_id, app_id, event_id, name, subject_id, position, state,
                                      attempts, next_try_at, note, bulk)
        select uuidv7(), w.id, w.app_id, p.id, p.name, p.subject_id, p.position, 'waiting', 0, $4, '', p.bulk
          from published p join webhook w on w.disabled_at is null
          join app a on a.id = w.app_id and a.disabled_at is null
         where (w.kinds = '{}' or p.name = any(w.kinds)) and $3::jsonb ->> p.name = any(a.scopes)
           and (p.audience = 'public' or p.cooperative_id = any(a.cooperative_ids) or p.app_id = a.id))
    select count(*) from numbered"""


async def publish(tx: Tx) -> int:
    """Give waiting events their places and their numbers, and write a delivery for every webhook that wants them.

    Returns how many. The head is locked first: places become visible in their order. Events of a bulk come when no
    other waits, except those that an event of the same subject follows: they come before it.
    """
    head = await tx.value("select position from feed_head where id = 1 for update")
    scopes = {name: kind.scope.value for name, kind in KINDS.items()}
    return int(await tx.value(_PUBLISH, head, BATCH, scopes, tx.now))


async def head(tx: Tx) -> int:
    """The last place that was given out."""
    return int(await tx.value("select position from feed_head"))


async def read(tx: Tx, after: int, names: Sequence[str], cooperative_ids: Sequence[UUID], limit: int) -> list[Any]:
    """The events after a place, oldest first: public ones, of these cooperatives, or of the acting app's orders."""
    sql = """
        select id, name, cooperative_id, subject_id, created_at, position, sequence from outbox
         where position > $1 and name = any($2)
           and (audience = $5 or cooperative_id = any($3) or app_id = (select my_app()))
         order by position limit $4"""
    rows = await tx.rows(sql, after, list(names), list(cooperative_ids), limit, Audience.PUBLIC)
    return [PublicEvent(**dict(row)) for row in rows]
