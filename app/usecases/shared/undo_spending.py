"""Undoes the payment of a purchase from a pot, and what came back of it with the receipt."""

from app.db import ledger
from app.db.buying.spending import free_lots, requests
from app.db.earning.earnings import lock_pots
from app.db.engine import Tx
from app.db.platform.outbox import tell
from app.domain.books.corrections import into_balance
from app.domain.buying.spending import Request, unpaid, unsettled
from app.domain.errors import ReverseThatFirst
from app.domain.ledger import JournalKind
from app.domain.transitions import Case
from app.usecases.shared.undo import Undoing, negation_of, post_reversal


async def undo_spend(tx: Tx, undoing: Undoing) -> None:
    """The request is approved again, with its amount reserved; a receipt that changed nothing goes with its payment.

    Raises ReverseThatFirst if money came back with the receipt, SecondPersonNeeded.
    """
    request = await requests.get(tx, undoing.source_id, lock=True)
    again = unpaid(Case(request, undoing.actor, tx.now))
    for back in await ledger.journals_of(tx, "spending", request.id, JournalKind.SPEND_BACK):
        raise ReverseThatFirst(kind=back.kind, journal_id=str(back.id))
    await post_reversal(tx, undoing, await negation_of(tx, undoing.journal))
    await _save(tx, again, "payment_reversed")


async def undo_spend_back(tx: Tx, undoing: Undoing) -> None:
    """The request is paid and waits for its receipt again. Raises BelowFloor, SecondPersonNeeded."""
    request = await requests.get(tx, undoing.source_id, lock=True)
    pots = await lock_pots(tx, request.cooperative_id, [request.member_id])
    legs = into_balance(pots, await negation_of(tx, undoing.journal))
    again = unsettled(Case(request, undoing.actor, tx.now), await free_lots(tx, request.member_id), undoing.day)
    await post_reversal(tx, undoing, legs)
    await _save(tx, again, "receipt_reversed")


async def _save(tx: Tx, request: Request, verb: str) -> None:
    await tell(tx, f"spending.{verb}", request.cooperative_id, request.id, members=[str(request.member_id)])
    await requests.save(tx, request)
