"""Corrections: one verb that undoes a booking of any kind; what several sides booked, they undo together."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
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
from app.domain.books.bank_matches import MATCH
from app.domain.books.corrections import (
    SECONDS,
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
from app.domain.ledger import AccountKind, Journal, JournalKind
from app.domain.page import Page, PageRequest
from app.domain.second_person import may_here_or_above, require_here_or_above
from app.ids import CooperativeId, JournalId, JournalReversalId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared.book_bill import sides_of_bill, undo_bill
from app.usecases.shared.match_lines import tell_open_lines
from app.usecases.shared.payment_items import item_undone
from app.usecases.shared.undo import Undoing
from app.usecases.shared.undo_allowance import undo_allowance
from app.usecases.shared.undo_approval import act_of_approval, sides_of_approval, undo_approval
from app.usecases.shared.undo_ballot import undo_purchase_payment
from app.usecases.shared.undo_barter import sides_of_barter, undo_barter
from app.usecases.shared.undo_between import sides_of_delivery, sides_of_netting, undo_delivery, undo_netting
from app.usecases.shared.undo_count import undo_count
from app.usecases.shared.undo_debt import undo_debt_write_off
from app.usecases.shared.undo_fund import undo_fund_booking
from app.usecases.shared.undo_held import undo_release
from app.usecases.shared.undo_job_credit import act_of_credit, sides_of_credit
from app.usecases.shared.undo_match import undo_match
from app.usecases.shared.undo_payment import (
    not_about_oneself,
    sides_of_cost,
    sides_of_write_off,
    undo_cost,
    undo_credit,
    undo_payment,
    undo_repayment,
    undo_write_off,
)
from app.usecases.shared.undo_payout import not_paid_since, undo_item_journal, undo_payout
from app.usecases.shared.undo_pot import undo_pot_settlement
from app.usecases.shared.undo_purchase import sides_of_purchase, undo_joint_purchase
from app.usecases.shared.undo_purchase_credit import (
    act_of_purchase_credit,
    sides_of_purchase_credit,
    undo_purchase_credit,
)
from app.usecases.shared.undo_remittance import undo_remittance_payment
from app.usecases.shared.undo_spending import undo_spend, undo_spend_back
from app.vocabulary import Doc, PastDay, Reason

ReversalDay = Annotated[
    PastDay, Doc("The day on which it counts: that of the booking or later; today if it is left out.")
]
Undo = Callable[[Tx, Undoing], Awaitable[None]]
Sides = Callable[[Tx, Journal], Awaitable[tuple[UUID, ...]]]
Act = Callable[[Tx, Journal], Awaitable[UUID]]

UNDO: dict[tuple[str, JournalKind], Undo] = {
    ("payment", JournalKind.PAYMENT): undo_payment,
    ("repayment", JournalKind.REPAYMENT): undo_repayment,
    ("credit", JournalKind.CREDIT): undo_credit,
    ("write_off", JournalKind.WRITE_OFF): undo_write_off,
    ("debt_write_off", JournalKind.DEBT_WRITE_OFF): undo_debt_write_off,
    ("cost_claim", JournalKind.COST): undo_cost,
    ("assignment", JournalKind.COST): undo_approval,
    ("order", JournalKind.CHARGE): undo_approval,
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
    ("joint_purchase", JournalKind.JOINT_PURCHASE_CREDIT): undo_purchase_credit,
    ("bill", JournalKind.BILL): undo_bill,
    ("cash_count", JournalKind.COUNT): undo_count,
    ("payout", JournalKind.PAYOUT): undo_payout,
    (MATCH, JournalKind.MATCH): undo_match,
    (MATCH, JournalKind.BOOKING): undo_match,
    ("payment_item", JournalKind.PAYOUT): undo_item_journal,
}
"""How each booking is undone, by the type of its source and its kind."""
SIDES: dict[tuple[str, JournalKind], Sides] = {
    ("credit", JournalKind.CREDIT): sides_of_credit,
    ("write_off", JournalKind.WRITE_OFF): sides_of_write_off,
    ("debt_write_off", JournalKind.DEBT_WRITE_OFF): sides_of_write_off,
    ("cost_claim", JournalKind.COST): sides_of_cost,
    ("bill", JournalKind.BILL): sides_of_bill,
    ("assignment", JournalKind.COST): sides_of_approval,
    ("order", JournalKind.CHARGE): sides_of_approval,
    ("netting", JournalKind.NETTING): sides_of_netting,
    ("internal_delivery", JournalKind.INTERNAL_DELIVERY): sides_of_delivery,
    ("barter", JournalKind.BARTER): sides_of_barter,
    ("joint_purchase", JournalKind.JOINT_PURCHASE): sides_of_purchase,
    ("joint_purchase", JournalKind.JOINT_PURCHASE_CREDIT): sides_of_purchase_credit,
}
"""Who has to agree, of bookings that several sides or two people made: cooperatives or members."""
ACTS: dict[tuple[str, JournalKind], Act] = {
    ("credit", JournalKind.CREDIT): act_of_credit,
    ("assignment", JournalKind.COST): act_of_approval,
    ("order", JournalKind.CHARGE): act_of_approval,
    ("joint_purchase", JournalKind.JOINT_PURCHASE_CREDIT): act_of_purchase_credit,
}
"""The id of what several sides booked together, if that is not the source of all its journals and of no others."""


class _OnlyTried(Exception):
    """Rolls back what was tried."""


async def reverse_journal(
    tx: Tx, actor: Actor, *, journal_id: JournalId, reason: Reason, day: ReversalDay | None = None
) -> Reversal:
    """Undo a booking exactly, for whoever may make it. The object that it was booked for is as it was before.

    If several sides booked it, nothing is booked until each of them has reversed it: in its own books, or the other
    member of a barter. What took two people of the staff takes two here: the first one proposes, and a second one, who
    may be the outside approver or an officer of the umbrella, reverses the same journal.

    Raises NotReversible for a booking that follows from another act, ReverseThatFirst if another booking stands on it,
    AlreadySettled, BelowFloor, DayOutOfRange, ReasonNeeded, SecondPersonNeeded, DebtLimitReached, RuleRefused.
    """
    second = await _is_second(tx, actor, journal_id)
    journal = await ledger.get_journal(tx, journal_id)
    mine = actor.member_ids().intersection(entry.member_id for entry in journal.entries if entry.member_id)
    own = actor.as_member(*mine) if journal.kind is JournalKind.BARTER else ()
    if not second:
        actor.require(right_to_reverse(journal.source_type, journal.kind), journal.cooperative_id, own=own)
    check_reversible(journal)
    act = journal.source_type, journal.kind
    if act not in UNDO:
        raise NotReversible(kind=journal.kind, how=journal.kind)
    side_ids = await SIDES[act](tx, journal) if act in SIDES else ()
    if side_ids:
        return await _agree(tx, actor, journal, side_ids, reason, day)
    done = booked(_asked(tx, actor, journal, side_ids, reason, day), uuid7())
    # Of two at once the second waits here for the first.
    await reversals.add_new(tx, done, AlreadySettled(what=journal.kind))
    await _book(tx, actor, journal, done)
    return done


async def decline_reversal(tx: Tx, actor: Actor, *, reversal_id: JournalReversalId, reason: Reason) -> Reversal:
    """Refuse a reversal that waits for another side or a second person, or take one's own back, with a reason.

    Nothing is booked. Raises AlreadySettled, ReasonNeeded, SecondPersonNeeded for whoever it is about.
    """
    seen = await reversals.get(tx, reversal_id)
    if seen.seconds is None:
        _require_at_side(actor, right_to_reverse(seen.source_type, seen.kind), seen)
    else:
        require_here_or_above(actor, seen.seconds.decide, seen.cooperative_id, seen.umbrella_id)
    await lend_staff_view(tx, seen.cooperative_id)
    if seen.seconds is not None:
        await not_about_oneself(tx, actor, seen)
    found = await reversals.get(tx, reversal_id, lock=True)
    refused = declined(found, reason)
    await _tell_sides(tx, refused, "declined")
    return await reversals.save(tx, refused)


@shows_private
async def list_journal_reversals(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest
) -> Page[Reversal]:
    """The reversals in the books of a cooperative, with their reasons, and those that wait for it; newest first.

    For the treasurer; second persons get those that they may agree to.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    if actor.may(Right.READ_LEDGER, cooperative_id):
        return await list_reversals(tx, cooperative_id, page)
    umbrella_id = cooperative.umbrella_id
    kinds = [
        kind for kind, rights in SECONDS.items() if may_here_or_above(actor, rights.read, cooperative_id, umbrella_id)
    ]
    if not kinds:
        actor.require(Right.READ_LEDGER, cooperative_id)
    return await list_reversals(tx, cooperative_id, page, kinds)


