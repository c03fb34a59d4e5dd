"""Spending requests: table and queries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.rules import rules_of_kind
from app.db.store import Store
from app.domain.buying.spending import Lot, Request

STATES = "'draft', 'submitted', 'incomplete', 'approved', 'rejected', 'paid', 'settled', 'cancelled'"


class SpendingRow(SQLModel, table=True):
    __tablename__ = "spending"
    __table_args__ = (
        c.check("spending_cents", "cents > 0 and reserved_cents in (0, cents) and spent_cents between 0 and cents"),
        c.check("spending_state", f"state in ({STATES})"),
        c.check("spending_two_people", "decided_by <> requested_by and consented_by <> requested_by"),
        *c.longest("spending", purpose=60, title=200, supplier=120, receipt=500, reason=500),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    municipality_id: UUID = c.link("municipality")
    member_id: UUID = c.link("member")
    agreement_id: UUID = c.link("agreement", index=False)
    purpose: str = c.text()
    policy: str = c.text()
    title: str = c.text()
    supplier: str = c.text()
    cents: int = c.cents()
    requested_by: UUID = c.link("person", index=False)
    requested_at: datetime = c.when()
    state: str = c.text()
    reserved_cents: int = c.cents()
    consented_by: UUID | None = c.link("person", null=True, index=False)
    consented_at: datetime | None = c.when(null=True)
    decided_by: UUID | None = c.link("person", null=True, index=False)
    paid_on: date | None = c.day(null=True)
    spent_cents: int | None = c.cents(null=True)
    receipt: str = c.text()
    reason: str = c.text()
    lots: list[Any] = c.json()
    parts: int
    version: int


SUBMITTABLE = "t.state in ('draft', 'incomplete')"
requests = Store(
    SpendingRow,
    Request,
    fixed=(
        "cooperative_id",
        "municipality_id",
        "member_id",
        "purpose",
        "title",
        "supplier",
        "cents",
        "requested_by",
        "requested_at",
    ),
    free_cents=f"""case when {SUBMITTABLE} then coalesce((
        select b.posted from account a join balance b on b.account_id = a.id
         where a.cooperative_id = t.cooperative_id and a.member_id = t.member_id and a.kind = 'pot'), 0) else 0 end""",
    policies=f"case when {SUBMITTABLE} then {rules_of_kind('spending')} else '[]' end",
)


LOTS = """
    select a.member_id, coalesce((e.facts ->> 'month')::date, date_trunc('month', j.effective_on)::date) as month,
           e.cents
      from account a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id
     where a.kind in ('pot', 'receivable_member') and e.rule in ('pot', 'opening')
    union all
    select a.member_id, date_trunc('month', j.effective_on)::date, e.cents
      from account a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id
     where a.kind = 'receivable_member' and coalesce(e.facts ->> 'of', e.rule) = 'debt_write_off'
    union all
    select s.member_id, (lot ->> 'month')::date, -(lot ->> 'cents')::bigint
      from spending s, jsonb_array_elements(s.lots) lot
    union all
    select w.member_id, (lot ->> 'month')::date, -(lot ->> 'cents')::bigint
      from wish w, jsonb_array_elements(w.lots) lot where w.paid_by = 'pot'
    union all
    select a.member_id, (lot ->> 'month')::date, -(lot ->> 'cents')::bigint
      from account a join entry e on e.account_id = a.id, jsonb_array_elements(e.facts -> 'lots') lot
     where a.kind = 'pot' and e.rule = 'pot_settlement'
       and not exists (select 1 from journal r where r.reverses = e.journal_id)"""
"""What each month brought the pots, less what purchases and settlements used of it."""


async def free_lots_of(tx: Tx, member_ids: Sequence[UUID]) -> dict[UUID, list[Lot]]:
    """The `free_lots` of several members."""
    sql = f"""select member_id, month, sum(cents)::bigint as cents from ({LOTS}) l where member_id = any($1)
               group by 1, 2 order by 1, 2"""
    found: dict[UUID, list[Lot]] = {}
    for row in await tx.rows(sql, member_ids):
        found.setdefault(UUID(int=row["member_id"].int), []).append(Lot(row["month"], row["cents"]))
    return found


async def free_lots(tx: Tx, member_id: UUID) -> list[Lot]:
    """The unused part of each month's earnings; below zero if it was refunded later. The pot has to be locked."""
    return (await free_lots_of(tx, [member_id])).get(member_id, [])
