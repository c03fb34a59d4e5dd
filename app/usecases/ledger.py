"""The ledger: accounts, journals, closed months, and the check of the invariants."""

from dataclasses import dataclass
from typing import Annotated

from app.db import ledger
from app.db.books.closing import open_books
from app.db.books.invariants import broken
from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.ledger import Account, Journal, Period, check_close
from app.domain.page import Page, PageRequest
from app.ids import AnyId, CooperativeId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import of_one_moment
from app.vocabulary import AnyMonth, Doc, first_of

BATCH = 1000
SourceId = Annotated[AnyId, Doc("The id of the act that was booked, such as an order or a payment.")]


@dataclass(frozen=True)
class Books:
    """A cooperative's books at one moment."""

    accounts: tuple[Account, ...]
    journals: tuple[Journal, ...]


@shows_private
async def list_accounts(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest) -> Page[Account]:
    """The accounts of a cooperative with their balances. Credits are positive. For the treasurer."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return await ledger.list_accounts(tx, cooperative_id, page)


@shows_private
async def list_journals(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, source_id: SourceId | None = None
) -> Page[Journal]:
    """The journals of a cooperative with their entries and reasons, newest first. For the treasurer."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return await ledger.list_journals(tx, cooperative_id, page, source_id)


@shows_private
@of_one_moment
async def export_books(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> Books:
    """The whole books of a cooperative at one moment: every account with its balance, every journal, oldest first."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    accounts = await ledger.all_accounts(tx, cooperative_id)
    journals: list[Journal] = []
    while True:
        found = await ledger.all_journals(tx, cooperative_id, journals[-1].id if journals else None, BATCH)
        journals += found
        if len(found) < BATCH:
            return Books(tuple(accounts), tuple(journals))


async def close_month(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, month: AnyMonth) -> Period:
    """Close a month for ever, once the bank is true.

    The statements of each account reach over its last day, each line is placed or parked with a reason, and cash is
    counted. Later entries for it are booked in the first open month. Raises RuleRefused before its end, AlreadySettled,
    EarlierMonthOpen, StatementMissing, LinesOpen, CashNotCounted.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.CLOSE_MONTH, cooperative_id)
    first = first_of(month)
    await ledger.lock_books(tx, cooperative_id)
    books = await open_books(tx, cooperative_id, first)
    check_close(first, books, today=tx.today)
    period = Period(cooperative_id, first, tx.now, actor.person_id, books.bank_cents)
    await ledger.close_month(tx, period)
    await tell(tx, "month.closed", cooperative_id, cooperative_id, month=month)
    return period


async def list_periods(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> list[Period]:
    """The closed months of a cooperative, newest first. For the treasurer."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    return await ledger.list_periods(tx, cooperative_id)


async def check_books(tx: Tx, actor: Actor) -> dict[str, list[str]]:
    """Returns for every invariant the rows that break it. For the system only, in a role that sees all books."""
    actor.require(Right.RUN_TIMER)
    return await broken(tx)
