"""Members: table and queries."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.rules import rules_of_kind
from app.db.store import Store
from app.domain.days import day_of
from app.domain.people.members import Member, MemberEvent, MemberState


class MemberRow(SQLModel, table=True):
    __tablename__ = "member"
    __table_args__ = (
        Index("member_person", "person_id", "cooperative_id", unique=True),
        c.check("member_goal_cents", "goal_cents > 0"),
        c.check("member_exit", "(state = 'exited') = (destination is not null and exited_on is not null)"),
        c.check(
            "member_state",
            "state in ('referred', 'candidate', 'trial', 'member', 'paused', 'exited', 'rejected', 'withdrawn')",
        ),
        *c.longest("member", name=120, trade_name=120, goal_text=200),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    name: str = c.text()
    trade_name: str = c.text()
    person_id: UUID | None = c.link("person", null=True, index=False)
    state: str = c.text()
    goal_text: str | None = c.text(null=True)
    goal_cents: int | None = c.cents(null=True)
    trial_until: date | None = c.day(null=True)
    exited_on: date | None = c.day(null=True)
    destination: str | None = c.text(null=True)
    version: int


class MemberEventRow(SQLModel, table=True):
    """Append-only: triggers refuse any change."""

    __tablename__ = "member_event"
    __table_args__ = (*c.longest("member_event", note=2000),)
    id: UUID = c.key()
    member_id: UUID = c.link("member")
    cooperative_id: UUID = c.link("cooperative", index=False)
    verb: str = c.text()
    state: str = c.text()
    at: datetime = c.when()
    person_id: UUID | None = c.link("person", null=True, index=False)
    app_id: UUID | None = c.link("app", null=True, index=False)
    note: str = c.text()


members = Store(
    MemberRow,
    Member,
    fixed=("cooperative_id",),
    trials=f"case when t.state in ('referred', 'candidate') then {rules_of_kind('trial')} else '[]' end",
)
member_events = Store(MemberEventRow, MemberEvent)


async def states_at(tx: Tx, member_ids: Sequence[UUID], moment: datetime) -> dict[UUID, MemberState]:
    """What each member was at a moment, in one query."""
    sql = """select m.id, coalesce(e.state, m.state) as state from member m
               left join lateral (select state from member_event where member_id = m.id and at <= $2
                                   order by at desc, id desc limit 1) e on true
              where m.id = any($1)"""
    return {row["id"]: MemberState(row["state"]) for row in await tx.rows(sql, list(member_ids), moment)}


async def members_since(tx: Tx, member_ids: Sequence[UUID]) -> date | None:
    """The day in Amsterdam on which the last of these members became one; None without members."""
    sql = """select max(e.first) from (
                 select min(at) as first from member_event where member_id = any($1)
                    and state not in ('referred', 'rejected', 'withdrawn') group by member_id) e"""
    first: datetime | None = await tx.value(sql, list(member_ids))
    return day_of(first) if first is not None else None


async def was_linked(tx: Tx, member_id: UUID) -> bool:
    """Whether it was ever said anew who may log in as this member."""
    sql = "select exists (select 1 from member_event where member_id = $1 and verb = 'link')"
    return bool(await tx.value(sql, member_id))
