"""Cooperatives: the sellers. They form a tree: an umbrella and its sub-cooperatives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.access import Role
from app.domain.errors import RuleRefused
from app.domain.people.addresses import PostalAddress
from app.domain.small_business import Spell, open_spell

PAYMENT_DAYS = 14
"""The days after supply within which customers pay, unless the cooperative sets others."""
INVOICE_DETAILS = "invoice_details"


class CashGround(StrEnum):
    """Why a cooperative may use the cash method: VAT is due as the money comes in (Wet OB 1968 art. 26)."""

    LISTED_TRADE = "listed_trade"
    """Its trade is on the tax office's list (Uitvoeringsbeschikking OB 1968 art. 26 lid 1)."""
    MOSTLY_PRIVATE = "mostly_private"
    """At least 80 % of what it supplies goes to private people (the same, lid 2)."""


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
    cash_method_from: date | None = None
    """The first day of the cash method; it is a 1 January, and so is `cash_method_until`, the first day without it."""
    cash_method_until: date | None = None
    cash_method_ground: CashGround | None = None
    small_business_spells: tuple[Spell, ...] = ()
    """The times without VAT, under the small-business scheme, oldest first."""
    legal_name: str | None = None
    """The name in the trade register."""
    postal_address: PostalAddress | None = None
    email: str | None = None
    phone: str | None = None
    vat_id: str | None = None
    oin: str | None = None
    """Its number as a public body, twenty digits."""
    payment_days: int = PAYMENT_DAYS
    invoice_prefix: str | None = None
    """What the numbers of its invoices begin with: at most six capital letters."""
    iban: str | None = None
    """Of the bank account that customers pay to; loaded, like the next field."""
    iban_name: str | None = None
    version: int = 1

    @property
    def legal_entity(self) -> str:
        """Its KvK number; its id if it has none. A prefix of invoice numbers belongs to one cooperative in it."""
        return self.kvk_number or str(self.id)

    def uses_cash_method(self, day: date) -> bool:
        """Whether VAT of what it supplies on a day is due as its money comes in."""
        begun = self.cash_method_from is not None and self.cash_method_from <= day
        return begun and (self.cash_method_until is None or day < self.cash_method_until)

    @property
    def small_business_from(self) -> date | None:
        """The first day of the spell of the small-business scheme that has no end yet."""
        spell = open_spell(self.small_business_spells)
        return spell.since if spell else None

    @property
    def can_invoice(self) -> bool:
        """Whether all that an invoice names of its seller is known.

        The small-business scheme needs no VAT id, an informal initiative no KvK number.
        """
        taxed = self.vat_id is not None or self.small_business_from is not None
        registered = self.kvk_number is not None or self.legal_form is LegalForm.INFORMAL
        needed = (self.legal_name, self.postal_address, self.invoice_prefix, self.iban, self.iban_name)
        return taxed and registered and all(one is not None for one in needed)


def one_entity(one: Cooperative, other: Cooperative) -> bool:
    """Whether two cooperatives are one legal entity: they have one KvK number. It sends itself no invoices."""
    return one.kvk_number is not None and one.kvk_number == other.kvk_number


def check_cash_method(cooperative: Cooperative) -> Cooperative:
    """Returns the cooperative.

    Raises RuleRefused for a cash method that begins or ends on another day than a 1 January, that has no ground, or
    that ends before it begins.
    """
    since, until = cooperative.cash_method_from, cooperative.cash_method_until
    for day in (since, until):
        if day is not None and (day.month, day.day) != (1, 1):
            raise RuleRefused(rule="cash_method_begins_with_a_year", value=day.isoformat())
    if (since is None) != (cooperative.cash_method_ground is None):
        raise RuleRefused(rule="cash_method_has_a_ground", value="")
    if until is not None and (since is None or until <= since):
        raise RuleRefused(rule="ends_after_it_starts", value=until.isoformat())
    return cooperative


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
