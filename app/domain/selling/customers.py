"""Customers: a person or an organisation; every order keeps a snapshot of the contact."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from app.domain.errors import (
    BuyerAddressNeeded,
    BuyerNumberNeeded,
    BuyerReferenceNeeded,
    ContactIncomplete,
    RuleRefused,
    VatIdNeeded,
)
from app.domain.people.addresses import NETHERLANDS, PostalAddress
from app.domain.vat import DECLARED_BY_BUYER, VatClass


class BuyerType(StrEnum):
    """Who buys. It decides which price counts."""

    CONSUMER = "consumer"
    """A private person, who pays the price with VAT that the catalogue shows."""
    BUSINESS = "business"
    """A company or an association."""
    PUBLIC = "public"
    """A public body."""


class Billing(StrEnum):
    """How often a customer is invoiced."""

    PER_ORDER = "per_order"
    """One invoice for each order."""
    MONTHLY = "monthly"
    """One invoice for all orders of a month."""


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Who buys, as an invoice needs it."""

    buyer_type: BuyerType = BuyerType.CONSUMER
    organisation: str | None = None
    kvk_number: str | None = None
    """Eight digits."""
    oin: str | None = None
    """Twenty digits."""
    vat_id: str | None = None
    """With its country, without blanks."""
    postal_address: PostalAddress | None = None
    purchase_order: str | None = None
    """The customer's own order number."""
    buyer_reference: str | None = None
    """What a public body wants to see on an invoice, such as a cost centre."""
    billing: Billing = Billing.PER_ORDER


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How to reach the customer: a name, and an e-mail address or a telephone number; and who buys."""

    name: str
    email: str | None = None
    phone: str | None = None
    buyer: Buyer = field(default_factory=Buyer)


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


def invoiceable(contact: Contact) -> Contact:
    """Returns a contact that an order may have: with all that the buyer's invoice needs.

    Raises ContactIncomplete; BuyerAddressNeeded for a company and a public body; BuyerReferenceNeeded and
    BuyerNumberNeeded for a public body. The Dutch standard for electronic invoices needs them (NLCIUS, BR-NL-4, BR-NL-2
    and BR-NL-10).
    """
    buyer = reachable(contact).buyer
    if buyer.buyer_type is BuyerType.PUBLIC:
        if not (buyer.buyer_reference or buyer.purchase_order):
            raise BuyerReferenceNeeded
        if not (buyer.oin or buyer.kvk_number):
            raise BuyerNumberNeeded
    if buyer.buyer_type is not BuyerType.CONSUMER and not (buyer.postal_address and buyer.postal_address.complete):
        raise BuyerAddressNeeded
    return contact


def check_vat_id(buyer: Buyer, classes: Iterable[VatClass]) -> None:
    """Checks that a buyer can declare the VAT of what they buy, if the seller charges none (Wet OB 1968 art. 35a).

    Raises RuleRefused for a consumer, VatIdNeeded without a VAT id, or without one of another member state of the EU.
    """
    declared = DECLARED_BY_BUYER.intersection(classes)
    if declared and buyer.buyer_type is BuyerType.CONSUMER:
        raise RuleRefused(rule="companies_declare_vat", value="")
    if declared and buyer.vat_id is None:
        raise VatIdNeeded
    if VatClass.INTRA_EU in declared and (buyer.vat_id or "").startswith(NETHERLANDS):
        raise VatIdNeeded(how="intra_eu")
