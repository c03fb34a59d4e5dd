"""Open the books of a running cooperative: any number of dry runs, then once for real."""

from datetime import date
from typing import Annotated
from uuid import UUID

from app.db import ledger
from app.db.earning.agreements import agreement_on
from app.db.earning.earnings import lock_year, open_months
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.members import members
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.opening import (
    Opening,
    OpeningAccount,
    OpeningPot,
    OpeningReport,
    OpeningTotal,
    check_opening,
    opening_legs,
    report,
)
from app.domain.earning.agreements import Agreement
from app.domain.errors import AgreementMissing, AlreadySettled, NotFound, SecondPersonNeeded
from app.domain.ledger import AccountKind, JournalKind, Posting
from app.ids import CooperativeId, MemberId
from app.usecases.shared.suppliers import with_accounts
from app.vocabulary import Amount, Balance, Doc, Flag, Form, Month, PastDay, first_of


class OpeningAccountInput(Form):
    """The balance of an account: what the cooperative owns, or what it owes or keeps, as a positive amount."""

    kind: Annotated[AccountKind, Doc("The account.")]
    amount: Balance


class OpeningPotInput(Form):
    """The part of a member's pot that was earned in a month."""

    member_id: Annotated[MemberId, Doc("The owner of the pot.")]
    month: Annotated[Month, Doc("The month in which it was earned.")]
    amount: Amount


class OpeningTotalInput(Form):
    """The amount kept in a month before remittance; it counts towards the threshold of the year."""

    month: Annotated[Month, Doc("The month in which it was earned.")]
    amount: Amount
    member_id: Annotated[MemberId | None, Doc("The member who kept it; null: it went to the cooperative fund.")] = None


FirstDay = Annotated[PastDay, Doc("The first day of the books here.")]
Accounts = Annotated[list[OpeningAccountInput], Doc("The balances of the accounts, each account once.")]
Pots = Annotated[list[OpeningPotInput], Doc("The savings pots, by the month in which they were earned.")]
Totals = Annotated[list[OpeningTotalInput], Doc("The amounts that members and the fund kept this year, by month.")]
DryRun = Annotated[Flag, Doc("Whether to check only; nothing is written.")]


async def open_books(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    as_of: FirstDay,
    accounts: Accounts,
    pots: Pots | None = None,
    totals: Totals | None = None,
    dry_run: DryRun = False,
) -> OpeningReport:
    """Open the books in the middle of a year, once, with all balances that the cooperative brings. For the treasurer.

    Raises OpeningDiffers, RuleRefused, DayOutOfRange, AgreementMissing for a month without one, AlreadySettled once
    books began.
    """
    opening = Opening(
        as_of=as_of,
        accounts=tuple(OpeningAccount(one.kind, one.amount.cents) for one in accounts),
        pots=tuple(OpeningPot(one.member_id, first_of(one.month), one.amount.cents) for one in pots or ()),
        totals=tuple(OpeningTotal(first_of(one.month), one.amount.cents, one.member_id) for one in totals or ()),
    )
    municipality_id, versions = await _checked(tx, actor, cooperative_id, opening)
    if dry_run:
        return report(opening)
    for year in {total.month.year for total in opening.totals}:
        await lock_year(tx, cooperative_id, opening.member_ids, year)
    await open_months(tx, opening.totals, versions)
    posting = Posting(
        id=uuid7(),
        cooperative_id=cooperative_id,
        kind=JournalKind.OPENING,
        source_type="cooperative",
        source_id=cooperative_id,
        part=1,
        effective_on=opening.as_of,
        legs=await with_accounts(tx, cooperative_id, opening_legs(opening, municipality_id)),
    )
    await ledger.post(tx, posting)
    return report(opening, posting.id)


async def _checked(tx: Tx, actor: Actor, cooperative_id: UUID, opening: Opening) -> tuple[UUID, dict[date, Agreement]]:
    """The municipality, and the agreement of each month that has a total."""
    cooperative = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.OPEN_BOOKS, cooperative_id)
    if actor.member_ids() & set(opening.member_ids):
        raise SecondPersonNeeded(verb="open_books")
    check_opening(opening, tx.today)
    if not await ledger.untouched(tx, cooperative_id):
        raise AlreadySettled(reference=cooperative.slug)
    known = {member.id for member in await members.all(tx, id=opening.member_ids, cooperative_id=cooperative_id)}
    if set(opening.member_ids) - known:
        raise NotFound
    versions = {}
    for month in sorted({total.month for total in opening.totals}):
        agreement = await agreement_on(tx, cooperative_id, month)
        if agreement is None:
            raise AgreementMissing(date=month.isoformat())
        versions[month] = agreement
    return cooperative.municipality_id, versions
