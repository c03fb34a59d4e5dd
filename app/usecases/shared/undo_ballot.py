"""Undoes the payment of what the members of a collective decided to buy."""

from dataclasses import replace

from app.db.buying.ballots import ballots
from app.db.earning.earnings import lock_year, save_year
from app.db.engine import Tx
from app.db.platform.outbox import tell
from app.domain.buying.ballots import BallotState
from app.usecases.shared.undo import Undoing, negation_in_year, post_reversal


async def undo_purchase_payment(tx: Tx, undoing: Undoing) -> None:
    """The ballot is accepted and not paid; the municipality's part of the fund is computed again."""
    ballot = await ballots.get(tx, undoing.source_id, lock=True)
    year = await lock_year(tx, ballot.cooperative_id, (), undoing.journal.effective_on.year)
    legs = await negation_in_year(tx, undoing.journal, year)
    await post_reversal(tx, undoing, legs)
    await save_year(tx, year)
    await tell(tx, "ballot.payment_reversed", ballot.cooperative_id, ballot.id, title=ballot.title)
    await ballots.save(tx, replace(ballot, state=BallotState.ACCEPTED, paid_on=None))
