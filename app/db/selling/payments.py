"""Payments: table and queries."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.store import Store
from app.domain.selling.payments import Payment


class PaymentRow(SQLModel, table=True):
    __tablename__ = "payment"
    __table_args__ = (
        c.check("payment_cents", "cents > 0"),
        c.check("payment_state", "state in ('to_confirm', 'recorded', 'rejected')"),
        c.check("payment_two_people", "decided_by is null or state = 'rejected' or decided_by <> recorded_by"),
        *c.longest("payment", reason=500),
    )
    id: UUID = c.key()
    order_id: UUID = c.link("order")
    cooperative_id: UUID = c.link("cooperative", index=False)
    cents: int = c.cents()
    paid_on: date = c.day()
    method: str = c.text()
    recorded_by: UUID = c.link("person", index=False)
    recorded_at: datetime = c.when()
    state: str = c.text()
    decided_by: UUID | None = c.link("person", null=True, index=False)
    reversed_on: date | None = c.day(null=True)
    reversed_by: UUID | None = c.link("person", null=True, index=False)
    reason: str = c.text()
    bank_line_id: UUID | None = c.link("bank_line", null=True)
    version: int


MAKERS = "coalesce(involved_in_order(t.order_id) -> 'makers', '[]')"
CUSTOMER = "(involved_in_order(t.order_id) ->> 'customer')::uuid"
payments = Store(
    PaymentRow,
    Payment,
    fixed=("order_id", "cooperative_id", "cents", "paid_on", "method", "recorded_by", "recorded_at", "bank_line_id"),
    order_makers=MAKERS,
    customer_person_id=CUSTOMER,
    from_order_id="(select r.order_id from repayment r where r.payment_id = t.id)",
)
