"""GraphQL: the caller's own contact card."""

from uuid import UUID

import strawberry

from app.domain import customers as domain
from app.graphql.context import Info
from app.graphql.types import show
from app.usecases.customers import get_my_contact, set_my_contact


@strawberry.type
class Contact:
    name: str
    email: str | None
    phone: str | None
    organisation: str | None
    address: str | None
    reference: str | None


@strawberry.type
class Customer:
    id: UUID
    contact: Contact
    version: int

    @classmethod
    def of(cls, customer: domain.Customer) -> "Customer":
        return show(cls, customer, contact=show(Contact, customer.contact))


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


@strawberry.type
class CustomerQuery:
    @strawberry.field(description="The caller's own contact card.")
    async def my_contact(self, info: Info) -> Customer:
        return Customer.of(await info.context.run(get_my_contact))


@strawberry.type
class CustomerMutation:
    @strawberry.mutation(description="Write the caller's own contact card; the first time it is made.")
    async def set_my_contact(self, info: Info, contact: ContactInput, expected_version: int | None = None) -> Customer:
        return Customer.of(
            await info.context.run(set_my_contact, contact=contact.contact(), expected_version=expected_version)
        )
