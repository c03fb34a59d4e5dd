"""Suppliers: whom a cooperative buys from, each with an account of what it is owed."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.people.addresses import NETHERLANDS


@dataclass(frozen=True, kw_only=True)
class Supplier:
    """`account` names its account in the books, and never changes: its id, or the name that older books had for it."""

    id: UUID
    cooperative_id: UUID
    name: str
    account: str
    kvk_number: str | None = None
    vat_id: str | None = None
    country: str = NETHERLANDS
    email: str | None = None
    version: int = 1
