"""Undoes the release, transfer or forfeit of held earnings."""

from dataclasses import replace

from app.db import ledger
from app.db.earning.agreements import get_agreement
from app.db.earning.earnings import earnings, lock_year, save_year
from app.db.engine import Tx
from app.db.platform.outbox import tell
from app.db.selling.credits import last_credit
from app.db.selling.orders import orders
from app.domain.earning.earnings import Earning, EarningState, held_again
from app.domain.earning.split import BY_YEAR_TOTAL
from app.domain.errors import BelowFloor, NotReversible, ReverseThatFirst, SecondPersonNeeded
from app.domain.ledger import AccountKind, JournalKind, Leg, negated
from app.usecases.shared.book_earning import take_back
from app.usecases.shared.undo import Undoing, post_reversal


async def undo_release(tx: Tx, undoing: Undoing) -> None:
    """The earning is held again; F of the month totals is computed again.

    Raises SecondPersonNeeded for one's own, NotReversible if the sale was taken back since, ReverseThatFirst if it was
    partly refunded since, BelowFloor if the member has spent it.
    """
    found = await earnings.get(tx, undoing.source_id)
    if undoing.actor.member_ids() & {found.member_id, found.credited_id}:
        raise SecondPersonNeeded(verb="reverse")
    order = await orders.get(tx, found.order_id, lock=True)
    year = await lock_year(tx, found.cooperative_id, [found.credited_id], found.work_date.year)
    earning = await earnings.get(tx, found.id, lock=True)
    if earning.state is EarningState.REVERSED:
        raise NotReversible(kind=undoing.journal.kind, how="taken_back")
    await _check_refunds(tx, earning)
    booked = await ledger.legs_of(tx, undoing.journal)
    agreement = await get_agreement(tx, earning.booked_under)
    by_year = [_of_its_month(leg, earning) for leg in take_back(year, earning, agreement)]
    others = negated(tuple(leg for leg in booked if leg.rule not in BY_YEAR_TOTAL))
    legs = year.into_pots((*by_year, *others))
    if _debt(legs, -1) > _debt(booked, 1):
        raise BelowFloor
    await post_reversal(tx, undoing, legs)
    await save_year(tx, year)
    await tell(tx, "earning.decision_reversed", earning.cooperative_id, earning.id, reference=order.reference)
    await earnings.save(tx, held_again(earning))


async def _check_refunds(tx: Tx, earning: Earning) -> None:
    """Raises ReverseThatFirst if a refund took a part of what was released."""
    if sum(leg.cents for leg in earning.legs) != earning.held_cents:
        credit_id = await last_credit(tx, earning.order_id)
        assert credit_id is not None  # noqa: S101  something was taken
        journal = await ledger.journal_of(tx, "credit", credit_id, JournalKind.CREDIT, 1)
        raise ReverseThatFirst(kind=JournalKind.CREDIT, journal_id=str(journal.id))


def _of_its_month(leg: Leg, earning: Earning) -> Leg:
    """Money that leaves a pot leaves the month in which it was earned, whatever day the reversal has."""
    month = earning.work_date.replace(day=1).isoformat()
    return replace(leg, facts=leg.facts | {"month": month}) if leg.rule == "pot" else leg


def _debt(legs: tuple[Leg, ...], sign: int) -> int:
    """The cents by which legs raise (-1) or repay (1) debts of members."""
    return sum(max(sign * leg.cents, 0) for leg in legs if leg.kind is AccountKind.RECEIVABLE_MEMBER)
