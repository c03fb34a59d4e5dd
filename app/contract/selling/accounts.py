"""The statement of account of a customer. Its files are in `app/api/accounts.py`."""

from datetime import date

from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.domain.selling import accounts as domain
from app.domain.selling.accounts import AccountEntryKind
from app.ids import CooperativeId
from app.usecases.selling.accounts import get_order_account


@shape(domain.AccountEntry)
class CustomerAccountEntry:
    """A line of a statement of account."""

    day: date
    """The day on which it counts."""
    kind: AccountEntryKind
    """What it is."""
    reference: str
    """The number of the invoice or credit note, else the reference of the order."""
    amount: Money = cents("cents")
    """The amount with VAT: above zero it is asked, below zero it is paid or taken off."""
    balance: Money
    """What the customer owes after it; below zero, what the seller owes them."""


@shape(domain.CustomerAccount)
class CustomerAccount:
    """The account of a customer at a seller: what was asked, what came and went, and the balance."""

    cooperative_id: CooperativeId
    """The seller."""
    seller: str
    """The name of the seller."""
    customer: str
    """The organisation or the person, as their latest order names them."""
    since: date
    """The first day."""
    until: date
    """The last day."""
    opening: Money
    """What the customer owed the day before; below zero, what the seller owed them."""
    entries: list[CustomerAccountEntry]
    """The entries, in the order of their days."""
    closing: Money
    """What the customer owes after the last day; below zero, what the seller owes them."""


accounts = Noun("payments")
accounts.get("/orders/{order_id}/account", get_order_account, CustomerAccount)
