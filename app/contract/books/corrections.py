"""Reversals of bookings."""

from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.shape import shape
from app.domain.books import corrections as domain
from app.domain.books.corrections import ReversalState
from app.domain.ledger import JournalKind
from app.ids import AnyId, CooperativeId, JournalId, JournalReversalId, PersonId
from app.usecases.books.corrections import (
    decline_reversal,
    get_journal_reversal,
    list_journal_reversals,
    reverse_journal,
)


@shape(domain.Reversal)
class JournalReversal:
    """The reversal of a journal: who undid it, and why. The journals themselves never change."""

    id: JournalReversalId
    journal_id: JournalId
    """The journal that it undoes."""
    reversed_by: JournalId | None
    """The journal that undoes it, with its day and its lines."""
    cooperative_id: CooperativeId
    """The cooperative whose journal was named."""
    kind: JournalKind
    """The kind of booking."""
    source_type: str
    """The kind of source."""
    source_id: AnyId
    """The id of the source, such as a payment."""
    day: date
    """The day on which it counts."""
    reason: str
    """The reason of the reversal."""
    asked_by: PersonId
    """The person who asked for it."""
    asked_at: datetime
    """When it was asked for."""
    state: ReversalState
    """`proposed`: it waits for another side or a second person, and nothing is booked yet."""
    waits_for: list[AnyId]
    """The sides that have to agree first: cooperatives, or the other member of a barter. For a second person it names
    the cooperative itself."""
    answer: str
    """The reason of a refusal."""
    version: int


ONE = "/journal-reversals/{reversal_id}"
corrections = Noun("ledger")
corrections.post("/journals/{journal_id}/reversals", reverse_journal, JournalReversal, opens="/journal-reversals")
corrections.get("/cooperatives/{cooperative_id}/journal-reversals", list_journal_reversals, JournalReversal)
corrections.get(ONE, get_journal_reversal, JournalReversal)
corrections.post(f"{ONE}/refusals", decline_reversal, JournalReversal)
