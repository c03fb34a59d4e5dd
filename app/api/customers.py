"""REST: the caller's own contact card."""

from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field

from app.api.deps import RunDep, SeenDep, noun, tag
from app.api.models import Email, In, Line, Name, Out, Phone, Short, Version
from app.domain.customers import Contact
from app.usecases.customers import get_my_contact, set_my_contact

router = noun("customers", "/me/contact")


class ContactIn(In):
    """How to reach who orders: a name, and an e-mail address or a telephone number."""

    name: Name
    email: Email | None = None
    phone: Phone | None = None
    organisation: Short | None = None
    address: Line | None = None
    reference: Annotated[str, Field(max_length=60, description="Your own order number.")] | None = None

    def contact(self) -> Contact:
        return Contact(**self.model_dump())


class ContactOut(Out):
    name: str
    email: str | None
    phone: str | None
    organisation: str | None
    address: str | None
    reference: str | None


class CustomerOut(Out):
    id: UUID
    contact: ContactOut
    version: Version


@router.get("")
async def get(run: RunDep, response: Response) -> CustomerOut:
    """The caller's own contact card."""
    found = await run(get_my_contact)
    tag(response, found.version)
    return CustomerOut.model_validate(found)


@router.put("")
async def put(body: ContactIn, run: RunDep, seen: SeenDep, response: Response) -> CustomerOut:
    """Write the caller's own contact card; the first time it is made."""
    written = await run(set_my_contact, contact=body.contact(), expected_version=seen)
    tag(response, written.version)
    return CustomerOut.model_validate(written)
