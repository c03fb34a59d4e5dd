"""Debts of members that are written off: table and queries."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.people.cooperatives import UMBRELLA
from app.db.store import Store
from app.domain.books.debt_write_offs import DebtWriteOff


class DebtWriteOffRow(SQLModel, table=True):
    __tablename__ = "debt_write_off"
    __table_args__ = (
        c.check("debt_write_off_cents", "cents > 0"),
        c.check("debt_write_off_state", "state in ('proposed', 'confirmed', 'withdrawn', 'reversed')"),
        c.check("debt_write_off_two_people", "confirmed_by <> proposed_by"),
        c.check(
            "debt_write_off_confirmed",
            "(confirmed_by is not null) = (state in ('confirmed', 'reversed'))"
            " and (confirmed_on is null) = (confirmed_by is null)",
        ),
        *c.longest("debt_write_off", reason=500),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    member_id: UUID = c.link("member")
    cents: int = c.cents()
    reason: str = c.text()
    proposed_by: UUID = c.link("person", index=False)
    proposed_at: datetime = c.when()
    state: str = c.text()
    confirmed_by: UUID | None = c.link("person", null=True, index=False)
    confirmed_on: date | None = c.day(null=True)
    version: int


debt_write_offs = Store(
    DebtWriteOffRow,
    DebtWriteOff,
    fixed=("cooperative_id", "member_id", "cents", "reason", "proposed_by", "proposed_at"),
    member_state="coalesce(debtor(t.member_id) ->> 'state', 'exited')",
    owed_cents="coalesce((debtor(t.member_id) ->> 'owed')::bigint, 0)",
    umbrella_id=UMBRELLA,
)
