"""The series of invoice numbers: the last one of each year, those that were lost, and restores; tables and queries."""

from datetime import date, datetime
from uuid import UUID

import asyncpg
from sqlalchemy import DateTime, ForeignKeyConstraint, SmallInteger
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.domain.errors import NotFound, RestoredUnchecked
from app.domain.selling.invoice_series import InvoiceSeries


class InvoiceSeriesRow(SQLModel, table=True):
    """The last number of each year; the row is locked while one is given out.

    While it is unchecked, after a restore, triggers let it give none.
    """

    __tablename__ = "invoice_series"
    __table_args__ = (c.check("invoice_series_last", "last >= 0"),)
    cooperative_id: UUID = Field(foreign_key="cooperative.id", primary_key=True)
    year: int = Field(sa_type=SmallInteger, primary_key=True)
    last: int
    last_issued_on: date | None = c.day(null=True)
    unchecked: bool = Field(sa_column_kwargs={"server_default": "false"})


class InvoiceLostRow(SQLModel, table=True):
    """A number that was given before a restore, and whose invoice this database does not know. Append-only."""

    __tablename__ = "invoice_lost"
    __table_args__ = (
        c.check("invoice_lost_sequence", "sequence > 0"),
        ForeignKeyConstraint(
            ["cooperative_id", "year"],
            ["invoice_series.cooperative_id", "invoice_series.year"],
            name="invoice_lost_series",
        ),
    )
    cooperative_id: UUID = Field(primary_key=True)
    year: int = Field(sa_type=SmallInteger, primary_key=True)
    sequence: int = Field(primary_key=True)
    noted_by: UUID = c.link("person", index=False)
    noted_at: datetime = c.when()


class RestorationRow(SQLModel, table=True):
    """That this database was restored: a series of that year that begins later begins unchecked. Append-only."""

    __tablename__ = "restoration"
    noted_at: datetime = Field(sa_type=DateTime(timezone=True), primary_key=True)


SERIES = """
    select s.cooperative_id, s.year, s.last, s.unchecked, c.invoice_prefix as prefix,
           (select i.number from invoice i
             where i.cooperative_id = s.cooperative_id and i.year = s.year and i.sequence = s.last) as number,
           (select count(*)::int from invoice_lost l
             where l.cooperative_id = s.cooperative_id and l.year = s.year) as lost
      from invoice_series s join cooperative c on c.id = s.cooperative_id
     where s.cooperative_id = $1"""


async def next_number(tx: Tx, cooperative_id: UUID) -> tuple[int, int, date]:
    """The year, the next number in it, and the day of issue.

    The series stays locked until the transaction ends; a rollback gives the number back. Day and year are read once the
    series is locked, as somebody may have waited for it over midnight. Raises RestoredUnchecked.
    """
    row = await tx.only("select * from next_invoice_number($1, $2)", cooperative_id, tx.now)
    if row["unchecked"]:
        series = await get_series(tx, cooperative_id, row["year"])
        raise RestoredUnchecked(last=series.last_number, **({} if series.last else {"how": "none"}))
    return row["year"], row["sequence"], row["day"]


async def lock_numbers(tx: Tx, cooperative_id: UUID) -> None:
    """Lock the series of a cooperative until the transaction ends, before its books."""
    await tx.value("select lock_invoice_numbers($1)", cooperative_id)


async def list_series(tx: Tx, cooperative_id: UUID) -> list[InvoiceSeries]:
    """The series of a cooperative, newest year first."""
    return [_series(row) for row in await tx.rows(f"{SERIES} order by s.year desc", cooperative_id)]


async def get_series(tx: Tx, cooperative_id: UUID, year: int) -> InvoiceSeries:
    """The series of a year. Raises NotFound."""
    row = await tx.row(f"{SERIES} and s.year = $2", cooperative_id, year)
    if row is None:
        raise NotFound
    return _series(row)


async def prefixes_of(tx: Tx, cooperative_id: UUID) -> set[str]:
    """The prefixes that a cooperative has or had."""
    sql = "select prefix from invoice_prefix where cooperative_id = $1"
    return {row["prefix"] for row in await tx.rows(sql, cooperative_id)}


async def save_checked(tx: Tx, series: InvoiceSeries, last: int) -> None:
    """Lets a series go on after `last`; the numbers that this database does not know are lost."""
    sql = "select check_invoice_numbers($1, $2, $3, $4)"
    await tx.value(sql, series.cooperative_id, series.year, last, tx.now)


async def mark_unchecked(tx: Tx) -> list[UUID]:
    """Notes that the database was restored. Marks each series in which a number may have been given since the backup.

    That may be so from the year of the newest event on, less a day for clocks that differ. A cooperative with a prefix
    gets its series of those years. Returns the cooperatives of which a series was not marked before.
    """
    await tx.value("insert into restoration (noted_at) values ($1) on conflict do nothing", tx.now)
    sql = """
        with since as (
            select least($1::int, coalesce(
                       (select extract(year from (created_at at time zone 'Europe/Amsterdam') - interval '1 day')::int
                          from outbox order by id desc limit 1), $1::int)) as year),
        added as (
            insert into invoice_series (cooperative_id, year, last, unchecked)
            select p.cooperative_id, y, 0, true
              from (select cooperative_id, extract(year from min(since))::int as year from invoice_prefix group by 1) p
             cross join since cross join generate_series(greatest(p.year, since.year), $1::int) y
            on conflict (cooperative_id, year) do nothing returning cooperative_id),
        marked as (
            update invoice_series s set unchecked = true from since
             where s.year >= since.year and not s.unchecked returning s.cooperative_id)
        select cooperative_id from added union select cooperative_id from marked order by 1"""
    return [row["cooperative_id"] for row in await tx.rows(sql, tx.today.year)]


async def knows_restores(tx: Tx) -> bool:
    """Whether this schema can note a restore; one that still has to be migrated may not."""
    return await tx.value("select to_regclass('public.restoration')") is not None


def _series(row: asyncpg.Record) -> InvoiceSeries:
    return InvoiceSeries(
        cooperative_id=row["cooperative_id"],
        year=row["year"],
        last=row["last"],
        unchecked=row["unchecked"],
        prefix=row["prefix"] or "",
        number=row["number"],
        lost=row["lost"],
    )
