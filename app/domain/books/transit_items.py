"""What people recorded at the bank, or gave to it, and no line of a statement has brought yet."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.domain.ledger import JournalKind

LONGEST_WAIT = timedelta(days=10)
"""What waits longer than this is old: banks bring what really happened within days."""


@dataclass(frozen=True, kw_only=True)
class TransitItem:
    """An item that waits: the journal that booked it, and `cents` that a line has to bring (below zero: to take)."""

    id: UUID
    """The journal."""
    cooperative_id: UUID
    kind: JournalKind
    source_type: str
    source_id: UUID
    day: date
    cents: int