@shows_private
@reads_by_id(reversals)
async def get_journal_reversal(tx: Tx, actor: Actor, *, reversal_id: JournalReversalId) -> Reversal:
    """One reversal: for the treasurers of its sides, second persons too, and the members of a barter.

    Raises NotFound.
    """
    found = await reversals.get(tx, reversal_id)
    if found.seconds is not None and not actor.may(Right.READ_LEDGER, found.cooperative_id):
        require_here_or_above(actor, found.seconds.read, found.cooperative_id, found.umbrella_id)
        return found
    of_members = found.kind is JournalKind.BARTER
    _require_at_side(actor, Right.READ_BARTER if of_members else Right.READ_LEDGER, found)
    return found


async def _is_second(tx: Tx, actor: Actor, journal_id: UUID) -> bool:
    """Whether the caller may be the second person of a reversal of this journal; opens its books for that."""
    found = await reversals.all(tx, journal_id=journal_id, state=(ReversalState.PROPOSED, ReversalState.BOOKED))
    for one in found:
        rights = one.seconds
        if rights and may_here_or_above(actor, rights.decide, one.cooperative_id, one.umbrella_id):
            await lend_staff_view(tx, one.cooperative_id)
            return True
    return False


async def _agree(
    tx: Tx, actor: Actor, journal: Journal, side_ids: tuple[UUID, ...], reason: str, day: ReversalDay | None
) -> Reversal:
    """One more side or person agrees; the first one proposes, the last one books it."""
    side = next(one for one in (journal.cooperative_id, *sorted(actor.member_ids())) if one in side_ids)
    await lend_staff_view(tx, journal.cooperative_id)
    booked_as = journal.source_type, journal.kind
    act_id = await ACTS[booked_as](tx, journal) if booked_as in ACTS else None
    act = {"act_id": act_id} if act_id else {"source_id": journal.source_id, "kind": journal.kind}
    found = await reversals.find(tx, lock=True, state=ReversalState.PROPOSED, **act)
    if found is None:
        # Somebody else may have agreed meanwhile; and who may be the second person only does not propose.
        check_reversible(await ledger.get_journal(tx, journal.id))
        if journal.kind in SECONDS:
            actor.require(right_to_reverse(journal.source_type, journal.kind), journal.cooperative_id)
        first = replace(_asked(tx, actor, journal, side_ids, reason, day), act_id=act_id)
        asked = agree(first, side, actor.person, None)
        await _try(tx, actor, journal, asked)
        await reversals.add_new(tx, asked, AlreadyExists(what="reversal", value=str(journal.id)))
        await _tell_others(tx, asked)
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
    await not_paid_since(tx, journal)
    await item_undone(tx, journal)
    if any(entry.account_kind is AccountKind.SUSPENSE for entry in journal.entries):
        await tell_open_lines(tx, journal.cooperative_id)
    await tell(tx, "journal.reversed", journal.cooperative_id, journal.id, kind=journal.kind)


