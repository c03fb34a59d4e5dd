"""Invoices, their numbers, the orders that they are for, and when they were sent: tables and queries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, SmallInteger, UniqueConstraint, func
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.selling.invoices import Invoice, InvoiceOrder

KINDS = "('standard', 'simplified', 'deposit', 'final', 'collective', 'partner', 'credit_note')"


class InvoiceRow(SQLModel, table=True):
    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "year", "sequence"),
        UniqueConstraint("cooperative_id", "number"),
        c.check("invoice_kind", f"kind in {KINDS}"),
        c.check("invoice_number", "number ~ '^[A-Z]{1,6}[0-9]{4}-[0-9]{5,}$' and sequence > 0"),
        c.check("invoice_digest", "digest ~ '^[0-9a-f]{64}$'"),
        c.check("invoice_amounts", "gross_cents >= 0 and payable_cents between 0 and gross_cents"),
        Index("invoice_number_of_anybody", "number"),
        Index("invoice_updated", "updated_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
        Index("invoice_credit", "credit_id", postgresql_where=sql_text("credit_id is not null")),
        Index("invoice_purchase", "purchase_id", postgresql_where=sql_text("purchase_id is not null")),
        *c.longest("invoice", buyer_name=200, purchase_order=100),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative", index=False)
    kind: str = c.text()
    year: int = Field(sa_type=SmallInteger)
    sequence: int
    number: str = c.text()
    issued_on: date = c.day()
    issued_at: datetime = c.when()
    due_on: date | None = c.day(null=True)
    buyer_id: UUID | None = c.link("cooperative", null=True)
    customer_person_id: UUID | None = c.link("person", null=True)
    app_id: UUID | None = c.link("app", null=True)
    buyer_name: str = c.text()
    buyer_type: str | None = c.text(null=True)
    kvk_number: str | None = c.text(null=True)
    oin: str | None = c.text(null=True)
    purchase_order: str | None = c.text(null=True)
    rf_reference: str | None = c.text(null=True)
    gross_cents: int = c.cents()
    payable_cents: int = c.cents()
    paper: dict[str, Any] = c.json()
    digest: str = c.text()
    credit_id: UUID | None = c.link("credit", null=True, index=False)
    purchase_id: UUID | None = c.link("joint_purchase", null=True, index=False)
    refers_to: list[UUID] = c.ids()
    sent_at: datetime | None = c.when(null=True)
    updated_at: datetime = Field(
        sa_type=DateTime(timezone=True), nullable=False, sa_column_kwargs={"server_default": func.now()}
    )
    """When the row was written last: a trigger keeps it."""
    version: int


class InvoiceOrderRow(SQLModel, table=True):
    __tablename__ = "invoice_order"
    __table_args__ = (UniqueConstraint("invoice_id", "order_id"),)
    id: UUID = c.key()
    invoice_id: UUID = c.link("invoice", index=False)
    order_id: UUID = c.link("order")
    cooperative_id: UUID = c.link("cooperative", index=False)
    groups: list[dict[str, Any]] = c.json()
    net_cents: int = c.cents()
    vat_cents: int = c.cents()


class InvoiceSeriesRow(SQLModel, table=True):
    """The last number of each year; the row is locked while one is given out."""

    __tablename__ = "invoice_series"
    __table_args__ = (c.check("invoice_series_last", "last >= 0"),)
    cooperative_id: UUID = Field(foreign_key="cooperative.id", primary_key=True)
    year: int = Field(sa_type=SmallInteger, primary_key=True)
    last: int
    last_issued_on: date | None = c.day(null=True)


class InvoiceSendingRow(SQLModel, table=True):
    __tablename__ = "invoice_sending"
    __table_args__ = (c.check("invoice_sending_channel", "channel in ('mail', 'by_hand')"),)
    id: UUID = c.key()
    invoice_id: UUID = c.link("invoice")
    cooperative_id: UUID = c.link("cooperative", index=False)
    channel: str = c.text()
    at: datetime = c.when()
    person_id: UUID | None = c.link("person", null=True, index=False)


invoices = Store(
    InvoiceRow,
    Invoice,
    order_ids="(select coalesce(array_agg(p.order_id order by p.order_id), '{}') from invoice_order p"
    " where p.invoice_id = t.id)",
    due_cents="invoice_due(t)",
)
invoice_orders = Store(InvoiceOrderRow, InvoiceOrder)


async def next_number(tx: Tx, cooperative_id: UUID) -> tuple[int, int, date]:
    """The year, the next number in it, and the day of issue.

    The series stays locked until the transaction ends; a rollback gives the number back. Day and year are read once the
    series is locked, as somebody may have waited for it over midnight.
    """
    row = await tx.only("select * from next_invoice_number($1, $2)", cooperative_id, tx.now)
    return row["year"], row["sequence"], row["day"]
