"""Cost claims: table and queries."""

from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.costs import CostClaim


class CostClaimRow(SQLModel, table=True):
    __tablename__ = "cost_claim"
    __table_args__ = (
        c.check("cost_claim_cents", "cents between 1 and 100000000"),
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
    state: str = c.text()
    decided_by: UUID | None = c.link("person", null=True, index=False)
    decided_at: datetime | None = c.when(null=True)
    reason: str = c.text()
    confirmed_by: UUID | None = c.link("person", null=True, index=False)
    version: int


claims = Store(CostClaimRow, CostClaim)


async def approved_in_year(tx: Tx, member_id: UUID, category: str, year: int) -> int:
    """Cents approved for a member in a category, by the year of the work, but for orders that were all given back.

    Ask under the lock of the member's year.
    """
    sql = """
        select coalesce(sum(c.cents), 0)::bigint from cost_claim c join "order" o on o.id = c.order_id
         where c.member_id = $1 and c.category = $2 and c.state = 'approved'
           and (o.refunded_cents = 0 or o.refunded_cents < o.net_cents + o.vat_cents)
           and extract(year from coalesce(o.delivered_at, c.decided_at) at time zone 'Europe/Amsterdam') = $3"""
    return int(await tx.value(sql, member_id, category, year))
