"""The contact details of a customer, as orders and assignments take them, and who buys."""

from typing import Annotated

from app.domain.selling.customers import Billing, Buyer, BuyerType, Contact
from app.usecases.shared.addresses import OinOrNone, PostalAddressInput, VatIdOrNone
from app.vocabulary import (
    Doc,
    EmailOrNone,
    Form,
    KvkNumberOrNone,
    Name,
    OrderNumber,
    Organisation,
    PhoneOrNone,
)

BuyerReference = Annotated[
    OrderNumber, Doc("What else the customer wants to see on the invoice, such as a cost centre.")
]
InvoiceAddress = Annotated[
    PostalAddressInput, Doc("The address for the invoice. A company and a public body need one.")
]


class BuyerInput(Form):
    """Who buys: a private person, a company or a public body. It decides which price counts."""

    buyer_type: BuyerType = BuyerType.CONSUMER
    organisation: Organisation | None = None
    kvk_number: KvkNumberOrNone = None
    oin: OinOrNone = None
    vat_id: VatIdOrNone = None
    postal_address: InvoiceAddress | None = None
    purchase_order: OrderNumber | None = None
    buyer_reference: BuyerReference | None = None
    billing: Billing = Billing.PER_ORDER

    @property
    def buyer(self) -> Buyer:
        """The buyer as the domain's type."""
        return Buyer(
            buyer_type=self.buyer_type,
            organisation=self.organisation or None,
            kvk_number=self.kvk_number,
            oin=self.oin,
            vat_id=self.vat_id,
            postal_address=self.postal_address.address if self.postal_address else None,
            purchase_order=self.purchase_order or None,
            buyer_reference=self.buyer_reference or None,
            billing=self.billing,
        )


def buyer_of(stated: BuyerInput | None) -> Buyer:
    """The buyer; a private person unless a contact states another."""
    return Buyer() if stated is None else stated.buyer


WhoBuys = Annotated[BuyerInput, Doc("Who buys; a private person if it is left out.")]


class ContactInput(Form):
    """How to reach the customer: a name, and an e-mail address or a telephone number; and who buys."""

    name: Name
    email: EmailOrNone = None
    phone: PhoneOrNone = None
    buyer: WhoBuys | None = None

    @property
    def contact(self) -> Contact:
        """The contact as the domain's type."""
        return Contact(name=self.name, email=self.email, phone=self.phone, buyer=buyer_of(self.buyer))
