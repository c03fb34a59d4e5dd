"""Payouts: money that went to a creditor, at the bank or in cash; a mistake is reversed, never edited."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.creditors import Creditor, CreditorAccount, CreditorKind
from app.domain.ledger import AccountKind, Leg
from app.domain.money_place import AT_BANK, IN_CASH, MoneyPlace


class PayoutMethod(StrEnum):
    """How the money left."""

    BANK = "bank"
    CASH = "cash"


@dataclass(frozen=True, kw_only=True)
class Payout:
    """`cents` that went to a creditor on `paid_on`. Its journal has its id."""

    id: UUID
    cooperative_id: UUID
    creditor_kind: CreditorKind
    creditor_id: UUID
    cents: int
    paid_on: date
    method: PayoutMethod
    recorded_by: UUID
    recorded_at: datetime
    reason: str = ""
    bank_line_id: UUID | None = None
    """The line of a bank statement that it went by."""
    reversed_on: date | None = None
    """The day on which it was undone; loaded from the books."""

    @property
    def creditor(self) -> Creditor:
        return Creditor(self.creditor_kind, self.creditor_id)


def place_of(method: PayoutMethod) -> MoneyPlace:
    """Where the money of a payout that people record came from."""
    return IN_CASH if method is PayoutMethod.CASH else AT_BANK


def method_of(place: MoneyPlace) -> PayoutMethod:
    """How money left that came from there."""
    return PayoutMethod.CASH if place == IN_CASH else PayoutMethod.BANK


def payout_legs(account: CreditorAccount, cents: int, place: MoneyPlace) -> tuple[Leg, ...]:
    """Money leaves, and that much less is owed."""
    facts = {"method": method_of(place)}
    debt = Leg(
        kind=account.kind,
        cents=-cents,
        rule="payout",
        facts=facts,
        member_id=account.member_id,
        party=account.party,
    )
    return debt, place.leg(cents, "payout", facts)


def receipt_legs(debtor_id: UUID, cents: int, method: PayoutMethod) -> tuple[Leg, ...]:
    """The same in the books of another cooperative, which gets it."""
    facts = {"method": method}
    claim = Leg(
        kind=AccountKind.RECEIVABLE_COOPERATIVE,
        cents=cents,
        rule="payout",
        facts=facts,
        party=str(debtor_id),
    )
    return place_of(method).leg(-cents, "payout", facts), claim
