"""Allowances: table and queries."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.earning.allowances import Allowance, AllowanceKind


class AllowanceRow(SQLModel, table=True):
    __tablename__ = "allowance"
    __table_args__ = (
        c.check("allowance_cents", "cents > 0"),
        c.check("allowance_kind", "kind in ('monthly_allowance', 'hourly_allowance', 'premium')"),
        c.check("allowance_state", "state in ('granted', 'reversed')"),
        *c.longest("allowance", reason=500),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    member_id: UUID = c.link("member")
    kind: str = c.text()
    day: date = c.day()
    cents: int = c.cents()
    agreement_id: UUID = c.link("agreement", index=False)
    granted_by: UUID = c.link("person", index=False)
    granted_at: datetime = c.when()
    minutes: int | None
    reason: str = c.text()
    state: str = c.text()
    reversed_by: UUID | None = c.link("person", null=True, index=False)
    version: int


allowances = Store(
    AllowanceRow,
    Allowance,
    fixed=(
        "cooperative_id",
        "member_id",
        "kind",
        "day",
        "cents",
        "agreement_id",
        "granted_by",
        "granted_at",
        "minutes",
    ),
)


async def given_in_year(tx: Tx, member_id: UUID, kind: AllowanceKind, year: int) -> list[Allowance]:
    """The member's allowances of a kind that are granted in a calendar year. The member's year has to be locked."""
    sql = f"""{allowances.select} where t.member_id = $1 and t.kind = $2 and t.state = 'granted'
              and t.day between $3 and $4 order by t.id"""
    rows = await tx.rows(sql, member_id, kind, date(year, 1, 1), date(year, 12, 31))
    return [allowances.load(row) for row in rows]
