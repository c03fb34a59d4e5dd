"""A calendar year under lock: what members and the fund kept so far; it grows with what one act books."""

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
    """Totals before remittance, in cents, by month and agreement version; `changes` are what has to be saved."""

    cooperative_id: UUID
    members: dict[UUID, list[MonthTotal]]
    fund: list[MonthTotal]
    """Empty where no version of the agreement looks at the fund's year."""
    pots: dict[UUID, tuple[int, int]]
    """What stands in each pot, and what its member owes."""
    changes: Counter[tuple[UUID | None, date, UUID]] = field(default_factory=Counter)
    """By member (None: the fund), month and agreement version."""

    def keep(self, agreement: Agreement, day: date, member_id: UUID, cents: int) -> tuple[Leg, ...]:
        """The member keeps `cents` more; the legs of what that changes: remittance, allowance and pot."""
        before = self.members.get(member_id, [])
        after = add_to_year(before, agreement, day, cents)
        self.count(agreement, day, member_id, cents)
        return year_legs(agreement, buckets(before), buckets(after), member_id)

    def move_fund(self, agreement: Agreement, day: date, cents: int) -> tuple[Leg, ...]:
        """`cents` more come to the fund; the legs of what that changes for the municipality."""
        legs = fund_legs(agreement, self.fund, day, cents)
        self.count_fund(agreement, day, cents)
        return legs

    def month_of(self, member_id: UUID, month: date, agreement_id: UUID) -> MonthTotal:
        """The member's total of a month under a version, with its terms."""
        return next(m for m in self.members[member_id] if (m.month, m.agreement_id) == (month, agreement_id))

    def count(self, agreement: Agreement, day: date, member_id: UUID, cents: int) -> None:
        """What the member keeps counts for the year."""
        if cents:
            self.members[member_id] = add_to_year(self.members.get(member_id, []), agreement, day, cents)
            self.changes[(member_id, day.replace(day=1), agreement.id)] += cents

    def count_fund(self, agreement: Agreement, day: date, cents: int) -> None:
        """What comes to the fund counts for its year."""
        if cents:
            self.fund = add_to_year(self.fund, agreement, day, cents, fund=True)
            self.changes[(None, day.replace(day=1), agreement.id)] += cents

    def into_pots(self, legs: Sequence[Leg]) -> tuple[Leg, ...]:
        """The legs with no pot below zero: what is spent already becomes a debt, repaid first by what comes later."""
        return into_pots(self.pots, legs)
