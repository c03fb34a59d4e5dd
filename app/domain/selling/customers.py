"""Customers: a person or an organisation; every order keeps a snapshot of the contact."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.errors import ContactIncomplete


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How to reach the customer: a name, and an e-mail address or a telephone number."""

    name: str
    email: str | None = None
    phone: str | None = None
    organisation: str | None = None
    address: str | None = None
    reference: str | None = None
    """The customer's own order number; a public body needs it on its invoice."""


@dataclass(frozen=True)
class Customer:
    """A person's own contact card, used for orders without another contact."""

    id: UUID
    person_id: UUID
    contact: Contact
    version: int = 1


def reachable(contact: Contact) -> Contact:
    """Returns the contact. Raises ContactIncomplete without e-mail and telephone."""
    if not (contact.email or contact.phone):
        raise ContactIncomplete
    return contact
