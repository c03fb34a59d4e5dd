"""A locked calendar year: the amounts that members and the fund kept so far; each booking of an act adds to it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from app.domain.earning.agreements import Agreement
from app.domain.earning.split import MonthTotal, add_to_year, buckets, fund_legs, year_legs
from app.domain.ledger import Leg, into_pots


@dataclass
class Year:
    """Totals before remittance, in cents, by month and agreement version; `changes` must be saved."""

    cooperative_id: UUID
    members: dict[UUID, list[MonthTotal]]
    fund: list[MonthTotal]
    """Empty if no version of the agreement counts the fund's year."""
    pots: dict[UUID, tuple[int, int]]
    """The balance of each pot, and the debt of its member."""
    changes: Counter[tuple[UUID | None, date, UUID]] = field(default_factory=Counter)
    """By member (None: the fund), month and agreement version."""

    def keep(self, agreement: Agreement, day: date, member_id: UUID, cents: int) -> tuple[Leg, ...]:
        """Adds `cents` that the member keeps; returns the changed legs: remittance, allowance and pot."""
        before = self.members.get(member_id, [])
        after = add_to_year(before, agreement, day, cents)
        self.count(agreement, day, member_id, cents)
        return year_legs(agreement, buckets(before), buckets(after), member_id)

    def move_fund(self, agreement: Agreement, day: date, cents: int) -> tuple[Leg, ...]:
        """Adds `cents` to the fund; returns the changed legs of the municipality."""
        legs = fund_legs(agreement, self.fund, day, cents)
        self.count_fund(agreement, day, cents)
        return legs

    def month_of(self, member_id: UUID, month: date, agreement_id: UUID) -> MonthTotal:
        """The member's total of a month under a version, with its terms."""
        return next(m for m in self.members[member_id] if (m.month, m.agreement_id) == (month, agreement_id))

    def count(self, agreement: Agreement, day: date, member_id: UUID, cents: int) -> None:
        """Counts an amount that the member keeps for the year."""
        if cents:
            self.members[member_id] = add_to_year(self.members.get(member_id, []), agreement, day, cents)
            self.changes[(member_id, day.replace(day=1), agreement.id)] += cents

    def count_fund(self, agreement: Agreement, day: date, cents: int) -> None:
        """Counts an amount for the fund's year."""
        if cents:
            self.fund = add_to_year(self.fund, agreement, day, cents, fund=True)
            self.changes[(None, day.replace(day=1), agreement.id)] += cents

    def into_pots(self, legs: Sequence[Leg]) -> tuple[Leg, ...]:
        """The legs, changed so that no pot goes below zero: what is missing becomes a debt, which later income repays
        first.
        """
        return into_pots(self.pots, legs)
