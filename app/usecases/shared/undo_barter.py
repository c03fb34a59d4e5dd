"""Undoes a barter between two members."""

from dataclasses import replace
from uuid import UUID

from app.db.earning.agreements import agreement_on
from app.db.earning.barters import barters, minutes_of
from app.db.engine import Tx
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.earning.barters import BarterState, check_undone
from app.domain.ledger import MINUTES, Journal
from app.domain.rules import Barter
from app.usecases.shared.undo import Undoing, negation_of, post_reversal


async def sides_of_barter(tx: Tx, journal: Journal) -> tuple[UUID, ...]:
    """The giver and the receiver."""
    trade = await barters.get(tx, journal.source_id)
    return trade.giver_id, trade.receiver_id


async def undo_barter(tx: Tx, undoing: Undoing) -> None:
    """The minutes are the receiver's again. Raises DebtLimitReached if the giver would owe more than is allowed."""
    await lend_staff_view(tx, undoing.cooperative_id)
    trade = await barters.get(tx, undoing.source_id, lock=True)
    # The lock on the giver lets one debt grow at a time.
    await members.get(tx, trade.giver_id, lock=True)
    agreement = await agreement_on(tx, trade.cooperative_id, tx.today)
    rule = agreement.the(Barter) if agreement else None
    had = (await minutes_of(tx, trade.cooperative_id)).get(trade.giver_id, 0)
    check_undone(trade, had, rule.debt_limit_minutes if rule else 0)
    await post_reversal(tx, undoing, await negation_of(tx, undoing.journal), currency=MINUTES)
    await tell(tx, "barter.reversed", trade.cooperative_id, trade.id)
    await barters.save(tx, replace(trade, state=BarterState.REVERSED))
