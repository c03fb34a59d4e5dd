"""Counts of cash: table and queries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.books.cash_counts import CashCount


class CashCountRow(SQLModel, table=True):
    """Append-only."""

    __tablename__ = "cash_count"
    __table_args__ = (
        c.check("cash_count_cents", "cents >= 0"),
        Index("cash_count_of_cooperative", "cooperative_id", "counted_on"),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative", index=False)
    counted_on: date = c.day()
    cents: int = c.cents()
    expected_cents: int = c.cents()
    counted_by: UUID = c.link("person", index=False)
    counted_at: datetime = c.when()
    version: int


cash_counts = Store(CashCountRow, CashCount)
CASH_ON = """
    (select coalesce(-sum(e.cents), 0)::bigint from account a join entry e on e.account_id = a.id
       join journal j on j.id = e.journal_id
      where a.cooperative_id = $1 and a.kind = 'cash' and a.currency = 'EUR' and j.effective_on <= {day})"""
"""What the books say is in cash at the end of a day."""


async def cash_on(tx: Tx, cooperative_id: UUID, day: date) -> int:
    """The cents that the books have in cash at the end of a day."""
    return int(await tx.value(f"select {CASH_ON.format(day='$2')}", cooperative_id, day))


async def last_counted(tx: Tx, cooperative_id: UUID) -> date | None:
    """The day of the last count."""
    found: date | None = await tx.value(
        "select max(counted_on) from cash_count where cooperative_id = $1", cooperative_id
    )
    return found
