"""The contact details of a customer, as orders and assignments take them."""

from app.domain.selling.customers import Contact
from app.vocabulary import Address, EmailOrNone, Form, Name, OrderNumber, Organisation, PhoneOrNone


class ContactInput(Form):
    """How to reach the customer: a name, and an e-mail address or a telephone number."""

    name: Name
    email: EmailOrNone = None
    phone: PhoneOrNone = None
    organisation: Organisation | None = None
    address: Address | None = None
    reference: OrderNumber | None = None

    @property
    def contact(self) -> Contact:
        """The contact as the domain's type."""
        return Contact(
            name=self.name,
            email=self.email,
            phone=self.phone,
            organisation=self.organisation,
            address=self.address,
            reference=self.reference,
        )
