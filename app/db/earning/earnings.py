"""Earnings and the month totals behind thresholds: tables and queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Query, Store
from app.domain.books.opening import OpeningTotal
from app.domain.earning.agreements import Agreement
from app.domain.earning.earnings import Earning
from app.domain.earning.split import MonthTotal, month_terms
from app.domain.earning.thresholds import Year
from app.domain.ledger import AccountKind
from app.domain.rules import RemitAbove


class EarningRow(SQLModel, table=True):
    __tablename__ = "earning"
    __table_args__ = (
        UniqueConstraint("order_id", "member_id", "part_id", name="earning_once", postgresql_nulls_not_distinct=True),
        c.check("earning_state", "state in ('pending', 'held', 'posted', 'forfeited', 'reversed')"),
        c.check("earning_held", "held_cents >= 0 and (held_because is not null or held_cents = 0)"),
        c.check("earning_refunded", "refunded_cents between 0 and net_cents"),
        Index(
            "earning_pending",
            "member_id",
            postgresql_include=["net_cents"],
            postgresql_where=sql_text("state = 'pending'"),
        ),
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
    to_member_id: UUID | None = c.link("member", null=True)
    decided_by: UUID | None = c.link("person", null=True, index=False)
    reason: str = c.text()
    refunded_cents: int = c.cents()
    part_id: UUID | None = c.link("assignment_part", null=True, index=False)
    version: int


class MemberYearRow(SQLModel, table=True):
    """One row for each member and calendar year: the lock of a split and its posting."""

    __tablename__ = "member_year"
    member_id: UUID = Field(foreign_key="member.id", primary_key=True)
    year: int = Field(primary_key=True)
    cooperative_id: UUID = c.link("cooperative")


class MemberMonthRow(SQLModel, table=True):
    """A member's total before remittance, by month and agreement version; written with each posting.

    `opening_cents` of it are from before these books. The legal limits are those at the time of its first write.
    """

    __tablename__ = "member_month"
    __table_args__ = (c.check("member_month_kept", "kept_cents >= 0"),)
    member_id: UUID = Field(foreign_key="member.id", primary_key=True)
    month: date = Field(primary_key=True)
    agreement_id: UUID = Field(foreign_key="agreement.id", primary_key=True)
    cooperative_id: UUID = c.link("cooperative")
    kept_cents: int = c.cents()
    opening_cents: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    law_cents: int | None = c.cents(null=True)
    law_year_cents: int | None = c.cents(null=True)


class FundYearRow(SQLModel, table=True):
    """One row for each cooperative and calendar year: the lock if the fund's year decides the remittance."""

    __tablename__ = "fund_year"
    cooperative_id: UUID = Field(foreign_key="cooperative.id", primary_key=True)
    year: int = Field(primary_key=True)


class FundMonthRow(SQLModel, table=True):
    """The cooperative fund's total before remittance, by month and agreement version."""

    __tablename__ = "fund_month"
    cooperative_id: UUID = Field(foreign_key="cooperative.id", primary_key=True)
    month: date = Field(primary_key=True)
    agreement_id: UUID = Field(foreign_key="agreement.id", primary_key=True)
    kept_cents: int = c.cents()
    opening_cents: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


earnings = Store(
    EarningRow,
    Earning,
    fixed=("order_id", "cooperative_id", "member_id", "part_id"),
    decision_journal_id="""case when t.state in ('posted', 'forfeited') and t.release_parts > 0 then (
        select j.id from journal j where j.source_type = 'earning' and j.source_id = t.id and j.kind = 'release'
           and j.part = t.release_parts) end""",
)


async def posted_in_year(tx: Tx, cooperative_id: UUID, year: int) -> list[Earning]:
    """The booked earnings of a calendar year."""
    sql = f"""{earnings.select} where t.cooperative_id = $1 and t.state = 'posted' and t.work_date between $2 and $3"""
    rows = await tx.rows(sql, cooperative_id, date(year, 1, 1), date(year, 12, 31))
    return [earnings.load(row) for row in rows]


async def lock_year(tx: Tx, cooperative_id: UUID, member_ids: Iterable[UUID], year: int) -> Year:
    """Locks a calendar year of these members, then of the fund, then their pots: always in this order."""
    found = await tx.value("select lock_year($1, $2, $3)", cooperative_id, sorted(set(member_ids)), year)
    return _year(cooperative_id, found)


def locked_year(cooperative_id: UUID, order_id: UUID, year: int) -> Query[Year]:
    """The same as a query, for the earners of a locked order: its makers, and members who got a transfer."""
    sql = """select lock_year($1, array(
                 select distinct unnest(array[e.member_id, coalesce(e.to_member_id, e.member_id)])
                   from earning e where e.order_id = $2 order by 1), $3) as locked"""
    return Query(sql, (cooperative_id, order_id, year), lambda row: _year(cooperative_id, row["locked"]))


