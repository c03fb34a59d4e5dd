"""Where money is that somebody records: at the bank, in cash, or on a line of a bank statement."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.ledger import AccountKind, Leg


@dataclass(frozen=True)
class MoneyPlace:
    """The account that money comes from or goes to."""

    kind: AccountKind
    party: str | None = None

    def leg(self, cents: int, rule: str, facts: dict[str, Any]) -> Leg:
        """The leg of an amount there, in cents; what comes in is negative."""
        return Leg(kind=self.kind, cents=cents, rule=rule, facts=facts, party=self.party)


AT_BANK = MoneyPlace(AccountKind.BANK)
"""Recorded by people. From the first statement on, the database books it in transit until a line brings it."""
IN_CASH = MoneyPlace(AccountKind.CASH)


def on_line(line_id: UUID) -> MoneyPlace:
    """What a bank line brought, or took, and has no place yet."""
    return MoneyPlace(AccountKind.SUSPENSE, str(line_id))
