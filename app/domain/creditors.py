"""Creditors: whom a cooperative owes money, and the account of each."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.ledger import AccountKind


class CreditorKind(StrEnum):
    """What a creditor is."""

    SUPPLIER = "supplier"
    MEMBER = "member"
    MUNICIPALITY = "municipality"
    COOPERATIVE = "cooperative"
    """Another cooperative; or the cooperative itself, for costs that it laid out."""
    CUSTOMER = "customer"
    """The customer of an order, who is owed back."""


@dataclass(frozen=True)
class Creditor:
    """A creditor of a cooperative; of a customer the id is that of the order."""

    kind: CreditorKind
    id: UUID


@dataclass(frozen=True)
class CreditorAccount:
    """The account of a creditor in the books: its kind, and its member or party."""

    kind: AccountKind
    member_id: UUID | None = None
    party: str | None = None


def account_of(creditor: Creditor, cooperative_id: UUID, supplier_account: str | None = None) -> CreditorAccount:
    """The account of a creditor of a cooperative; that of a supplier is named by the text `supplier_account`."""
    match creditor.kind:
        case CreditorKind.SUPPLIER:
            return CreditorAccount(AccountKind.PAYABLE_SUPPLIER, party=supplier_account)
        case CreditorKind.MEMBER:
            return CreditorAccount(AccountKind.PAYABLE_MEMBER, member_id=creditor.id)
        case CreditorKind.MUNICIPALITY:
            return CreditorAccount(AccountKind.PAYABLE_MUNICIPALITY, party=str(creditor.id))
        case CreditorKind.COOPERATIVE:
            own = creditor.id == cooperative_id
            return CreditorAccount(AccountKind.PAYABLE_COOPERATIVE, party=None if own else str(creditor.id))
        case CreditorKind.CUSTOMER:
            return CreditorAccount(AccountKind.CUSTOMER_CREDIT, party=str(creditor.id))
