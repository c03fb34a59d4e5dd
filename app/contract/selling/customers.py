"""The caller's own contact card."""

from app.contract.operation import Noun
from app.contract.people.addresses import PostalAddress
from app.contract.shape import shape
from app.domain.selling import customers as domain
from app.domain.selling.customers import Billing, BuyerType
from app.ids import CustomerId
from app.usecases.selling.customers import get_my_contact, set_my_contact


@shape(domain.Buyer)
class Buyer:
    """Who buys, as an invoice needs it."""

    buyer_type: BuyerType
    """A private person, a company or a public body. It decides which price counts."""
    organisation: str | None
    """The customer's organisation."""
    kvk_number: str | None
    """Its number in the trade register (KvK)."""
    oin: str | None
    """The identification number of a public body (OIN)."""
    vat_id: str | None
    """The VAT identification number, with its country."""
    postal_address: PostalAddress | None
    """The address for the invoice."""
    purchase_order: str | None
    """The customer's own order number, for the invoice."""
    buyer_reference: str | None
    """What else the customer wants to see on the invoice, such as a cost centre."""
    billing: Billing
    """One invoice for each order, or one for all orders of a month."""


@shape(domain.Contact)
class Contact:
    """How to reach the customer."""

    name: str
    """The name."""
    email: str | None
    """Their e-mail address."""
    phone: str | None
    """Their telephone number."""
    buyer: Buyer
    """Who buys."""


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
