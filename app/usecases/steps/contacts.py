"""How to reach whoever orders, as orders and assignments take it."""

from app.domain.customers import Contact
from app.vocabulary import Address, Email, Form, Name, OrderNumber, Organisation, Phone


class ContactInput(Form):
    """How to reach whoever orders: a name, and an e-mail address or a telephone number."""

    name: Name
    email: Email | None = None
    phone: Phone | None = None
    organisation: Organisation | None = None
    address: Address | None = None
    reference: OrderNumber | None = None

    @property
    def contact(self) -> Contact:
        """As the domain has it."""
        return Contact(self.name, self.email, self.phone, self.organisation, self.address, self.reference)
