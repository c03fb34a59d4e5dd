"""Undoes a credit of the order of a job, in the books of every cooperative whose members gave up a part of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.db import ledger
from app.db.earning.agreements import get_agreement
from app.db.earning.credited import earnings_before
from app.db.earning.earnings import earnings, save_year
from app.db.engine import Tx, uuid7
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.db.selling.assignments import assignments
from app.db.selling.credits import credits as credit_store
from app.db.selling.credits import last_credit
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.earning.earnings import EarningState
from app.domain.earning.refunds import EarningBefore, decided_since, fund_given, restored
from app.domain.errors import NotReversible, ReverseThatFirst
from app.domain.ledger import AccountKind, Journal, JournalKind, Leg, negated
from app.domain.selling.assignments import Assignment
from app.domain.selling.charged import about, standing
from app.domain.selling.charges import charge_legs, reclaims_vat, reverse_charge_legs, reversed_vat, vat_change
from app.domain.selling.credits import Credit, uncredited
from app.domain.selling.orders import Order
from app.usecases.shared.book_credit import post_difference, sale_of
from app.usecases.shared.book_order import Reverses
from app.usecases.shared.book_sale import book_alone, locked_earnings
from app.usecases.shared.issue import invoice_again, lock_series
from app.usecases.shared.undo import Undoing, netted_since


@dataclass(frozen=True)
class _Booked:
    """A credit in the books of one cooperative, the earnings as they were before it, and its journal."""

    credit: Credit
    before: Sequence[EarningBefore]
    journal: Journal


async def customers_credit(tx: Tx, credit_id: UUID) -> Credit:
    """The credit itself, or the one of the customer that a partner's credit is a part of; opens the lead's rows."""
    found = await credit_store.get(tx, credit_id)
    if found.part_of is None:
        return found
    charge = await orders.get(tx, found.order_id)
    await lend_staff_view(tx, charge.buyer_id or found.cooperative_id)
    return await credit_store.get(tx, found.part_of)


async def act_of_credit(tx: Tx, journal: Journal) -> UUID:
    """The customer's credit, for each cooperative that it was booked for."""
    return (await customers_credit(tx, journal.source_id)).id


async def sides_of_credit(tx: Tx, journal: Journal) -> tuple[UUID, ...]:
    """The lead and the partners whose members gave up a part of it; none if there are no such partners."""
    credit = await customers_credit(tx, journal.source_id)
    order = await orders.get(tx, credit.order_id)
    if order.assignment_id is None:
        return ()
    await _opened(tx, order.assignment_id)
    sides = {one.cooperative_id for one in await credit_store.all(tx, part_of=credit.id)}
    return tuple(sorted({credit.cooperative_id, *sides})) if sides else ()


async def undo_job_credit(tx: Tx, undoing: Undoing, before: Order, credit: Credit) -> Order:
    """The order of a job without a credit; parts, charges and the lead's fund are as before. Returned, not saved.

    Raises ReverseThatFirst if a later credit stands, if it was netted, or if somebody decided since on what is held of
    an earning; NotReversible for a credit that did not write down what it took.
    """
    assert before.assignment_id is not None  # noqa: S101  orders without a job are the caller's
    assignment = await _opened(tx, before.assignment_id, lock=True)
    booked = {one.cooperative_id: await _booked(tx, one) for one in await credit_store.all(tx, part_of=credit.id)}
    booked[credit.cooperative_id] = lead = await _booked(tx, credit)
    await _last(tx, undoing, credit)
    await netted_since(tx, undoing, [one.journal for one in booked.values()])
    fund = -sum(leg.cents for leg in await ledger.legs_of(tx, lead.journal) if leg.rule == "lead_bears")
    if sum(part.cents for one in booked.values() for part in one.before) + fund != credit.net_cents:
        raise NotReversible(kind=undoing.journal.kind, how="order")
    others = sorted(one.credit.order_id for one in booked.values() if one.credit.id != credit.id)
    locked = [before, *[await orders.get(tx, order_id, lock=True) for order_id in others]]
    await lock_series(tx, *locked)
    await book_alone(tx, *locked)
    after = await invoice_again(tx, uncredited(before, credit), credit)
    legs = [Leg(kind=AccountKind.COOPERATIVE_FUND, cents=fund, rule="lead_bears", facts=about(after))]
    for place, one in sorted(booked.items()):
        if place == credit.cooperative_id:
            legs += await _give_back(tx, after, one)
        else:
            legs += await _undo_charge(tx, undoing, assignment, one, reclaimed=reclaims_vat(after))
    await _post(tx, undoing, before, after, lead, legs)
    return after


