"""GraphQL: how to reach whoever orders, as orders and assignments have it."""

from typing import Any

import strawberry

from app.contract import customers
from app.domain import customers as domain
from app.graphql.engine import input_of, type_of
from app.usecases.steps.contacts import ContactInput as ContactForm

Contact: Any = type_of(customers.Contact)


def contact_of(contact: domain.Contact) -> customers.Contact:
    """A contact in its shape. Every viewer sees the same."""
    return customers.Contact(**vars(contact))


ContactInput: Any = input_of(ContactForm)


def contact_from(given: Any) -> domain.Contact | None:
    """A contact that was given, if one was."""
    if not given:
        return None
    named = {name: value for name, value in vars(given).items() if value is not strawberry.UNSET}
    return domain.Contact(**named)
