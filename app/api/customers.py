"""REST: how to reach whoever orders, as orders and assignments have it."""

from typing import Annotated

from pydantic import Field

from app.api.models import Email, In, Line, Name, Out, Phone, Short
from app.domain.customers import Contact


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
