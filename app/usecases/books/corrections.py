"""Corrections: one verb that undoes a booking of any kind; what several sides booked, they undo together."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from app.db import ledger
from app.db.books.corrections import list_reversals, reversals
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.corrections import (
    Reversal,
    ReversalState,
    agree,
    booked,
    check_reversible,
    declined,
    propose,
    reversal_day,
    right_to_reverse,
)
from app.domain.errors import AlreadyExists, AlreadySettled, NotReversible
from app.domain.ledger import Journal, JournalKind
from app.domain.page import Page, PageRequest
from app.ids import CooperativeId, JournalId, JournalReversalId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared.undo import Undoing
from app.usecases.shared.undo_allowance import undo_allowance
from app.usecases.shared.undo_ballot import undo_purchase_payment
from app.usecases.shared.undo_barter import sides_of_barter, undo_barter
from app.usecases.shared.undo_between import sides_of_delivery, sides_of_netting, undo_delivery, undo_netting
from app.usecases.shared.undo_fund import undo_fund_booking
from app.usecases.shared.undo_held import undo_release
from app.usecases.shared.undo_payment import undo_cost, undo_credit, undo_payment, undo_repayment, undo_write_off
from app.usecases.shared.undo_pot import undo_pot_settlement
from app.usecases.shared.undo_purchase import sides_of_purchase, undo_joint_purchase
from app.usecases.shared.undo_remittance import undo_remittance_payment
from app.usecases.shared.undo_spending import undo_spend, undo_spend_back
from app.vocabulary import Doc, PastDay, Reason

ReversalDay = Annotated[
    PastDay, Doc("The day on which it counts: that of the booking or later; today if it is left out.")
]
Undo = Callable[[Tx, Undoing], Awaitable[None]]
Sides = Callable[[Tx, Journal], Awaitable[tuple[UUID, ...]]]

UNDO: dict[tuple[str, JournalKind], Undo] = {
    ("payment", JournalKind.PAYMENT): undo_payment,
    ("repayment", JournalKind.REPAYMENT): undo_repayment,
    ("credit", JournalKind.CREDIT): undo_credit,
    ("write_off", JournalKind.WRITE_OFF): undo_write_off,
    ("cost_claim", JournalKind.COST): undo_cost,
    ("allowance", JournalKind.ALLOWANCE): undo_allowance,
    ("restricted_fund", JournalKind.DONATION): undo_fund_booking,
    ("restricted_fund", JournalKind.FUND_EXPENSE): undo_fund_booking,
    ("spending", JournalKind.SPEND): undo_spend,
    ("spending", JournalKind.SPEND_BACK): undo_spend_back,
    ("earning", JournalKind.RELEASE): undo_release,
    ("ballot", JournalKind.COLLECTIVE_PURCHASE): undo_purchase_payment,
    ("remittance", JournalKind.REMITTANCE): undo_remittance_payment,
    ("member", JournalKind.POT_SETTLEMENT): undo_pot_settlement,
    ("netting", JournalKind.NETTING): undo_netting,
    ("internal_delivery", JournalKind.INTERNAL_DELIVERY): undo_delivery,
    ("barter", JournalKind.BARTER): undo_barter,
    ("joint_purchase", JournalKind.JOINT_PURCHASE): undo_joint_purchase,
}
"""How each booking is undone, by the type of its source and its kind."""
SIDES: dict[JournalKind, Sides] = {
    JournalKind.NETTING: sides_of_netting,
    JournalKind.INTERNAL_DELIVERY: sides_of_delivery,
    JournalKind.BARTER: sides_of_barter,
    JournalKind.JOINT_PURCHASE: sides_of_purchase,
}
"""Who has to agree, of bookings that several sides made: cooperatives or members."""


class _OnlyTried(Exception):
    """Rolls back what was tried."""


async def reverse_journal(
    tx: Tx, actor: Actor, *, journal_id: JournalId, reason: Reason, day: ReversalDay | None = None
) -> Reversal:
    """Undo a booking exactly, for whoever may make it. What it was booked for is as it was before.

    If several sides booked it, nothing is booked until each of them has reversed it: in its own books, or the other
    member of a barter.

    Raises NotReversible for a booking that follows from another act, ReverseThatFirst if another booking stands on it,
    AlreadySettled, BelowFloor, DayOutOfRange, ReasonNeeded, SecondPersonNeeded, DebtLimitReached, RuleRefused.
    """
    journal = await ledger.get_journal(tx, journal_id)
    mine = actor.member_ids().intersection(entry.member_id for entry in journal.entries if entry.member_id)
    own = actor.as_member(*mine) if journal.kind is JournalKind.BARTER else ()
    actor.require(right_to_reverse(journal.kind), journal.cooperative_id, own=own)
    check_reversible(journal)
    if (journal.source_type, journal.kind) not in UNDO:
        raise NotReversible(kind=journal.kind, how=journal.kind)
    side_ids = await SIDES[journal.kind](tx, journal) if journal.kind in SIDES else ()
    if side_ids:
        return await _agree(tx, actor, journal, side_ids, reason, day)
    asked = _asked(tx, actor, journal, side_ids, reason, day)
    done = booked(asked, uuid7())
    # Of two at once the second waits here for the first.
    await reversals.add_new(tx, done, AlreadySettled(what=journal.kind))
    await _book(tx, actor, journal, done)
    return done


async def decline_reversal(tx: Tx, actor: Actor, *, reversal_id: JournalReversalId, reason: Reason) -> Reversal:
    """Refuse a reversal that waits for another side, or take one's own back, with a reason. Nothing is booked.

    Raises AlreadySettled, ReasonNeeded.
    """
    seen = await reversals.get(tx, reversal_id)
    _require_at_side(actor, right_to_reverse(seen.kind), seen)
    await lend_staff_view(tx, seen.cooperative_id)
    found = await reversals.get(tx, reversal_id, lock=True)
    refused = declined(found, reason)
    await _tell_sides(tx, refused, "declined")
    return await reversals.save(tx, refused)


@shows_private
async def list_journal_reversals(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest
) -> Page[Reversal]:
    """The reversals in the books of a cooperative, with their reasons, and those that wait for it; newest first.

    For the treasurer.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return await list_reversals(tx, cooperative_id, page)


