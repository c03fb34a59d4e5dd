"""Credits, write-offs and money that went back: tables and queries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.cooperatives import UMBRELLA
from app.db.selling.payments import CUSTOMER, MAKERS
from app.db.store import Store
from app.domain.selling.credits import Credit
from app.domain.selling.repayments import Repayment
from app.domain.selling.write_offs import WriteOff


class CreditRow(SQLModel, table=True):
    """Its contents never change: triggers refuse it. It can be reversed, and its words forgotten."""

    __tablename__ = "credit"
    __table_args__ = (
        Index("ix_credit_part_of", "part_of", postgresql_where=sql_text("part_of is not null")),
        c.check("credit_cents", "net_cents >= 0 and vat_cents >= 0 and net_cents + vat_cents > 0"),
        *c.longest("credit", reason=500),
    )
    id: UUID = c.key()
    order_id: UUID = c.link("order")
    cooperative_id: UUID = c.link("cooperative", index=False)
    net_cents: int = c.cents()
    vat_cents: int = c.cents()
    day: date = c.day()
    reason: str = c.text()
    credited_by: UUID = c.link("person", index=False)
    credited_at: datetime = c.when()
    part_of: UUID | None = c.link("credit", null=True, index=False)
    reversed_on: date | None = c.day(null=True)
    version: int


class CreditLineRow(SQLModel, table=True):
    """Append-only. The part of a credit that comes off a line; less than nothing of a discount."""

    __tablename__ = "credit_line"
    credit_id: UUID = Field(foreign_key="credit.id", primary_key=True)
    order_line_id: UUID = Field(foreign_key="order_line.id", primary_key=True, index=True)
    order_id: UUID = c.link("order", index=False)
    net_cents: int = c.cents()
    vat_cents: int = c.cents()
    quantity: int


class RepaymentRow(SQLModel, table=True):
    __tablename__ = "repayment"
    __table_args__ = (
        c.check("repayment_cents", "cents > 0"),
        Index(
            "repayment_payment",
            "payment_id",
            unique=True,
            postgresql_where=sql_text("payment_id is not null"),
        ),
        *c.longest("repayment", reason=500),
    )
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
    bank_line_id: UUID | None = c.link("bank_line", null=True)
    payment_id: UUID | None = c.link("payment", null=True, index=False)
    version: int


class WriteOffRow(SQLModel, table=True):
    __tablename__ = "write_off"
    __table_args__ = (
        c.check("write_off_cents", "cents > 0"),
        c.check("write_off_state", "state in ('proposed', 'confirmed', 'withdrawn', 'reversed')"),
        c.check("write_off_two_people", "confirmed_by is null or confirmed_by <> proposed_by"),
        *c.longest("write_off", reason=500),
    )
    id: UUID = c.key()
    order_id: UUID = c.link("order")
    cooperative_id: UUID = c.link("cooperative")
    cents: int = c.cents()
    borne_by: str = c.text()
    reason: str = c.text()
    proposed_by: UUID = c.link("person", index=False)
    proposed_at: datetime = c.when()
    state: str = c.text()
    confirmed_by: UUID | None = c.link("person", null=True, index=False)
    confirmed_on: date | None = c.day(null=True)
    version: int


LINES = """(
    select coalesce(jsonb_agg(to_jsonb(l) || jsonb_build_object('hides_vat', o.purchase_cents is not null)
                              order by l.order_line_id), '[]')
      from credit_line l join order_line o on o.id = l.order_line_id where l.credit_id = t.id)"""
credits = Store(  # noqa: A001  the noun
    CreditRow,
    Credit,
    fixed=(
        "order_id",
        "cooperative_id",
        "net_cents",
        "vat_cents",
        "day",
        "reason",
        "credited_by",
        "credited_at",
        "part_of",
    ),
    lines=LINES,
)
repayments = Store(
    RepaymentRow,
    Repayment,
    fixed=(
        "order_id",
        "cooperative_id",
        "cents",
        "paid_on",
        "method",
        "recorded_by",
        "recorded_at",
        "payment_id",
        "bank_line_id",
    ),
)
write_offs = Store(
    WriteOffRow,
    WriteOff,
    fixed=("order_id", "cooperative_id", "cents", "borne_by", "reason", "proposed_by", "proposed_at"),
    order_reference="coalesce(order_to_write_off(t.order_id) ->> 'reference', '')",
    order_due_cents="coalesce((order_to_write_off(t.order_id) ->> 'due')::bigint, 0)",
    order_bearer="order_to_write_off(t.order_id) ->> 'bearer'",
    umbrella_id=UMBRELLA,
    order_makers=MAKERS,
    customer_person_id=CUSTOMER,
)


async def add_credit(tx: Tx, credit: Credit) -> None:
    """Insert a credit with its lines, with the next statement."""
    lines = [
        {
            "credit_id": line.credit_id,
            "order_line_id": line.order_line_id,
            "order_id": line.order_id,
            "net_cents": line.net_cents,
            "vat_cents": line.vat_cents,
            "quantity": line.quantity,
        }
        for line in credit.lines
    ]
    row = credits.records([credit])[0]
    await tx.value("select add_credit($1, $2)", row, lines)


async def last_credit(tx: Tx, order_id: UUID) -> UUID | None:
    """The last credit of an order that is not undone."""
    sql = """select r.id from credit r join journal j on j.source_type = 'credit' and j.source_id = r.id
              where r.order_id = $1 and j.kind = 'credit' and r.reversed_on is null order by j.id desc limit 1"""
    found: UUID | None = await tx.value(sql, order_id)
    return found
