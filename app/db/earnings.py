"""Earnings and the month totals behind thresholds: tables and queries."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.agreements import RemitAbove
from app.domain.earnings import Earning
from app.domain.split import MonthTotal


class EarningRow(SQLModel, table=True):
    __tablename__ = "earning"
    __table_args__ = (
        UniqueConstraint("order_id", "member_id"),
        c.check("earning_state", "state in ('pending', 'posted', 'reversed')"),
    )
    id: UUID = c.key()
    order_id: UUID = c.link("order", index=False)
    cooperative_id: UUID = c.link("cooperative")
    member_id: UUID = c.link("member")
    work_date: date = c.day()
    net_cents: int = c.cents()
    cost_cents: int = c.cents()
    kept_cents: int = c.cents()
    state: str = c.text()
    agreement_id: UUID | None = c.link("agreement", null=True, index=False)
    journal_id: UUID | None = c.link(None, null=True, index=False)
    legs: list[Any] = c.json()
    version: int


class MemberYearRow(SQLModel, table=True):
    """One row a member and calendar year: the lock that a split and its posting hold."""

    __tablename__ = "member_year"
    member_id: UUID = Field(foreign_key="member.id", primary_key=True)
    year: int = Field(primary_key=True)
    cooperative_id: UUID = c.link("cooperative")


class MemberMonthRow(SQLModel, table=True):
    """What a member kept before remittance, per month and agreement version; written with each posting."""

    __tablename__ = "member_month"
    __table_args__ = (c.check("member_month_kept", "kept_cents >= 0"),)
    member_id: UUID = Field(foreign_key="member.id", primary_key=True)
    month: date = Field(primary_key=True)
    agreement_id: UUID = Field(foreign_key="agreement.id", primary_key=True)
    cooperative_id: UUID = c.link("cooperative")
    kept_cents: int = c.cents()


earnings = Store(EarningRow, Earning)


async def lock_year(tx: Tx, cooperative_id: UUID, member_id: UUID, year: int) -> list[MonthTotal]:
    """Lock the member's year and read its totals; everybody who posts to this member's pot waits here."""
    sql = """insert into member_year (member_id, year, cooperative_id) values ($1, $2, $3)
             on conflict (member_id, year) do update set cooperative_id = excluded.cooperative_id"""
    await tx.value(sql, member_id, year, cooperative_id)
    return await year_totals(tx, member_id, year)


async def year_totals(tx: Tx, member_id: UUID, year: int) -> list[MonthTotal]:
    """What the member kept so far in a calendar year, by month and agreement version."""
    sql = """
        select m.month, m.agreement_id, a.active_from, m.kept_cents,
               jsonb_path_query_first(a.rules, '$[*] ? (@.kind == "remit_above")') as remittance
          from member_month m join agreement a on a.id = m.agreement_id
         where m.member_id = $1 and m.month between $2 and $3 order by m.month, a.active_from"""
    rows = await tx.rows(sql, member_id, date(year, 1, 1), date(year, 12, 31))
    return [
        MonthTotal(
            row["month"],
            row["agreement_id"],
            row["active_from"],
            RemitAbove(**row["remittance"]) if row["remittance"] else None,
            row["kept_cents"],
        )
        for row in rows
    ]


async def add_to_month(tx: Tx, earning: Earning, agreement_id: UUID, kept_cents: int) -> None:
    """Add to (or, negative, take from) the total of the month worked in, under the lock of the year."""
    sql = """insert into member_month (member_id, month, agreement_id, cooperative_id, kept_cents)
             values ($1, $2, $3, $4, greatest($5::bigint, 0))
             on conflict (member_id, month, agreement_id) do update set kept_cents = member_month.kept_cents + $5"""
    month = earning.work_date.replace(day=1)
    await tx.value(sql, earning.member_id, month, agreement_id, earning.cooperative_id, kept_cents)