@shows_private
@reads_by_id(reversals)
async def get_journal_reversal(tx: Tx, actor: Actor, *, reversal_id: JournalReversalId) -> Reversal:
    """One reversal, for the treasurers of its sides; of a barter, for its members. Raises NotFound."""
    found = await reversals.get(tx, reversal_id)
    of_members = found.kind is JournalKind.BARTER
    _require_at_side(actor, Right.READ_BARTER if of_members else Right.READ_LEDGER, found)
    return found


async def _agree(
    tx: Tx, actor: Actor, journal: Journal, side_ids: tuple[UUID, ...], reason: str, day: ReversalDay | None
) -> Reversal:
    """One more side agrees; the first one proposes, the last one books it."""
    side = next(one for one in (journal.cooperative_id, *sorted(actor.member_ids())) if one in side_ids)
    await lend_staff_view(tx, journal.cooperative_id)
    act = {"source_type": journal.source_type, "source_id": journal.source_id, "kind": journal.kind}
    found = await reversals.find(tx, lock=True, state=ReversalState.PROPOSED, **act)
    if found is None:
        asked = agree(_asked(tx, actor, journal, side_ids, reason, day), side, actor.person, None)
        await _try(tx, actor, journal, asked)
        await reversals.add_new(tx, asked, AlreadyExists(what="reversal", value=str(journal.id)))
        await _tell_others(tx, asked, side)
        return asked
    agreed = agree(found, side, actor.person, day)
    if agreed.waits_for:
        await tell(tx, "reversal.agreed", journal.cooperative_id, agreed.id)
        return await reversals.save(tx, agreed)
    done = booked(agreed, uuid7())
    saved = await reversals.save(tx, done)
    await lend_staff_view(tx, found.cooperative_id)
    await _book(tx, actor, await ledger.get_journal(tx, found.journal_id), done)
    await _tell_sides(tx, done, "booked")
    return saved


def _asked(
    tx: Tx, actor: Actor, journal: Journal, side_ids: tuple[UUID, ...], reason: str, day: ReversalDay | None
) -> Reversal:
    on = reversal_day(journal, day, tx.today)
    return propose(journal, reversal_id=uuid7(), by=actor.person, now=tx.now, day=on, reason=reason, side_ids=side_ids)


async def _try(tx: Tx, actor: Actor, journal: Journal, reversal: Reversal) -> None:
    """Refuses a proposal for the reasons for which its booking would be refused now."""
    with contextlib.suppress(_OnlyTried):
        async with tx.savepoint():
            await _book(tx, actor, journal, booked(reversal, uuid7()))
            await tx.flush()
            raise _OnlyTried


async def _book(tx: Tx, actor: Actor, journal: Journal, reversal: Reversal) -> None:
    """Undoes the act, and tells of it."""
    assert reversal.reversed_by is not None  # noqa: S101  the reversal is booked
    undoing = Undoing(
        journal=journal,
        id=reversal.reversed_by,
        day=reversal.day,
        reason=reversal.reason,
        actor=actor,
    )
    await UNDO[journal.source_type, journal.kind](tx, undoing)
    await tell(tx, "journal.reversed", journal.cooperative_id, journal.id, kind=journal.kind)


def _require_at_side(actor: Actor, right: Right, reversal: Reversal) -> None:
    """The right at the cooperative of the journal or at another side, or as one of the members."""
    own = actor.as_member(*reversal.side_ids)
    places = (reversal.cooperative_id, *reversal.side_ids)
    inside = {holding.cooperative_id for holding in actor.holdings}
    place = next((one for one in places if actor.may(right, one, own=own)), None)
    nearest = next((one for one in places if one in inside), reversal.cooperative_id)
    actor.require(right, place or nearest, own=own)


async def _tell_others(tx: Tx, reversal: Reversal, side: UUID) -> None:
    """Opens the task of the other sides: to reverse it too, or to refuse."""
    others = [one for one in reversal.side_ids if one != side]
    if reversal.kind is JournalKind.BARTER:
        members = [str(one) for one in others]
        await tell(tx, "reversal.proposed_to_member", reversal.cooperative_id, reversal.id, members=members)
        return
    for other in others:
        await tell(tx, "reversal.proposed", other, reversal.id)


async def _tell_sides(tx: Tx, reversal: Reversal, verb: str) -> None:
    of_members = reversal.kind is JournalKind.BARTER
    for place in (reversal.cooperative_id,) if of_members else reversal.side_ids:
        await tell(tx, f"reversal.{verb}", place, reversal.id)
