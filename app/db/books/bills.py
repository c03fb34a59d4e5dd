"""Bills: table and queries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql_text
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.cooperatives import UMBRELLA
from app.db.store import Store
from app.domain.books.bills import Bill


class BillRow(SQLModel, table=True):
    __tablename__ = "bill"
    __table_args__ = (
        c.check("bill_creditor", "creditor_kind in ('supplier', 'member')"),
        c.check("bill_treatment", "vat_treatment in ('domestic', 'reverse_charged', 'eu', 'outside_eu', 'foreign')"),
        c.check("bill_state", "state in ('received', 'approved', 'disputed', 'rejected')"),
        c.check("bill_cents", "cents <> 0 and cents = net_cents + vat_cents"),
        c.check("bill_two_people", "approved_by <> entered_by"),
        c.check(
            "bill_approved",
            "(approved_by is not null) = (state = 'approved') and (approved_at is null) = (approved_by is null)",
        ),
        c.check(
            "bill_payer",
            "case payer_kind when 'fund' then payer_id is null and payer_purpose is null"
            " when 'training_pot' then payer_id is null and payer_purpose is null"
            " when 'restricted_fund' then payer_id is not null and payer_purpose is not null"
            " when 'spending' then payer_id is not null and payer_purpose is null and cents > 0 else false end",
        ),
        Index(
            "bill_number_once",
            "cooperative_id",
            "creditor_kind",
            "creditor_id",
            sql_text("lower(number collate pg_c_utf8)"),
            unique=True,
            postgresql_where=sql_text("state <> 'rejected'"),
        ),
        Index("bill_credits", "credits_id", postgresql_where=sql_text("credits_id is not null")),
        Index("bill_payer_of", "payer_id", postgresql_where=sql_text("payer_id is not null")),
        *c.longest("bill", number=60, payer_purpose=60, payment_reference=35, source=60, reason=500),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    creditor_kind: str = c.text()
    creditor_id: UUID = c.link(None, index=False)
    number: str = c.text()
    billed_on: date = c.day()
    due_on: date | None = c.day(null=True)
    lines: list[Any] = c.json()
    net_cents: int = c.cents()
    vat_cents: int = c.cents()
    cents: int = c.cents()
    vat_treatment: str = c.text()
    payer_kind: str = c.text()
    payer_id: UUID | None = c.link(None, null=True, index=False)
    payer_purpose: str | None = c.text(null=True)
    payment_reference: str | None = c.text(null=True)
    source: str | None = c.text(null=True)
    credits_id: UUID | None = c.link("bill", null=True, index=False)
    entered_by: UUID = c.link("person", index=False)
    entered_at: datetime = c.when()
    state: str = c.text()
    approved_by: UUID | None = c.link("person", null=True, index=False)
    approved_at: datetime | None = c.when(null=True)
    deducted_vat_cents: int = c.cents()
    reason: str = c.text()
    version: int


DECIDED = {"state", "approved_by", "approved_at", "deducted_vat_cents", "reason", "version"}
bills = Store(
    BillRow,
    Bill,
    fixed=set(BillRow.model_fields) - DECIDED,
    credited_cents="""(select coalesce(-sum(n.cents), 0)::bigint from bill n
                        where n.credits_id = t.id and n.state = 'approved')""",
    paid_cents="bill_paid(t)",
    umbrella_id=UMBRELLA,
)


async def training_pot_cents(tx: Tx, cooperative_id: UUID) -> int:
    """What stands in the training pot of a cooperative."""
    sql = """select b.posted from account a join balance b on b.account_id = a.id
              where a.cooperative_id = $1 and a.kind = 'training_pot' and a.currency = 'EUR'"""
    return int(await tx.value(sql, cooperative_id) or 0)
