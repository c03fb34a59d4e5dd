"""REST: how to reach whoever orders, as assignments have it."""

from app.api.models import Out


class ContactOut(Out):
    name: str
    email: str | None
    phone: str | None
    organisation: str | None
    address: str | None
    reference: str | None
