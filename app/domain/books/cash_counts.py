"""Counts of the cash of a cooperative: what is in the till beyond the books, or less, is the fund's."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.ledger import AccountKind, Leg


@dataclass(frozen=True, kw_only=True)
class CashCount:
    """The cents in the till at the end of `counted_on`, where the books said `expected_cents`."""

    id: UUID
    cooperative_id: UUID
    counted_on: date
    cents: int
    expected_cents: int
    counted_by: UUID
    counted_at: datetime
    version: int = 1

    @property
    def difference_cents(self) -> int:
        """What was there beyond the books; below zero it is missing."""
        return self.cents - self.expected_cents


def count_legs(count: CashCount) -> tuple[Leg, ...]:
    """The legs of a count that differs from the books."""
    cents = count.difference_cents
    return (
        Leg(kind=AccountKind.CASH, cents=-cents, rule="count", facts={}),
        Leg(kind=AccountKind.COOPERATIVE_FUND, cents=cents, rule="count", facts={}),
    )
