"""Barter: table and queries."""

from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.rules import rules_of_kind
from app.db.store import Store
from app.domain.earning.barters import Trade


class BarterRow(SQLModel, table=True):
    __tablename__ = "barter"
    __table_args__ = (
        c.check("barter_minutes", "minutes > 0 and giver_id <> receiver_id"),
        c.check("barter_state", "state in ('proposed', 'confirmed', 'declined', 'cancelled', 'reversed')"),
        *c.longest("barter", title=200),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    giver_id: UUID = c.link("member")
    receiver_id: UUID = c.link("member")
    minutes: int
    title: str = c.text()
    proposed_at: datetime = c.when()
    state: str = c.text()
    version: int


barters = Store(
    BarterRow,
    Trade,
    fixed=("cooperative_id", "giver_id", "receiver_id", "minutes", "title", "proposed_at"),
    receiver_minutes="""(select coalesce(sum(b.posted), 0)::bigint from account a join balance b on b.account_id = a.id
                          where a.cooperative_id = t.cooperative_id and a.kind = 'time'
                            and a.member_id = t.receiver_id)""",
    journal_id="""case when t.state in ('confirmed', 'reversed') then (
        select j.id from journal j where j.source_type = 'barter' and j.source_id = t.id and j.kind = 'barter') end""",
    limits=f"case when t.state = 'proposed' then {rules_of_kind('barter')} else '[]' end",
)


async def minutes_of(tx: Tx, cooperative_id: UUID) -> dict[UUID, int]:
    """The minutes of every member who traded; below zero if they owe."""
    sql = """select a.member_id, b.posted from account a join balance b on b.account_id = a.id
              where a.cooperative_id = $1 and a.kind = 'time'"""
    return {row["member_id"]: row["posted"] for row in await tx.rows(sql, cooperative_id)}
