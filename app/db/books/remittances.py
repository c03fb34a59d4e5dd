"""Remittances to municipalities: table and queries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.books.remittances import Line, Remittance, Specification


class RemittanceRow(SQLModel, table=True):
    __tablename__ = "remittance"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "through"),
        c.check("remittance_cents", "cents > 0"),
        c.check("remittance_state", "state in ('reported', 'invoiced', 'settled')"),
        c.check("remittance_invoiced", "(state = 'reported') = (invoiced_by is null)"),
        *c.longest("remittance", reference=60),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative", index=False)
    municipality_id: UUID = c.link("municipality")
    after: date | None = c.day(null=True)
    through: date = c.day()
    cents: int = c.cents()
    by_rule: dict[str, int] = c.json()
    by_month: dict[str, int] = c.json()
    recomputed: bool | None
    digest: str = c.text()
    reported_by: UUID = c.link("person", index=False)
    reported_at: datetime = c.when()
    state: str = c.text()
    reference: str = c.text()
    invoiced_by: UUID | None = c.link("person", null=True, index=False)
    settled_on: date | None = c.day(null=True)
    by_payouts: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    version: int


class SpecificationRow(SQLModel, table=True):
    """The lines of the remittance with this id, in a table of their own: the municipality sees the remittance only."""

    __tablename__ = "specification"
    id: UUID = Field(foreign_key="remittance.id", primary_key=True)
    cooperative_id: UUID = c.link("cooperative", index=False)
    lines: list[Any] = c.json()


remittances = Store(
    RemittanceRow,
    Remittance,
    fixed=(
        "cooperative_id",
        "municipality_id",
        "after",
        "through",
        "cents",
        "by_rule",
        "by_month",
        "recomputed",
        "digest",
        "reported_by",
        "reported_at",
    ),
)
specifications = Store(
    SpecificationRow,
    Specification,
    through="(select r.through from remittance r where r.id = t.id)",
    cents="(select r.cents from remittance r where r.id = t.id)",
    digest="(select r.digest from remittance r where r.id = t.id)",
)


async def months_reported(tx: Tx, cooperative_id: UUID) -> tuple[date | None, date | None]:
    """The last month that was reported, and the last that was closed."""
    sql = """select (select max(through) from remittance where cooperative_id = $1) as reported,
                    (select max(month) from period where cooperative_id = $1) as closed"""
    row = await tx.only(sql, cooperative_id)
    return row["reported"], row["closed"]


async def owed_lines(tx: Tx, cooperative_id: UUID, after: date | None, through: date | None) -> list[Line]:
    """The entries for the municipality after one month through another, oldest first."""
    sql = """select j.id as journal_id, e.line, j.effective_on, j.period, j.kind, e.rule, e.cents, e.facts
               from account a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id
              where a.cooperative_id = $1 and a.kind = 'payable_municipality' and j.source_type <> 'remittance'
                and coalesce(e.facts ->> 'of', e.rule) <> 'payout'
                and ($2::date is null or j.period > $2) and ($3::date is null or j.period <= $3)
              order by j.id, e.line"""
    found, name = [], tx.sealing.pseudonym
    for row in await tx.rows(sql, cooperative_id, after, through):
        values = dict(row)
        member = values["facts"].pop("member", None)
        found.append(Line(**values, member=name(cooperative_id, UUID(member)) if member else None))
    return found


async def paid_out_to(tx: Tx, cooperative_id: UUID, municipality_id: UUID) -> int:
    """What payouts to a municipality paid, in cents; not the payments of single remittances."""
    sql = """select coalesce(-sum(e.cents), 0)::bigint from account a join entry e on e.account_id = a.id
              where a.cooperative_id = $1 and a.kind = 'payable_municipality' and a.party = $2
                and coalesce(e.facts ->> 'of', e.rule) = 'payout'"""
    return int(await tx.value(sql, cooperative_id, str(municipality_id)))