async def _undo_charge(
    tx: Tx, undoing: Undoing, assignment: Assignment, booked: _Booked, *, reclaimed: bool
) -> tuple[Leg, ...]:
    """Undoes the credit of a partner's charge; returns the lead's legs of it."""
    credit = booked.credit
    before = await orders.get(tx, credit.order_id, lock=True)
    after = await invoice_again(tx, uncredited(before, credit), credit)
    await credit_store.save(tx, replace(credit, reversed_on=undoing.day))
    await _post(tx, undoing, before, after, booked, await _give_back(tx, after, booked))
    await orders.save(tx, after)
    vat = vat_change(standing(before), standing(after))
    return (
        *charge_legs(assignment, before, credit.net_cents, vat, tx.today, reclaimed),
        *reverse_charge_legs(assignment, reversed_vat(before), reversed_vat(after), tx.today, reclaimed),
    )


async def _post(tx: Tx, undoing: Undoing, before: Order, after: Order, booked: _Booked, shares: Sequence[Leg]) -> None:
    """Posts the reversal of the journal of one cooperative."""
    by = undoing.id if booked.journal.id == undoing.journal.id else uuid7()
    await post_difference(
        tx,
        before,
        after,
        JournalKind.CREDIT_REVERSAL,
        ("credit", booked.credit.id),
        await sale_of(tx, after),
        shares,
        reverses=Reverses(booked.journal.id, by),
    )


async def _give_back(tx: Tx, order: Order, booked: _Booked) -> tuple[Leg, ...]:
    """Saves the earnings as they were before the credit; returns the legs of what they get."""
    found, year = await locked_earnings(tx, order)
    mine = {earning.id: earning for earning in found}
    legs = list(negated(tuple(leg for leg in await ledger.legs_of(tx, booked.journal) if leg.rule == "refund")))
    changed = []
    for before in booked.before:
        earning = mine[before.earning_id]
        if decided_since(earning, before):
            raise ReverseThatFirst(kind=JournalKind.RELEASE, journal_id=str(earning.decision_journal_id))
        agreement = await get_agreement(tx, earning.booked_under)
        kept, by_year = before.kept_cents - earning.kept_cents, tuple[Leg, ...]()
        if kept:
            by_year = year.keep(agreement, earning.work_date, earning.credited_id, kept)
        by_year += year.move_fund(agreement, earning.work_date, fund_given(earning, before))
        legs += by_year
        changed.append(restored(earning, before, by_year))
        if before.state is EarningState.HELD and not earning.held_cents:
            await tell(tx, "earning.held", order.cooperative_id, earning.id, reference=order.reference)
    posted = year.into_pots([leg for leg in legs if leg.cents])
    await save_year(tx, year)
    for earning in changed:
        await earnings.save(tx, earning)
    return posted


async def _last(tx: Tx, undoing: Undoing, credit: Credit) -> None:
    """Raises ReverseThatFirst if a later credit of the order stands; it names a journal of whoever asks."""
    later = await last_credit(tx, credit.order_id)
    if later is None or later == credit.id:
        return
    first = await credit_store.get(tx, later)
    for one in (first, *await credit_store.all(tx, part_of=later)):
        if undoing.actor.may(Right.READ_LEDGER, one.cooperative_id):
            first = one
            break
    raise ReverseThatFirst(kind=JournalKind.CREDIT, journal_id=str((await _booked(tx, first)).journal.id))


async def _booked(tx: Tx, credit: Credit) -> _Booked:
    journal = await ledger.journal_of(tx, "credit", credit.id, JournalKind.CREDIT, 1)
    return _Booked(credit, await earnings_before.all(tx, credit_id=credit.id), journal)


async def _opened(tx: Tx, assignment_id: UUID, *, lock: bool = False) -> Assignment:
    """The job; opens the rows of everybody who does a part."""
    found = await assignments.get(tx, assignment_id, lock=lock)
    await lend_staff_view(tx, found.cooperative_id, *found.party_ids)
    return found
