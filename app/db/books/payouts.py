"""Payouts: table and queries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.store import Store
from app.domain.books.payouts import Payout


class PayoutRow(SQLModel, table=True):
    """Append-only: triggers refuse any change but to forget the reason."""

    __tablename__ = "payout"
    __table_args__ = (
        c.check("payout_cents", "cents > 0"),
        c.check("payout_method", "method in ('bank', 'cash')"),
        c.check(
            "payout_creditor_kind", "creditor_kind in ('supplier', 'member', 'municipality', 'cooperative', 'customer')"
        ),
        Index("payout_of_creditor", "creditor_id"),
        *c.longest("payout", reason=500),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    creditor_kind: str = c.text()
    creditor_id: UUID = c.link(None, index=False)
    cents: int = c.cents()
    paid_on: date = c.day()
    method: str = c.text()
    recorded_by: UUID = c.link("person", index=False)
    recorded_at: datetime = c.when()
    reason: str = c.text()
    bank_line_id: UUID | None = c.link("bank_line", null=True)


payouts = Store(
    PayoutRow,
    Payout,
    reversed_on="(select r.effective_on from journal r where r.reverses = t.id)",
)
