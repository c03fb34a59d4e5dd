"""Undoes a match of a bank line that is no payment: the line is open again."""

from app.db.books.bank_matches import bank_matches
from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.domain.books.matching import What
from app.domain.errors import ReverseThatFirst
from app.usecases.shared.undo import Undoing, negation_of, post_reversal


async def undo_match(tx: Tx, undoing: Undoing) -> None:
    """The part of the line has no place any more; what it brought is in transit again.

    Raises ReverseThatFirst for money to another account of ours that has come there.
    """
    await cooperatives.plain.get(tx, undoing.cooperative_id, lock=True)
    match = await bank_matches.get(tx, undoing.source_id)
    if match.what is What.ITEM and match.target_id == undoing.journal.id:
        for other in await bank_matches.all(tx, target_id=match.target_id):
            if other.id != match.id and other.undone_by is None:
                raise ReverseThatFirst(kind=other.journal_kind, journal_id=str(other.journal_id))
    await post_reversal(tx, undoing, await negation_of(tx, undoing.journal))
