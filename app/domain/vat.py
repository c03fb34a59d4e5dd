"""VAT classes and their dated rates. Wet op de omzetbelasting 1968, art. 9 and tables I and II; KOR: art. 25.

A rate holds from its date until the next one of its class. Indications, no advice: a cooperative chooses the class.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class VatClass(StrEnum):
    STANDARD = "standard"
    REDUCED = "reduced"
    LODGING = "lodging"
    ZERO = "zero"
    EXEMPT = "exempt"


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
    VatRate(VatClass.EXEMPT, date(1969, 1, 1), 0, "Wet OB 1968 art. 11"),
)


def rate_on(vat_class: VatClass, day: date) -> int:
    """The rate of a class on a day, in basis points."""
    dated = [rate for rate in RATES if rate.vat_class == vat_class and rate.from_date <= day]
    return max(dated, key=lambda rate: rate.from_date).basis_points
