"""What people recorded at the bank, or gave to it, and no line of a statement has brought yet."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.ledger import JournalKind


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
