"""GraphQL: how to reach whoever orders, as assignments have it."""

from typing import Any

import strawberry

from app.contract import customers
from app.domain import customers as domain
from app.graphql.engine import input_of, type_of
from app.usecases.steps.contacts import ContactInput as ContactForm

Contact: Any = type_of(customers.Contact)
ContactInput: Any = input_of(ContactForm)


def contact_of(contact: domain.Contact) -> customers.Contact:
    """A contact in its shape. Every viewer sees the same."""
    return customers.Contact(**vars(contact))


def contact_given(given: Any) -> Any:
    """What was given of a contact, for the form to read."""
    return given and {name: value for name, value in vars(given).items() if value is not strawberry.UNSET}
