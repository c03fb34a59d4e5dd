"""Counts of cash: the treasurer says what is in the till."""

from typing import Annotated

from app.db import ledger
from app.db.books.bank_statements import first_open_day
from app.db.books.cash_counts import cash_counts, cash_on, last_counted
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.cash_counts import CashCount, count_legs
from app.domain.days import check_day
from app.domain.ledger import JournalKind, Posting
from app.domain.page import Page, PageRequest
from app.ids import CooperativeId
from app.usecases.declared.audit import shows_private
from app.vocabulary import Between, Doc, MoneyIn, PastDay

CountedOn = Annotated[PastDay, Doc("The day at whose end it was counted.")]
Counted = Annotated[MoneyIn, Between(0), Doc("The amount in the till.")]


async def count_cash(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, counted_on: CountedOn, amount: Counted
) -> CashCount:
    """Record what is in the till at the end of a day. What the books say otherwise is the fund's.

    Raises DayOutOfRange for a day of a closed month, or before the last count.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.COUNT_CASH, cooperative_id)
    # Nobody books cash meanwhile.
    await ledger.lock_books(tx, cooperative_id)
    first = await first_open_day(tx, cooperative_id)
    check_day("counted_on", counted_on, max(first, await last_counted(tx, cooperative_id) or first), tx.today)
    count = CashCount(
        id=uuid7(),
        cooperative_id=cooperative_id,
        counted_on=counted_on,
        cents=amount.cents,
        expected_cents=await cash_on(tx, cooperative_id, counted_on),
        counted_by=actor.person,
        counted_at=tx.now,
    )
    await cash_counts.add(tx, count)
    if count.difference_cents:
        await ledger.post(
            tx,
            Posting(
                id=uuid7(),
                cooperative_id=cooperative_id,
                kind=JournalKind.COUNT,
                source_type="cash_count",
                source_id=count.id,
                part=1,
                effective_on=counted_on,
                legs=count_legs(count),
            ),
        )
    return count


@shows_private
async def list_cash_counts(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest
) -> Page[CashCount]:
    """The counts of a cooperative's cash, newest first. For the treasurer."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_BANK, cooperative_id)
    return await cash_counts.page(tx, page, cooperative_id=cooperative_id)
