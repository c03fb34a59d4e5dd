"""What a cooperative owes its creditors."""

from datetime import date

from app.contract.creditors import Creditor
from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.domain.books import payables as domain
from app.domain.ledger import JournalKind
from app.ids import AccountId, CooperativeId, JournalId
from app.usecases.books.payables import list_payables


@shape(domain.PayablePart)
class PayablePart:
    """A debt that is not paid, or not all of it."""

    journal_id: JournalId
    """The journal that booked it."""
    kind: JournalKind
    """The kind of booking."""
    day: date
    """The day on which it counts."""
    amount: Money = cents("cents")
    """The amount that was owed."""
    left: Money
    """The part of it that is not paid."""


@shape(domain.Payable)
class Payable:
    """What a creditor is owed."""

    id: AccountId
    """The account of the creditor."""
    cooperative_id: CooperativeId
    """The cooperative that owes it."""
    creditor: Creditor | None
    """The creditor; null for a party that is no supplier here."""
    name: str
    """Its name."""
    balance: Money
    """The amount that is owed; below zero the creditor owes it."""
    in_batch: Money
    """The part of it that open batches of payments are to pay."""
    parts: list[PayablePart]
    """What is not paid, the oldest first; at most a hundred."""


payables = Noun("payables")
payables.get("/cooperatives/{cooperative_id}/payables", list_payables, Payable)
