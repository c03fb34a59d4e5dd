"""Earnings and the month totals behind thresholds: tables and queries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.agreements import Agreement, RemitAbove
from app.domain.earnings import Earning
from app.domain.opening import OpeningTotal
from app.domain.split import MonthTotal


class EarningRow(SQLModel, table=True):
    __tablename__ = "earning"
    __table_args__ = (
        UniqueConstraint("order_id", "member_id"),
        c.check("earning_state", "state in ('pending', 'held', 'posted', 'forfeited', 'reversed')"),
        c.check("earning_held", "held_cents >= 0 and (held_because is not null or held_cents = 0)"),
        c.check("earning_refunded", "refunded_cents between 0 and net_cents"),
        *c.longest("earning", reason=500),
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
    held_because: str | None = c.text(null=True)
    held_cents: int = c.cents()
    release_parts: int
    to_member_id: UUID | None = c.link("member", null=True, index=False)
    decided_by: UUID | None = c.link("person", null=True, index=False)
    reason: str = c.text()
    refunded_cents: int = c.cents()
    version: int


class MemberYearRow(SQLModel, table=True):
    """One row a member and calendar year: the lock that a split and its posting hold."""

    __tablename__ = "member_year"
    member_id: UUID = Field(foreign_key="member.id", primary_key=True)
    year: int = Field(primary_key=True)
    cooperative_id: UUID = c.link("cooperative")


class MemberMonthRow(SQLModel, table=True):
    """What a member kept before remittance, per month and agreement version; written with each posting.

    `opening_cents` of it were kept before these books began.
    """

    __tablename__ = "member_month"
    __table_args__ = (c.check("member_month_kept", "kept_cents >= 0"),)
    member_id: UUID = Field(foreign_key="member.id", primary_key=True)
    month: date = Field(primary_key=True)
    agreement_id: UUID = Field(foreign_key="agreement.id", primary_key=True)
    cooperative_id: UUID = c.link("cooperative")
    kept_cents: int = c.cents()
    opening_cents: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class FundYearRow(SQLModel, table=True):
    """One row a cooperative and calendar year: the lock where the fund's year decides what is remitted."""

    __tablename__ = "fund_year"
    cooperative_id: UUID = Field(foreign_key="cooperative.id", primary_key=True)
    year: int = Field(primary_key=True)


class FundMonthRow(SQLModel, table=True):
    """What came to the cooperative fund before remittance, per month and agreement version."""

    __tablename__ = "fund_month"
    cooperative_id: UUID = Field(foreign_key="cooperative.id", primary_key=True)
    month: date = Field(primary_key=True)
    agreement_id: UUID = Field(foreign_key="agreement.id", primary_key=True)
    kept_cents: int = c.cents()
    opening_cents: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


earnings = Store(EarningRow, Earning)
_TERMS = """select m.month, m.agreement_id, a.active_from, m.kept_cents,
               jsonb_path_query_first(a.rules, $4::jsonpath) as remittance,
               coalesce((jsonb_path_query_first(a.rules, '$[*] ? (@.kind == "monthly_allowance")')
                         ->> 'cap_cents')::bigint, 0) as allowance
          from {table} m join agreement a on a.id = m.agreement_id
         where m.{owner} = $1 and m.month between $2 and $3 order by m.month, a.active_from"""
_OF_MEMBERS = '$[*] ? (@.kind == "remit_above" && @.basis starts with "member")'
_OF_THE_FUND = '$[*] ? (@.kind == "remit_above" && @.basis == "cooperative_year")'


async def posted_in_year(tx: Tx, cooperative_id: UUID, year: int) -> list[Earning]:
    """The earnings of a calendar year that stand in the books."""
    sql = f"""{earnings.select} where t.cooperative_id = $1 and t.state = 'posted' and t.work_date between $2 and $3"""
    rows = await tx.rows(sql, cooperative_id, date(year, 1, 1), date(year, 12, 31))
    return [earnings.load(row) for row in rows]


