"""How to reach whoever orders, as orders and assignments take it."""

from app.domain.selling.customers import Contact
from app.vocabulary import Address, EmailOrNone, Form, Name, OrderNumber, Organisation, PhoneOrNone


class ContactInput(Form):
    """How to reach whoever orders: a name, and an e-mail address or a telephone number."""

    name: Name
    email: EmailOrNone = None
    phone: PhoneOrNone = None
    organisation: Organisation | None = None
    address: Address | None = None
    reference: OrderNumber | None = None

    @property
    def contact(self) -> Contact:
        """As the domain has it."""
        return Contact(
            name=self.name,
            email=self.email,
            phone=self.phone,
            organisation=self.organisation,
            address=self.address,
            reference=self.reference,
        )
