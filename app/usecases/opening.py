"""Open a running cooperative's books: tried dry as often as one likes, then done once."""

from datetime import date
from uuid import UUID

from app.db import ledger
from app.db.agreements import agreement_on
from app.db.cooperatives import cooperatives
from app.db.earnings import lock_year, open_months
from app.db.engine import Tx, uuid7
from app.db.members import members
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.agreements import Agreement
from app.domain.errors import AgreementMissing, AlreadySettled, NotFound, SecondPersonNeeded
from app.domain.ledger import JournalKind, Posting
from app.domain.opening import Opening, OpeningReport, check_opening, opening_legs, report


async def try_opening(tx: Tx, actor: Actor, *, cooperative_id: UUID, opening: Opening) -> OpeningReport:
    """What an import would do, with every check that the import makes; nothing is written."""
    await _checked(tx, actor, cooperative_id, opening)
    return report(opening)


async def open_books(tx: Tx, actor: Actor, *, cooperative_id: UUID, opening: Opening) -> OpeningReport:
    """Begin the books with what the cooperative brings along: accounts, pots by month earned, totals of the year.

    Raises OpeningDiffers, RuleRefused, DayOutOfRange, AgreementMissing for a month without one, AlreadySettled once
    books began.
    """
    municipality_id, versions = await _checked(tx, actor, cooperative_id, opening)
    for year in {total.month.year for total in opening.totals}:
        await lock_year(tx, cooperative_id, opening.member_ids, year)
    await open_months(tx, opening.totals, versions)
    place = (uuid7(), cooperative_id, JournalKind.OPENING, "cooperative", cooperative_id, 1, opening.as_of)
    await ledger.post(tx, Posting(*place, opening_legs(opening, municipality_id)))
    return report(opening, place[0])


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
