"""Payables: what a cooperative owes each creditor, by what was booked and what was paid of it, the oldest first."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.creditors import Creditor, CreditorAccount
from app.domain.errors import InBatch, NothingOwed
from app.domain.ledger import JournalKind

MOST_PARTS = 100
"""The most parts of a payable that are shown."""


@dataclass(frozen=True, kw_only=True)
class PayablePart:
    """A debt of `cents` that was booked on `day`; `left_cents` of it is not paid."""

    journal_id: UUID
    kind: JournalKind
    day: date
    cents: int
    left_cents: int


@dataclass(frozen=True, kw_only=True)
class Payable:
    """What a creditor is owed: the balance of their account, whose id it has; below zero the creditor owes it.

    `creditor` is None for a party that nobody has made a supplier. `parts` are what is not paid, the oldest first.
    """

    id: UUID
    cooperative_id: UUID
    creditor: Creditor | None
    name: str
    balance_cents: int
    in_batch_cents: int
    """What open batches of payments are to pay of it."""
    parts: tuple[PayablePart, ...]


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What a creditor is owed on their account, and what of it open batches are to pay."""

    account: CreditorAccount
    balance_cents: int
    in_batch_cents: int = 0
    person_id: UUID | None = None
    """The person of a customer."""
    order_reference: str | None = None
    """The reference of a customer's order."""

    def check(self, cents: int) -> None:
        """Raises NothingOwed for more than is owed, InBatch for what an open batch of payments is to pay already."""
        check_owed(cents, self.balance_cents, self.in_batch_cents)


def check_owed(cents: int, balance_cents: int, in_batch_cents: int = 0) -> None:
    """Raises NothingOwed for more than is owed, InBatch for what an open batch of payments is to pay already."""
    if cents > balance_cents:
        raise NothingOwed(how="creditor", owed_cents=max(0, balance_cents))
    if cents > balance_cents - in_batch_cents:
        raise InBatch(left_cents=max(0, balance_cents - in_batch_cents))
