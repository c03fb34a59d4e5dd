"""VAT classes and their dated rates. Wet op de omzetbelasting 1968, art. 9 and tables I and II.

A rate applies from its date until the next one of its class. This is an indication, not advice: a cooperative chooses
the class.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.money import WHOLE, half_up, rounded


class VatClass(StrEnum):
    """The class of VAT."""

    STANDARD = "standard"
    REDUCED = "reduced"
    LODGING = "lodging"
    ZERO = "zero"
    EXEMPT = "exempt"
    REVERSE_CHARGED = "reverse_charged"
    """The buyer, a company with a VAT id, declares the VAT: for physical work on buildings or land it must."""
    INTRA_EU = "intra_eu"
    """For a company with a VAT id of another member state of the EU, which declares the VAT there."""
    MARGIN = "margin"
    """Second-hand goods: VAT is inside the margin between purchase and sale, and not shown to the customer."""


class PriceBasis(StrEnum):
    """Whether VAT is inside a price."""

    INCL = "incl"
    """VAT is inside it: what a consumer pays."""
    EXCL = "excl"
    """VAT is added to it."""


@dataclass(frozen=True)
class VatRate:
    """`basis_points` of the net amount, from `from_date` on."""

    vat_class: VatClass
    from_date: date
    basis_points: int
    source: str


RATES = (
    VatRate(VatClass.STANDARD, date(2012, 10, 1), 2100, "Wet OB 1968 art. 9 lid 1"),
    VatRate(VatClass.REDUCED, date(2019, 1, 1), 900, "Wet OB 1968 art. 9 lid 2 a, tabel I"),
    VatRate(VatClass.LODGING, date(2019, 1, 1), 900, "Wet OB 1968 tabel I b 11 (until 2025)"),
    VatRate(VatClass.LODGING, date(2026, 1, 1), 2100, "Belastingplan 2025: lodging out of tabel I"),
    VatRate(VatClass.ZERO, date(1969, 1, 1), 0, "Wet OB 1968 art. 9 lid 2 b, tabel II"),
    VatRate(VatClass.MARGIN, date(2012, 10, 1), 2100, "Wet OB 1968 art. 28b"),
    VatRate(VatClass.EXEMPT, date(1969, 1, 1), 0, "Wet OB 1968 art. 11"),
    VatRate(VatClass.REVERSE_CHARGED, date(1969, 1, 1), 0, "Wet OB 1968 art. 12 lid 2, 3 and 5"),
    VatRate(VatClass.INTRA_EU, date(1993, 1, 1), 0, "Wet OB 1968 tabel II a 6; services: art. 6 lid 1"),
)

DECLARED_BY_BUYER = frozenset({VatClass.REVERSE_CHARGED, VatClass.INTRA_EU})
"""The classes whose VAT the buyer declares, which needs a VAT id."""
OF_WORK = frozenset({VatClass.STANDARD, VatClass.REDUCED})
"""The classes of physical work on buildings and land; such work at another cooperative's is reverse-charged."""


def inside(gross_cents: int, basis_points: int) -> int:
    """VAT inside an amount, half up: 21/121 of it at 21 %; below zero it is the negation."""
    return rounded(gross_cents * basis_points, WHOLE + basis_points)


def margin_vat(margin_cents: int, basis_points: int) -> int:
    """VAT inside a margin, half up; none on a loss. Wet OB 1968 art. 28b."""
    return inside(max(0, margin_cents), basis_points)


def with_vat(price_cents: int, basis: PriceBasis, basis_points: int) -> int:
    """A price as consumers pay it: VAT is added once to the price of a unit, and rounded half up."""
    return price_cents if basis is PriceBasis.INCL else price_cents + half_up(price_cents, basis_points)


def rate_on(vat_class: VatClass, day: date) -> int:
    """The rate of a class on a day, in basis points."""
    dated = [rate for rate in RATES if rate.vat_class == vat_class and rate.from_date <= day]
    return max(dated, key=lambda rate: rate.from_date).basis_points
