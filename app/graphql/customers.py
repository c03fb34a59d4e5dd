"""GraphQL: how to reach whoever orders, as orders and assignments have it."""

from typing import Any

import strawberry

from app.contract import customers
from app.domain import customers as domain
from app.graphql.engine import type_of

Contact: Any = type_of(customers.Contact)


def contact_of(contact: domain.Contact) -> customers.Contact:
    """A contact in its shape. Every viewer sees the same."""
    return customers.Contact(**vars(contact))


@strawberry.input(description="How to reach who orders: a name, and an e-mail address or a telephone number.")
class ContactInput:
    name: str
    email: str | None = None
    phone: str | None = None
    organisation: str | None = None
    address: str | None = None
    reference: str | None = None

    def contact(self) -> domain.Contact:
        return domain.Contact(**vars(self))
