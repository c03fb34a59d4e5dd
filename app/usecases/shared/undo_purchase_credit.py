"""Undoes a credit of the supplier of a joint purchase, in the books of the lead and of the one that was credited."""

from dataclasses import dataclass, replace
from uuid import UUID

from app.db import ledger
from app.db.buying.joint_purchases import joint_purchases, purchase_credits, wishes
from app.db.buying.spending import free_lots
from app.db.earning.earnings import lock_pots
from app.db.engine import Tx
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.db.selling.invoice_series import lock_numbers
from app.domain.books.corrections import into_balance
from app.domain.buying.joint_purchases import Credit, JointPurchase, Wish
from app.domain.buying.purchase_credits import borne_cents, by_credit, uncredited
from app.domain.ledger import Journal, JournalKind
from app.usecases.shared.issue_purchase import invoice_purchase_again
from app.usecases.shared.undo import Undoing, negation_of, netted_since, post_reversal


@dataclass(frozen=True)
class _Booked:
    """A credit for a wish, with its journals."""

    purchase: JointPurchase
    wish: Wish
    credit: Credit
    journals: list[Journal]


async def act_of_purchase_credit(tx: Tx, journal: Journal) -> UUID:
    """The credit: a purchase may have many."""
    return (await _booked(tx, journal)).credit.id


async def sides_of_purchase_credit(tx: Tx, journal: Journal) -> tuple[UUID, ...]:
    """The lead and the cooperative of the wish; none if that is the lead."""
    sides = {one.cooperative_id for one in (await _booked(tx, journal)).journals}
    return tuple(sorted(sides)) if len(sides) > 1 else ()


async def undo_purchase_credit(tx: Tx, undoing: Undoing) -> None:
    """The wish costs what it did before the credit, and so does the purchase.

    Raises ReverseThatFirst if the credit was netted since, BelowFloor if somebody spent what was credited.
    """
    await joint_purchases.get(tx, undoing.source_id, lock=True)
    booked = await _booked(tx, undoing.journal)
    await netted_since(tx, undoing, booked.journals)
    await lock_numbers(tx, booked.purchase.cooperative_id)
    wish = await wishes.get(tx, booked.wish.id, lock=True)
    saver = wish.member_id if wish.paid_by == "pot" else None
    pots = await lock_pots(tx, wish.cooperative_id, [saver]) if saver else {}
    free = await free_lots(tx, saver) if saver else []
    ordered = sorted(booked.journals, key=lambda journal: journal.cooperative_id)
    # All locks first: the books are booked one after the other.
    for journal in ordered:
        await ledger.lock_books(tx, journal.cooperative_id)
    for journal in ordered:
        own = pots if journal.cooperative_id == wish.cooperative_id else {}
        await post_reversal(tx, undoing, into_balance(own, await negation_of(tx, journal)), journal)
    cents = borne_cents(booked.purchase, wish.cooperative_id, booked.credit)
    await wishes.save(tx, uncredited(wish, cents, free, undoing.day))
    await purchase_credits.save(tx, replace(booked.credit, reversed_on=undoing.day))
    if wish.cooperative_id != booked.purchase.cooperative_id:
        await invoice_purchase_again(tx, booked.purchase, wish, booked.credit)
    for place in {one.cooperative_id for one in booked.journals}:
        await tell(tx, "joint_purchase.credit_reversed", place, booked.purchase.id, title=booked.purchase.title)


async def _booked(tx: Tx, journal: Journal) -> _Booked:
    """The credit that a journal books, and its journals; opens the rows of everybody who takes part."""
    seen = await joint_purchases.get(tx, journal.source_id)
    await lend_staff_view(tx, *seen.cooperative_ids)
    purchase = await joint_purchases.get(tx, seen.id)
    found = {wish.id: wish for wish in await wishes.all(tx, purchase_id=purchase.id)}
    given = await purchase_credits.all(tx, purchase_id=purchase.id)
    every = await ledger.every_journal_of(tx, journal.source_type, purchase.id, JournalKind.JOINT_PURCHASE_CREDIT)
    places = {wish_id: wish.cooperative_id for wish_id, wish in found.items()}
    of_credit = by_credit(purchase, given, places, every)
    credit = next(one for one in given if any(mine.id == journal.id for mine in of_credit[one.id]))
    return _Booked(purchase, found[credit.wish_id], credit, of_credit[credit.id])
