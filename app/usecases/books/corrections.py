"""Corrections: one verb that undoes a booking of any kind; what several sides booked, they undo together."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from app.db import ledger
from app.db.books.corrections import list_reversals, reversals
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.corrections import (
    Reversal,
    booked,
    check_reversible,
    propose,
    reversal_day,
    right_to_reverse,
)
from app.domain.errors import AlreadySettled
from app.domain.ledger import Journal, JournalKind
from app.domain.page import Page, PageRequest
from app.ids import CooperativeId, JournalId, JournalReversalId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared.undo import Undoing
from app.usecases.shared.undo_allowance import undo_allowance
from app.usecases.shared.undo_ballot import undo_purchase_payment
from app.usecases.shared.undo_fund import undo_fund_booking
from app.usecases.shared.undo_held import undo_release
from app.usecases.shared.undo_payment import undo_payment
from app.usecases.shared.undo_pot import undo_pot_settlement
from app.usecases.shared.undo_remittance import undo_remittance_payment
from app.usecases.shared.undo_spending import undo_spend, undo_spend_back
from app.vocabulary import Doc, PastDay, Reason

ReversalDay = Annotated[
    PastDay, Doc("The day on which it counts: that of the booking or later; today if it is left out.")
]
Undo = Callable[[Tx, Undoing], Awaitable[None]]

UNDO: dict[tuple[str, JournalKind], Undo] = {
    ("payment", JournalKind.PAYMENT): undo_payment,
    ("allowance", JournalKind.ALLOWANCE): undo_allowance,
    ("restricted_fund", JournalKind.DONATION): undo_fund_booking,
    ("restricted_fund", JournalKind.FUND_EXPENSE): undo_fund_booking,
    ("spending", JournalKind.SPEND): undo_spend,
    ("spending", JournalKind.SPEND_BACK): undo_spend_back,
    ("earning", JournalKind.RELEASE): undo_release,
    ("ballot", JournalKind.COLLECTIVE_PURCHASE): undo_purchase_payment,
    ("remittance", JournalKind.REMITTANCE): undo_remittance_payment,
    ("member", JournalKind.POT_SETTLEMENT): undo_pot_settlement,
}
"""How each booking is undone, by the type of its source and its kind."""


async def reverse_journal(
    tx: Tx, actor: Actor, *, journal_id: JournalId, reason: Reason, day: ReversalDay | None = None
) -> Reversal:
    """Undo a booking exactly, for whoever may make it. What it was booked for is as it was before.

    Raises NotReversible for a booking that follows from another act, ReverseThatFirst if another booking stands on it,
    AlreadySettled, BelowFloor, DayOutOfRange, ReasonNeeded, SecondPersonNeeded.
    """
    journal = await ledger.get_journal(tx, journal_id)
    actor.require(right_to_reverse(journal.kind), journal.cooperative_id)
    check_reversible(journal)
    on = reversal_day(journal, day, tx.today)
    asked = propose(journal, reversal_id=uuid7(), by=actor.person, now=tx.now, day=on, reason=reason, side_ids=())
    done = booked(asked, uuid7())
    # Of two at once the second waits here for the first.
    await reversals.add_new(tx, done, AlreadySettled(what=journal.kind))
    await _book(tx, actor, journal, done)
    return done


@shows_private
async def list_journal_reversals(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest
) -> Page[Reversal]:
    """The reversals in the books of a cooperative, with their reasons, newest first. For the treasurer."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return await list_reversals(tx, cooperative_id, page)


@shows_private
@reads_by_id(reversals)
async def get_journal_reversal(tx: Tx, actor: Actor, *, reversal_id: JournalReversalId) -> Reversal:
    """One reversal, for the treasurer. Raises NotFound."""
    found = await reversals.get(tx, reversal_id)
    actor.require(Right.READ_LEDGER, found.cooperative_id)
    return found


async def _book(tx: Tx, actor: Actor, journal: Journal, reversal: Reversal) -> None:
    """Undoes the act, and tells of it."""
    assert reversal.reversed_by is not None  # noqa: S101  the reversal is booked
    undoing = Undoing(journal=journal, id=reversal.reversed_by, day=reversal.day, reason=reversal.reason, actor=actor)
    await UNDO[journal.source_type, journal.kind](tx, undoing)
    await tell(tx, "journal.reversed", journal.cooperative_id, journal.id, kind=journal.kind)
