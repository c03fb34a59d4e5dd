"""Undoes what a count of cash booked; the till has to be counted anew before its month is closed."""

from app.db.engine import Tx
from app.usecases.shared.undo import Undoing, negation_of, post_reversal


async def undo_count(tx: Tx, undoing: Undoing) -> None:
    """The difference is not the fund's any more."""
    await post_reversal(tx, undoing, await negation_of(tx, undoing.journal))
