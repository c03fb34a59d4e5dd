"""Restricted funds: set up, filled by donations and grants, spent on their purposes only."""

from datetime import date
from typing import Annotated

from pydantic import Field

from app.db import ledger
from app.db.books.funds import funds
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import books_from, cooperatives
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.funds import Fund, donation_legs, expense_legs
from app.domain.days import check_day
from app.domain.errors import BelowFloor
from app.domain.ledger import Journal, JournalKind, Leg, Posting
from app.domain.page import Page, PageRequest
from app.ids import CooperativeId, FundId
from app.usecases.declared.reading import reads_by_id
from app.vocabulary import Amount, Doc, Name, PaymentDay, Purpose, SupplierName, Title

Purposes = Annotated[list[Purpose], Field(min_length=1, max_length=20), Doc("The purposes that it may be spent on.")]
OneOfThem = Annotated[Purpose, Doc("One of the purposes of the fund.")]
Bought = Annotated[Title, Doc("The goods or service to pay.")]
Giver = Annotated[Name, Doc("The giver.")]


async def add_fund(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, title: Title, purposes: Purposes) -> Fund:
    """Set up a fund with the purposes that it may be spent on."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.WRITE_FUND, cooperative_id)
    fund = Fund(id=uuid7(), cooperative_id=cooperative_id, title=title, purposes=tuple(dict.fromkeys(purposes)))
    await funds.add(tx, fund)
    return fund


async def list_funds(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest) -> Page[Fund]:
    """The restricted funds of a cooperative with their balances. For the staff."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_FUND, cooperative_id)
    return await funds.page(tx, page, cooperative_id=cooperative_id)


@reads_by_id(funds)
async def get_fund(tx: Tx, actor: Actor, *, fund_id: FundId) -> Fund:
    """One fund with its balance. Raises NotFound."""
    fund = await funds.get(tx, fund_id)
    actor.require(Right.READ_FUND, fund.cooperative_id)
    return fund


async def donate(
    tx: Tx, actor: Actor, *, fund_id: FundId, amount: Amount, giver: Giver, paid_on: PaymentDay | None = None
) -> Journal:
    """Record money received for a fund: a gift, a prize or a grant. Raises DayOutOfRange."""
    fund = await funds.get(tx, fund_id)
    actor.require(Right.WRITE_FUND, fund.cooperative_id)
    return await _post(tx, fund, JournalKind.DONATION, donation_legs(fund, amount.cents, giver), paid_on)


async def spend_fund(
    tx: Tx,
    actor: Actor,
    *,
    fund_id: FundId,
    amount: Amount,
    purpose: OneOfThem,
    supplier: SupplierName,
    title: Bought,
    paid_on: PaymentDay | None = None,
) -> Journal:
    """Pay something from a fund, for one of its purposes.

    Raises PurposeNotAllowed, DayOutOfRange, BelowFloor for more than it held that day.
    """
    fund = await funds.get(tx, fund_id)
    actor.require(Right.WRITE_FUND, fund.cooperative_id)
    legs = expense_legs(fund, amount.cents, purpose, supplier, title)
    booked = await _post(tx, fund, JournalKind.FUND_EXPENSE, legs, paid_on)
    if await ledger.lowest_of_fund(tx, fund.cooperative_id, fund_id, booked.effective_on) < 0:
        raise BelowFloor(how="fund")
    return booked


async def _post(tx: Tx, fund: Fund, kind: JournalKind, legs: tuple[Leg, ...], paid_on: date | None) -> Journal:
    first = await books_from(tx, fund.cooperative_id)
    day = check_day("paid_on", paid_on or tx.today, first, tx.today)
    source = uuid7()
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=fund.cooperative_id,
            kind=kind,
            source_type="restricted_fund",
            source_id=source,
            part=1,
            effective_on=day,
            legs=legs,
        ),
    )
    return await ledger.journal_of(tx, "restricted_fund", source, kind, 1)
