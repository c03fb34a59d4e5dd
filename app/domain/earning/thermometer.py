"""The thermometer: how full a member's savings pot is, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class PotKind(StrEnum):
    """Whether members save on their own, or together."""

    POT = "pot"
    COLLECTIVE = "collective"


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One line in the pot: `rule` and `facts` are the reason, `balance_after_cents` is the balance after it."""

    journal_id: UUID
    line: int
    journal_kind: str
    effective_on: date
    booked_at: datetime
    cents: int
    balance_after_cents: int
    rule: str
    facts: dict[str, Any]
    order_reference: str | None
    title: str | None


@dataclass(frozen=True, kw_only=True)
class Pot:
    """A member's pot: their balances, the pending earnings, and the amount kept this year; and today's agreement:
    whether it is a collective, and the threshold of its remittance.
    """

    member_id: UUID
    cooperative_id: UUID
    name: str
    goal_text: str | None
    goal_cents: int | None
    collective: bool
    threshold_cents: int | None
    balance_cents: int
    held_cents: int
    reserved_cents: int
    pending_cents: int
    year_total_cents: int


@dataclass(frozen=True, kw_only=True)
class Thermometer:
    """`pending_cents` is earned but not booked yet, before the split; `room_left_cents` is what may still be kept this
    year before a part goes to the municipality.

    A collective has no pots: `kind` shows that.
    """

    member_id: UUID
    cooperative_id: UUID
    name: str
    kind: PotKind
    balance_cents: int
    pending_cents: int
    held_cents: int
    year: int
    year_total_cents: int
    threshold_cents: int | None
    goal_text: str | None
    goal_cents: int | None
    movements: tuple[Movement, ...]
    reserved_cents: int = 0
    """The amount reserved for requested purchases."""

    @property
    def room_left_cents(self) -> int | None:
        if self.threshold_cents is None:
            return None
        return max(0, self.threshold_cents - self.year_total_cents)
