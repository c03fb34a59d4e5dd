"""The caller's own contact card."""

from app.contract.operation import Noun
from app.contract.shape import shape
from app.domain.selling import customers as domain
from app.ids import CustomerId
from app.usecases.selling.customers import get_my_contact, set_my_contact


@shape(domain.Contact)
class Contact:
    """How to reach the customer."""

    name: str
    """The name."""
    email: str | None
    """Their e-mail address."""
    phone: str | None
    """Their telephone number."""
    organisation: str | None
    """The customer's organisation."""
    address: str | None
    """Street, number, postal code and town."""
    reference: str | None
    """The customer's own order number."""


@shape(domain.Customer)
class Customer:
    """A customer with their own contact card."""

    id: CustomerId
    contact: Contact
    """The card. It is used if an order names no other contact."""
    version: int


ONE = "/me/contact"
customers = Noun("customers")
customers.get(ONE, get_my_contact, Customer)
customers.put(ONE, set_my_contact, Customer, must_have_seen=False)
