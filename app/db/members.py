"""Members: table and queries."""

from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.store import Store
from app.domain.members import Member


class MemberRow(SQLModel, table=True):
    __tablename__ = "member"
    __table_args__ = (
        Index("member_person", "person_id", "cooperative_id", unique=True),
        c.check("member_goal_cents", "goal_cents > 0"),
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
    version: int


members = Store(MemberRow, Member)
