"""The invoices of joint purchases: queries."""

from uuid import UUID

from app.db.engine import Tx
from app.db.selling.invoices import can_issue, invoices
from app.domain.selling.invoices import Invoice

WITHOUT = """
    p.state = 'settled' and exists (
        select 1 from unnest(p.partner_ids) b (id)
          join cooperative buyer on buyer.id = b.id and buyer.postal_address is not null
         where b.id <> all (p.entity_ids)
           and (select sum(w.charged_cents - w.credited_cents) from wish w
                 where w.purchase_id = p.id and w.cooperative_id = b.id) > 0
           and coalesce((select sum(case i.kind when 'credit_note' then -i.gross_cents else i.gross_cents end)
                           from invoice i where i.purchase_id = p.id and i.buyer_id = b.id), 0) = 0)"""
"""The condition of a purchase `p` of which a partner was charged something, and has no invoice. It has an address."""
READY = can_issue("p.cooperative_id", "p.settled_on")
"""The condition of a purchase `p` whose lead can issue, and had a prefix on the day of the settlement."""


async def invoices_of_purchase(tx: Tx, purchase_id: UUID, buyer_id: UUID) -> list[Invoice]:
    """The invoices and credit notes of a purchase for one partner, oldest first."""
    return await invoices.all(tx, purchase_id=purchase_id, buyer_id=buyer_id)


async def purchases_without_invoice(tx: Tx, limit: int = 1000) -> list[tuple[UUID, UUID]]:
    """The lead and the id of purchases of which an invoice is missing that can be issued."""
    sql = f"select p.cooperative_id, p.id from joint_purchase p where {READY} and {WITHOUT} order by p.id limit $1"
    return [(row["cooperative_id"], row["id"]) for row in await tx.rows(sql, limit)]