def _require_at_side(actor: Actor, right: Right, reversal: Reversal) -> None:
    """The right at the cooperative of the journal or at another side, or as one of the members."""
    own = actor.as_member(*reversal.side_ids)
    places = (reversal.cooperative_id, *reversal.side_ids)
    inside = {holding.cooperative_id for holding in actor.holdings}
    place = next((one for one in places if actor.may(right, one, own=own)), None)
    nearest = next((one for one in places if one in inside), reversal.cooperative_id)
    actor.require(right, place or nearest, own=own)


async def _tell_others(tx: Tx, reversal: Reversal) -> None:
    """Opens the task of the other sides, or of a second person: to reverse it too, or to refuse."""
    others = reversal.waits_for
    if reversal.seconds is not None:
        await tell(tx, "reversal.proposed_to_second", reversal.cooperative_id, reversal.id)
        return
    if reversal.kind is JournalKind.BARTER:
        members = [str(one) for one in others]
        await tell(tx, "reversal.proposed_to_member", reversal.cooperative_id, reversal.id, members=members)
        return
    for other in others:
        await tell(tx, "reversal.proposed", other, reversal.id)


async def _tell_sides(tx: Tx, reversal: Reversal, verb: str) -> None:
    of_members = reversal.kind is JournalKind.BARTER
    for place in (reversal.cooperative_id,) if of_members else dict.fromkeys(reversal.side_ids):
        await tell(tx, f"reversal.{verb}", place, reversal.id)
