"""Payments: table and queries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.earning.refunds import Refund
from app.domain.selling.payments import Payment


class PaymentRow(SQLModel, table=True):
    __tablename__ = "payment"
    __table_args__ = (c.check("payment_cents", "cents > 0"), *c.longest("payment", reason=500))
    id: UUID = c.key()
    order_id: UUID = c.link("order")
    cooperative_id: UUID = c.link("cooperative", index=False)
    cents: int = c.cents()
    paid_on: date = c.day()
    method: str = c.text()
    recorded_by: UUID = c.link("person", index=False)
    recorded_at: datetime = c.when()
    reversed_on: date | None = c.day(null=True)
    reversed_by: UUID | None = c.link("person", null=True, index=False)
    reason: str = c.text()
    version: int


class RefundRow(SQLModel, table=True):
    """Append-only: triggers refuse any change."""

    __tablename__ = "refund"
    __table_args__ = (
        c.check("refund_cents", "cents > 0 and vat_cents between 0 and cents"),
        c.check("refund_returned", "returned_cents >= 0 and returned_cents + vat_cents <= cents"),
        *c.longest("refund", reason=500),
    )
    id: UUID = c.key()
    order_id: UUID = c.link("order")
    cooperative_id: UUID = c.link("cooperative", index=False)
    cents: int = c.cents()
    vat_cents: int = c.cents()
    day: date = c.day()
    reason: str = c.text()
    refunded_by: UUID = c.link("person", index=False)
    refunded_at: datetime = c.when()
    returned_cents: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


payments = Store(
    PaymentRow,
    Payment,
    fixed=("order_id", "cooperative_id", "cents", "paid_on", "method", "recorded_by", "recorded_at"),
)
refunds = Store(RefundRow, Refund)


async def last_credit(tx: Tx, order_id: UUID) -> UUID | None:
    """The journal of the last refund that was taken off the sale of an order."""
    sql = """select j.id from refund r join journal j on j.source_type = 'refund' and j.source_id = r.id
              where r.order_id = $1 and j.kind = 'sale_refund' order by j.id desc limit 1"""
    found: UUID | None = await tx.value(sql, order_id)
    return found
