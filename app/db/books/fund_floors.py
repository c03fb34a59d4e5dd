"""Floors of the fund: table and queries."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql_text
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.cooperatives import UMBRELLA
from app.db.store import Store
from app.domain.books.fund_floors import FundFloor


class FundFloorRow(SQLModel, table=True):
    """A trigger refuses any change of one that was withdrawn or replaced."""

    __tablename__ = "fund_floor"
    __table_args__ = (
        c.check("fund_floor_state", "state in ('proposed', 'confirmed', 'withdrawn', 'replaced')"),
        c.check("fund_floor_two_people", "confirmed_by <> proposed_by"),
        c.check(
            "fund_floor_confirmed",
            "(confirmed_by is not null) = (state in ('confirmed', 'replaced'))"
            " and (confirmed_at is null) = (confirmed_by is null)",
        ),
        Index(
            "fund_floor_one_proposed", "cooperative_id", unique=True, postgresql_where=sql_text("state = 'proposed'")
        ),
        Index(
            "fund_floor_one_confirmed", "cooperative_id", unique=True, postgresql_where=sql_text("state = 'confirmed'")
        ),
        *c.longest("fund_floor", reason=500),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    floor_cents: int = c.cents()
    until: date = c.day()
    reason: str = c.text()
    state: str = c.text()
    proposed_by: UUID = c.link("person", index=False)
    proposed_at: datetime = c.when()
    confirmed_by: UUID | None = c.link("person", null=True, index=False)
    confirmed_at: datetime | None = c.when(null=True)
    version: int


fund_floors = Store(
    FundFloorRow,
    FundFloor,
    fixed=("cooperative_id", "floor_cents", "until", "reason", "proposed_by", "proposed_at"),
    umbrella_id=UMBRELLA,
)


class FundNow(NamedTuple):
    """The floor of the fund on a day, and what is in the fund now, in cents."""

    floor_cents: int
    balance_cents: int


async def fund_now(tx: Tx, cooperative_id: UUID, day: date) -> FundNow:
    """The floor of a cooperative's fund on a day, 0 if none is set, and its balance; in one query, by keys."""
    sql = """
        select coalesce((select floor_cents from fund_floor
                          where cooperative_id = $1 and state = 'confirmed' and until >= $2), 0) as floor_cents,
               coalesce((select b.posted from account a join balance b on b.account_id = a.id
                          where a.cooperative_id = $1 and a.kind = 'cooperative_fund' and a.currency = 'EUR'
                            and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                                = '00000000-0000-0000-0000-000000000000' and coalesce(a.party, '') = ''), 0)
                   as balance_cents"""
    row = await tx.only(sql, cooperative_id, day)
    return FundNow(row["floor_cents"], row["balance_cents"])