def _year(cooperative_id: UUID, found: dict[str, Any]) -> Year:
    members: dict[UUID, list[MonthTotal]] = {}
    for row in found["members"]:
        members.setdefault(UUID(row["owner"]), []).append(_total(row))
    fund = [replace(_total(row), allowance_cents=0) for row in found["fund"]]
    return Year(cooperative_id, members, fund, _pots(found["pots"]))


async def lock_pots(tx: Tx, cooperative_id: UUID, member_ids: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """Locks the pots of members. Returns the balance and the debt of each."""
    return _pots(await tx.value("select lock_pots($1, $2)", cooperative_id, sorted(set(member_ids))))


def _pots(rows: Iterable[Mapping[str, Any]]) -> dict[UUID, tuple[int, int]]:
    pots: dict[UUID, tuple[int, int]] = {}
    for row in rows:
        pot, owed = pots.get(UUID(row["member_id"]), (0, 0))
        is_pot = row["kind"] == AccountKind.POT
        pots[UUID(row["member_id"])] = (row["posted"], owed) if is_pot else (pot, -row["posted"])
    return pots


async def save_year(tx: Tx, year: Year) -> None:
    """Buffers the new totals of the year. Several transactions may write the fund's at once."""
    of_members = """merge into member_month t
        using unnest($1::uuid[], $2::date[], $3::uuid[], $4::bigint[], $6::bigint[], $7::bigint[])
              as u (member_id, month, agreement_id, cents, law_cents, law_year_cents)
           on t.member_id = u.member_id and t.month = u.month and t.agreement_id = u.agreement_id
         when matched then update set kept_cents = t.kept_cents + u.cents
         when not matched then insert (member_id, month, agreement_id, kept_cents, cooperative_id, law_cents,
                                       law_year_cents)
              values (u.member_id, u.month, u.agreement_id, u.cents, $5, u.law_cents, u.law_year_cents)"""
    of_fund = """insert into fund_month (month, agreement_id, kept_cents, cooperative_id)
         select *, $4 from unnest($1::date[], $2::uuid[], $3::bigint[])
         on conflict (cooperative_id, month, agreement_id)
         do update set kept_cents = fund_month.kept_cents + excluded.kept_cents"""
    members = [(who, month, version, cents) for (who, month, version), cents in year.changes.items() if who]
    fund = [(month, version, cents) for (who, month, version), cents in year.changes.items() if not who]
    if members:
        columns = [list(column) for column in zip(*members, strict=True)]
        terms = [year.month_of(member_id, month, agreement_id) for member_id, month, agreement_id, _ in members]
        laws = [[month.law_cents for month in terms], [month.law_year_cents for month in terms]]
        await tx.write(of_members, *columns, year.cooperative_id, *laws, row=("member_month", *members))
    if fund:
        columns = [list(column) for column in zip(*fund, strict=True)]
        await tx.write(of_fund, *columns, year.cooperative_id, row=("fund_month", *fund))
    year.changes.clear()


async def year_totals(tx: Tx, member_id: UUID, year: int) -> list[MonthTotal]:
    """The member's totals so far in a calendar year, by month and agreement version."""
    rows = await tx.value("select member_totals($1, $2)", [member_id], year)
    return [_total(row) for row in rows]


async def fund_totals(tx: Tx, cooperative_id: UUID, year: int) -> list[MonthTotal]:
    """The cooperative fund's totals in a calendar year, by month and agreement version."""
    rows = await tx.value("select fund_totals($1, $2)", cooperative_id, year)
    return [replace(_total(row), allowance_cents=0) for row in rows]


def _total(row: dict[str, Any]) -> MonthTotal:
    return MonthTotal(
        month=date.fromisoformat(row["month"]),
        agreement_id=UUID(row["agreement_id"]),
        active_from=date.fromisoformat(row["active_from"]),
        remittance=RemitAbove(**row["remittance"]) if row["remittance"] else None,
        kept_cents=row["kept_cents"],
        allowance_cents=row["allowance"],
        law_cents=row.get("law"),
        law_year_cents=row.get("law_year"),
    )


async def open_months(tx: Tx, totals: Sequence[OpeningTotal], versions: Mapping[date, Agreement]) -> None:
    """The totals of members and fund in months before these books, under each month's version."""
    of_members = """insert into member_month (member_id, month, agreement_id, cooperative_id, kept_cents, opening_cents,
                                              law_cents, law_year_cents)
                    values ($1, $2, $3, $4, $5, $5, $6, $7)"""
    of_fund = """insert into fund_month (month, agreement_id, cooperative_id, kept_cents, opening_cents)
                 values ($1, $2, $3, $4, $4)"""
    rows = [(t.member_id, t.month, versions[t.month].id, versions[t.month].cooperative_id, t.cents) for t in totals]
    terms = [month_terms(versions[total.month], total.month) for total in totals]
    laws = [(month.law_cents, month.law_year_cents) for month in terms]
    await tx.many(of_members, [row + law for row, law in zip(rows, laws, strict=True) if row[0] is not None])
    await tx.many(of_fund, [row[1:] for row in rows if row[0] is None])