async def lock_years(tx: Tx, cooperative_id: UUID, member_ids: Sequence[UUID], year: int) -> None:
    """Lock the years of these members, in one order for everybody who posts to their pots."""
    sql = """insert into member_year (member_id, year, cooperative_id)
             select m, $2, $3 from unnest($1::uuid[]) m order by m
             on conflict (member_id, year) do update set cooperative_id = excluded.cooperative_id"""
    await tx.value(sql, list(member_ids), year, cooperative_id)


async def year_totals(tx: Tx, member_id: UUID, year: int) -> list[MonthTotal]:
    """What the member kept so far in a calendar year, by month and agreement version."""
    return await _totals(tx, _TERMS.format(table="member_month", owner="member_id"), member_id, year, _OF_MEMBERS)


async def lock_fund_year(tx: Tx, cooperative_id: UUID, year: int) -> list[MonthTotal]:
    """Lock the fund's year, after the members', and read its totals."""
    sql = """insert into fund_year (cooperative_id, year) values ($1, $2)
             on conflict (cooperative_id, year) do update set year = excluded.year"""
    await tx.value(sql, cooperative_id, year)
    return await fund_totals(tx, cooperative_id, year)


async def fund_totals(tx: Tx, cooperative_id: UUID, year: int) -> list[MonthTotal]:
    """What came to the cooperative fund in a calendar year, by month and agreement version."""
    sql = _TERMS.format(table="fund_month", owner="cooperative_id")
    return [replace(row, allowance_cents=0) for row in await _totals(tx, sql, cooperative_id, year, _OF_THE_FUND)]


async def _totals(tx: Tx, sql: str, owner_id: UUID, year: int, rule: str) -> list[MonthTotal]:
    return [
        MonthTotal(
            row["month"],
            row["agreement_id"],
            row["active_from"],
            RemitAbove(**row["remittance"]) if row["remittance"] else None,
            row["kept_cents"],
            row["allowance"],
        )
        for row in await tx.rows(sql, owner_id, date(year, 1, 1), date(year, 12, 31), rule)
    ]


async def add_to_month(tx: Tx, earning: Earning, agreement_id: UUID, kept_cents: int) -> None:
    """Add to (or, negative, take from) the total of the month worked in, under the lock of the year."""
    sql = """insert into member_month (member_id, month, agreement_id, cooperative_id, kept_cents)
             values ($1, $2, $3, $4, greatest($5::bigint, 0))
             on conflict (member_id, month, agreement_id) do update set kept_cents = member_month.kept_cents + $5"""
    month = earning.work_date.replace(day=1)
    await tx.value(sql, earning.credited_id, month, agreement_id, earning.cooperative_id, kept_cents)


async def open_months(tx: Tx, totals: Sequence[OpeningTotal], versions: Mapping[date, Agreement]) -> None:
    """What members and the fund kept in months before these books began, under each month's version."""
    of_members = """insert into member_month (member_id, month, agreement_id, cooperative_id, kept_cents, opening_cents)
                    values ($1, $2, $3, $4, $5, $5)"""
    of_fund = """insert into fund_month (month, agreement_id, cooperative_id, kept_cents, opening_cents)
                 values ($1, $2, $3, $4, $4)"""
    rows = [(t.member_id, t.month, versions[t.month].id, versions[t.month].cooperative_id, t.cents) for t in totals]
    await tx.many(of_members, [row for row in rows if row[0] is not None])
    await tx.many(of_fund, [row[1:] for row in rows if row[0] is None])


async def add_to_fund_month(tx: Tx, agreement: Agreement, day: date, cents: int) -> None:
    """Add to (or, negative, take from) what came to the fund in the month of `day`."""
    sql = """insert into fund_month (cooperative_id, month, agreement_id, kept_cents) values ($1, $2, $3, $4)
             on conflict (cooperative_id, month, agreement_id)
             do update set kept_cents = fund_month.kept_cents + excluded.kept_cents"""
    await tx.value(sql, agreement.cooperative_id, day.replace(day=1), agreement.id, cents)
