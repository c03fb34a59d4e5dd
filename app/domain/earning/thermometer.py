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
    """One line in the pot: `rule` and `facts` are the reason, `balance_after_cents` what was in it then."""

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
    """Of one member: what stands on their accounts, what was earned but not yet posted, what they kept this year;
    and what their cooperative's agreement says today: whether it is a collective, above what a part is remitted."""

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
    """`pending_cents` is earned but not yet posted, before the split; `room_left_cents` is what may still be kept
    this year before a part goes to the municipality. A collective has no pots: `kind` says so."""

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
    """Set apart for a purchase that was asked for."""

    @property
    def room_left_cents(self) -> int | None:
        if self.threshold_cents is None:
            return None
        return max(0, self.threshold_cents - self.year_total_cents)
