"""The earnings of a job as they were before a credit: table and store."""

from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.store import Store
from app.domain.earning.refunds import EarningBefore


class EarningBeforeRow(SQLModel, table=True):
    """Append-only."""

    __tablename__ = "earning_before"
    __table_args__ = (c.check("earning_before_cents", "cents > 0"),)
    id: UUID = c.key()
    credit_id: UUID = c.link("credit")
    earning_id: UUID = c.link("earning")
    cooperative_id: UUID = c.link("cooperative")
    cents: int = c.cents()
    kept_cents: int = c.cents()
    held_cents: int = c.cents()
    state: str = c.text()
    legs: list[Any] = c.json()
    decision: int


earnings_before = Store(EarningBeforeRow, EarningBefore)
