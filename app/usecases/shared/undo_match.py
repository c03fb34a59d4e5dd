"""Undoes a match of a bank line that is no payment: the line is open again."""

from app.db.books.bank_matches import bank_matches
from app.db.books.payment_batches import payment_items
from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.domain.books.matching import What
from app.domain.books.payment_batches import ItemState
from app.domain.errors import NotReversible, ReverseThatFirst
from app.usecases.shared.payment_items import item_did_not_go_out
from app.usecases.shared.undo import Undoing, negation_of, post_reversal


async def undo_match(tx: Tx, undoing: Undoing) -> None:
    """The part of the line has no place any more; what it brought is in transit again.

    A payment of a batch is on its way again. Raises ReverseThatFirst for money to another account of ours that has come
    there, NotReversible for a payment that came back: its debt was booked again with that.
    """
    await cooperatives.plain.get(tx, undoing.cooperative_id, lock=True)
    match = await bank_matches.get(tx, undoing.source_id)
    if match.what is What.ITEM and match.target_id == undoing.journal.id:
        for other in await bank_matches.all(tx, target_id=match.target_id):
            if other.id != match.id and other.undone_by is None:
                raise ReverseThatFirst(kind=other.journal_kind, journal_id=str(other.journal_id))
    if match.what is What.ITEM and match.target_id is not None:
        item = await payment_items.find(tx, id=match.target_id)
        if item is not None and match.cents > 0:
            raise NotReversible(kind=undoing.journal.kind, how="match")
        if item is not None and item.state is ItemState.PAID:
            await item_did_not_go_out(tx, item.id)
    await post_reversal(tx, undoing, await negation_of(tx, undoing.journal))
