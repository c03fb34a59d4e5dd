"""What every reversal does: the exact negation of a journal, with the parts that depend on a year computed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.db import ledger
from app.db.books.nettings import netting_of
from app.db.earning.agreements import get_agreement
from app.db.engine import Tx, uuid7
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.chart import named_of
from app.domain.earning.split import BY_YEAR_TOTAL, fund_cents
from app.domain.earning.thresholds import Year
from app.domain.errors import ReverseThatFirst
from app.domain.ledger import Journal, JournalKind, Leg, Posting, negated, opposite
from app.domain.money import CURRENCY


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """A journal to undo on `day`, by a journal with this `id`; `actor` is who asks, or agrees last."""

    journal: Journal
    id: UUID
    day: date
    reason: str
    actor: Actor

    @property
    def source_id(self) -> UUID:
        return self.journal.source_id

    @property
    def cooperative_id(self) -> UUID:
        return self.journal.cooperative_id


async def negation_of(tx: Tx, journal: Journal) -> tuple[Leg, ...]:
    """The legs of a journal with the other sign, without those that are F of a year."""
    return negated(tuple(leg for leg in await ledger.legs_of(tx, journal) if leg.rule not in BY_YEAR_TOTAL))


async def negation_in_year(tx: Tx, journal: Journal, year: Year) -> tuple[Leg, ...]:
    """The same, and what the municipality gets less of the fund's year; the fund counts it in the month of its booking.

    The year has to be locked, and is to be saved.
    """
    assert journal.agreement_id is not None  # noqa: S101  what counts in a year was booked under an agreement
    agreement = await get_agreement(tx, journal.agreement_id)
    booked = await ledger.legs_of(tx, journal)
    legs = negated(tuple(leg for leg in booked if leg.rule not in BY_YEAR_TOTAL))
    return (*legs, *year.move_fund(agreement, journal.effective_on, -fund_cents(booked)))


async def netted_since(tx: Tx, undoing: Undoing, journals: Sequence[Journal]) -> None:
    """Raises ReverseThatFirst if a debt between cooperatives in these journals was netted since."""
    netting_id = await netting_of(tx, [journal.id for journal in journals])
    if netting_id is not None:
        raise await that_netting_first(tx, undoing, netting_id)


async def that_netting_first(tx: Tx, undoing: Undoing, netting_id: UUID) -> ReverseThatFirst:
    """The refusal that names a netting by its journal in the books of whoever asks."""
    journals = await ledger.journals_of(tx, "netting", netting_id, JournalKind.NETTING)
    own = (one for one in journals if undoing.actor.may(Right.READ_LEDGER, one.cooperative_id))
    return ReverseThatFirst(kind=JournalKind.NETTING, journal_id=str(next(own, journals[0]).id))


async def post_reversal(
    tx: Tx, undoing: Undoing, legs: Sequence[Leg], journal: Journal | None = None, *, currency: str = CURRENCY
) -> None:
    """Books the reversal of the journal, or of another journal of the same act in the books of another side."""
    undone = journal or undoing.journal
    named = named_of(await ledger.legs_of(tx, undone), undone.results)
    await ledger.post(
        tx,
        Posting(
            id=undoing.id if undone.id == undoing.journal.id else uuid7(),
            cooperative_id=undone.cooperative_id,
            kind=JournalKind(f"{undone.kind}_reversal"),
            source_type=undone.source_type,
            source_id=undone.source_id,
            part=undone.part,
            effective_on=undoing.day,
            legs=tuple(legs),
            reverses=undone.id,
            agreement_id=undone.agreement_id,
            currency=currency,
            named=opposite(named),
        ),
    )
