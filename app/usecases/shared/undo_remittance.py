"""Undoes the payment of a remittance to the municipality."""

from dataclasses import replace

from app.db.books.remittances import remittances
from app.db.engine import Tx
from app.db.platform.outbox import tell
from app.domain.books.remittances import RemittanceState
from app.usecases.shared.undo import Undoing, negation_of, post_reversal


async def undo_remittance_payment(tx: Tx, undoing: Undoing) -> None:
    """The remittance is invoiced and not paid."""
    found = await remittances.get(tx, undoing.source_id, lock=True)
    await post_reversal(tx, undoing, await negation_of(tx, undoing.journal))
    through = f"{found.through:%Y-%m}"
    await tell(tx, "remittance.payment_reversed", found.cooperative_id, found.id, through=through)
    await remittances.save(tx, replace(found, state=RemittanceState.INVOICED, settled_on=None))
