"""Cost claims: table and queries."""

from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.rules import rules_of_kind
from app.db.store import Store
from app.domain.earning.costs import CostClaim


class CostClaimRow(SQLModel, table=True):
    __tablename__ = "cost_claim"
    __table_args__ = (
        c.check("cost_claim_cents", "cents between 1 and 100000000"),
        c.check("cost_claim_vat", "vat_cents between 0 and cents and deductible_basis_points between 0 and 10000"),
        c.check("cost_claim_two_people", "state in ('claimed', 'withdrawn') or decided_by <> claimed_by"),
        c.check(
            "cost_claim_third_person",
            "confirmed_by is null or (confirmed_by <> claimed_by and confirmed_by <> decided_by)",
        ),
        *c.longest("cost_claim", category=60, receipt=500, supplier=120, reason=500),
    )
    id: UUID = c.key()
    order_id: UUID = c.link("order")
    order_line_id: UUID = c.link("order_line", index=False)
    cooperative_id: UUID = c.link("cooperative")
    member_id: UUID = c.link("member", index=False)
    category: str = c.text()
    cents: int = c.cents()
    payee: str = c.text()
    receipt: str = c.text()
    claimed_by: UUID = c.link("person", index=False)
    claimed_at: datetime = c.when()
    supplier: str | None = c.text(null=True)
    vat_cents: int = c.cents()
    deductible_basis_points: int
    state: str = c.text()
    decided_by: UUID | None = c.link("person", null=True, index=False)
    decided_at: datetime | None = c.when(null=True)
    reason: str = c.text()
    confirmed_by: UUID | None = c.link("person", null=True, index=False)
    deducted_vat_cents: int = c.cents()
    borne_by: str = c.text()
    version: int


def _undecided(fact: str, otherwise: str) -> str:
    return f"case when t.state in ('claimed', 'to_confirm') then {fact} else {otherwise} end"


APPROVED = """(
    select coalesce(jsonb_agg(y), '[]') from (
        select extract(year from coalesce(o.delivered_at, c.decided_at) at time zone 'Europe/Amsterdam')::int as year,
               sum(c.cents)::bigint as cents
          from cost_claim c join "order" o on o.id = c.order_id
         where c.member_id = t.member_id and c.category = t.category and c.state = 'approved'
         group by 1) y)"""
"""Cents approved for the member in the category by the year of the work."""
LINE_PEOPLE = """(
    select coalesce(array_agg(p.id), '{}')
      from cost_claim c cross join lateral (values (c.claimed_by), (c.decided_by)) p (id)
     where c.order_line_id in (select unnest(l.replaces || l.id) from order_line l
                                where l.order_id = t.order_id and t.order_line_id = any(l.replaces || l.id))
       and c.state = 'approved' and c.id <> t.id and p.id is not null)"""
claims = Store(
    CostClaimRow,
    CostClaim,
    fixed=(
        "order_id",
        "order_line_id",
        "cooperative_id",
        "member_id",
        "category",
        "cents",
        "payee",
        "receipt",
        "claimed_by",
        "claimed_at",
        "supplier",
        "vat_cents",
        "deductible_basis_points",
    ),
    delivered_at=_undecided('(select o.delivered_at from "order" o where o.id = t.order_id)', "null"),
    categories=_undecided(rules_of_kind("cost_category"), "'[]'"),
    approved=_undecided(APPROVED, "'[]'"),
    line_people=_undecided(LINE_PEOPLE, "'{}'"),
)
