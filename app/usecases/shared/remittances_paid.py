"""Remittances that payouts to a municipality pay, the oldest invoice first."""

from datetime import date
from uuid import UUID

from app.db.books.remittances import paid_out_to, remittances
from app.db.engine import Tx
from app.db.platform.outbox import tell
from app.domain.books.remittances import RemittanceState, by_payouts


async def follow_payouts(tx: Tx, cooperative_id: UUID, municipality_id: UUID, day: date) -> None:
    """Settles the invoiced remittances that payouts have paid by now, and opens those that they paid and do not."""
    paid = await paid_out_to(tx, cooperative_id, municipality_id)
    found = await remittances.all(tx, cooperative_id=cooperative_id, municipality_id=municipality_id)
    for before, after in by_payouts(found, paid, day):
        settled = after.state is RemittanceState.SETTLED
        event = "remittance.settled" if settled else "remittance.payment_reversed"
        await tell(tx, event, cooperative_id, before.id, through=f"{before.through:%Y-%m}")
        await remittances.save(tx, after)
