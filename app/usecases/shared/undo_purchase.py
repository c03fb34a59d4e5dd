"""Undoes the settlement of a joint purchase, in the books of every cooperative that took part."""

from dataclasses import replace
from uuid import UUID

from app.db import ledger
from app.db.buying.joint_purchases import joint_purchases, save_wishes
from app.db.earning.earnings import lock_pots
from app.db.engine import Tx
from app.db.people.persons import lend_staff_view
from app.db.selling.invoice_series import lock_numbers
from app.domain.books.corrections import into_balance
from app.domain.buying.joint_purchases import JointPurchase, unsettled
from app.domain.buying.purchase_costs import reserved_before
from app.domain.errors import ReverseThatFirst
from app.domain.ledger import Journal, JournalKind, Leg
from app.domain.transitions import Case
from app.usecases.shared import book_purchase
from app.usecases.shared.issue_purchase import note_purchase
from app.usecases.shared.undo import Undoing, negation_of, netted_since, post_reversal


async def sides_of_purchase(tx: Tx, journal: Journal) -> tuple[UUID, ...]:
    """The cooperatives that paid a part or have to get it back; none if only the lead did."""
    purchase = await joint_purchases.get(tx, journal.source_id)
    sides = {one.cooperative_id for one in await _journals(tx, purchase, JournalKind.JOINT_PURCHASE)}
    return tuple(sorted(sides)) if len(sides) > 1 else ()


async def undo_joint_purchase(tx: Tx, undoing: Undoing) -> None:
    """The purchase is received and not settled: everybody's money is reserved again.

    Raises ReverseThatFirst if it was credited or netted since, BelowFloor if somebody spent what was released,
    SecondPersonNeeded for whoever ordered.
    """
    seen = await joint_purchases.get(tx, undoing.source_id)
    journals = await _journals(tx, seen, JournalKind.JOINT_PURCHASE)
    purchase = await joint_purchases.get(tx, seen.id, lock=True)
    again = unsettled(Case(purchase, undoing.actor, tx.now))
    for credit in await _journals(tx, purchase, JournalKind.JOINT_PURCHASE_CREDIT):
        raise ReverseThatFirst(kind=credit.kind, journal_id=str(credit.id))
    await netted_since(tx, undoing, journals)
    whole = await book_purchase.load(tx, again)
    legs = {journal.id: await ledger.legs_of(tx, journal) for journal in journals}
    ordered = sorted(journals, key=lambda journal: journal.cooperative_id)
    # All locks first: the numbers of the lead, then the books, which are booked one after the other.
    await lock_numbers(tx, purchase.cooperative_id)
    for journal in ordered:
        await lock_pots(tx, journal.cooperative_id, _savers(legs[journal.id]))
    for journal in ordered:
        await ledger.lock_books(tx, journal.cooperative_id)
    for journal in ordered:
        pots = await lock_pots(tx, journal.cooperative_id, _savers(legs[journal.id]))
        await post_reversal(tx, undoing, into_balance(pots, await negation_of(tx, journal)), journal)
    places = {journal.cooperative_id: legs[journal.id] for journal in journals}
    reserved = reserved_before(whole.wishes, places)
    wishes = [replace(wish, reserved_cents=reserved.get(wish.id, 0), charged_cents=0, lots=()) for wish in whole.wishes]
    await save_wishes(tx, wishes)
    await note_purchase(tx, purchase, undoing.reason)
    await book_purchase.tell_all(tx, whole, "settlement_reversed")
    await joint_purchases.save(tx, again)


async def _journals(tx: Tx, purchase: JointPurchase, kind: JournalKind) -> list[Journal]:
    """The journals of a kind in the books of everybody who takes part, which it opens."""
    await lend_staff_view(tx, *purchase.cooperative_ids)
    return await ledger.journals_of(tx, "joint_purchase", purchase.id, kind)


def _savers(legs: tuple[Leg, ...]) -> set[UUID]:
    return {leg.member_id for leg in legs if leg.member_id is not None}
