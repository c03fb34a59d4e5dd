"""Cooperatives: the sellers. They form a tree: an umbrella and its sub-cooperatives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.access import Role
from app.domain.people.addresses import PostalAddress

PAYMENT_DAYS = 14
"""The days after supply within which customers pay, unless the cooperative sets others."""
INVOICE_DETAILS = "invoice_details"


class LegalForm(StrEnum):
    """The legal form of a cooperative."""

    COOPERATIVE_UA = "cooperative_ua"
    COOPERATIVE_BA = "cooperative_ba"
    COOPERATIVE_WA = "cooperative_wa"
    ASSOCIATION = "association"
    FOUNDATION = "foundation"
    INFORMAL = "informal"


@dataclass(frozen=True, kw_only=True)
class Cooperative:
    """`kvk_number` is eight digits (none for an informal initiative); `umbrella_id` is its parent in the tree.

    The fields from `legal_name` on are what an invoice and a shop have to show (Wet OB art. 35a, BW art. 3:15d).
    """

    id: UUID
    slug: str
    name: str
    legal_form: LegalForm
    municipality_id: UUID
    town: str
    about: str = ""
    kvk_number: str | None = None
    umbrella_id: UUID | None = None
    small_business_from: date | None = None
    """The first day under the small-business scheme: no VAT up to a yearly turnover (domain.vat)."""
    legal_name: str | None = None
    """The name in the trade register."""
    postal_address: PostalAddress | None = None
    email: str | None = None
    phone: str | None = None
    vat_id: str | None = None
    oin: str | None = None
    """Its number as a public body, twenty digits."""
    payment_days: int = PAYMENT_DAYS
    version: int = 1

    @property
    def can_invoice(self) -> bool:
        """Whether all that an invoice names of its seller is known. The small-business scheme needs no VAT id."""
        taxed = self.vat_id is not None or self.small_business_from is not None
        return self.legal_name is not None and self.postal_address is not None and taxed


@dataclass(frozen=True)
class Readiness:
    """Whether a cooperative can sell, and the codes of the missing conditions.

    Without `invoice_details` it sells, and issues no invoices.
    """

    cooperative_id: UUID
    ready: bool
    missing: tuple[str, ...]


def readiness(
    cooperative: Cooperative, officers: Iterable[tuple[UUID, Role]], members: int, has_agreement: bool
) -> Readiness:
    """The conditions that are missing before the first sale or invoice; informal initiatives work without officers.

    One person with both offices is reported whatever the legal form, unless there is an outside approver.
    """
    held = set(officers)
    approved = any(role is Role.APPROVER for _, role in held)
    coordinators = {person for person, role in held if role is Role.COORDINATOR}
    treasurers = {person for person, role in held if role is Role.TREASURER}
    formal = cooperative.legal_form is not LegalForm.INFORMAL
    wanted = {
        "coordinator": not formal or bool(coordinators),
        "treasurer": not formal or bool(treasurers),
        "second_approver": not formal or approved or len(coordinators | treasurers) > 1,
        "offices_apart": approved or not coordinators & treasurers,
        "kvk_number": not formal or cooperative.kvk_number is not None,
        "member": members > 0,
        "agreement": has_agreement,
        INVOICE_DETAILS: not formal or cooperative.can_invoice,
    }
    missing = tuple(what for what, there in wanted.items() if not there)
    return Readiness(cooperative.id, missing in ((), (INVOICE_DETAILS,)), missing)
