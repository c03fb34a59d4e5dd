"""GraphQL: how to reach whoever orders, as assignments have it."""

from datetime import date
from typing import Any

import strawberry

from app.contract import customers
from app.domain import customers as domain
from app.graphql.engine import input_of, type_of
from app.usecases.steps.contacts import ContactInput as ContactForm
from app.usecases.steps.forms import read_forms

Contact: Any = type_of(customers.Contact)
ContactInput: Any = input_of(ContactForm)


def contact_of(contact: domain.Contact) -> customers.Contact:
    """A contact in its shape. Every viewer sees the same."""
    return customers.Contact(**vars(contact))


def contact_given(given: Any) -> domain.Contact | None:
    """A contact as it was given. Raises Malformed."""
    if given is None:
        return None
    stated = {name: value for name, value in vars(given).items() if value is not strawberry.UNSET}
    contact: domain.Contact = read_forms(_form, {"contact": stated}, date.max)["contact"].contact
    return contact


def _form(contact: ContactForm) -> None:
    """What is read."""
