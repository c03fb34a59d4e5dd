"""Undoes the write-off of a member's debt."""

from dataclasses import replace

from app.db.books.debt_write_offs import debt_write_offs
from app.db.earning.earnings import lock_pots
from app.db.engine import Tx
from app.domain.books.corrections import into_balance
from app.domain.books.debt_write_offs import DebtWriteOffState
from app.domain.errors import SecondPersonNeeded
from app.usecases.shared.undo import Undoing, negation_of, post_reversal


async def undo_debt_write_off(tx: Tx, undoing: Undoing) -> None:
    """The member owes it again; what is in a pot since pays it at once. Raises SecondPersonNeeded for one's own."""
    found = await debt_write_offs.get(tx, undoing.source_id, lock=True)
    if found.member_id in undoing.actor.member_ids():
        raise SecondPersonNeeded(verb="reverse")
    pots = await lock_pots(tx, found.cooperative_id, (found.member_id,))
    legs = await negation_of(tx, undoing.journal)
    await post_reversal(tx, undoing, into_balance(pots, legs))
    await debt_write_offs.save(tx, replace(found, state=DebtWriteOffState.REVERSED))
