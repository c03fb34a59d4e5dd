"""Input VAT: the VAT that costs name, and the part of it that can be deducted. Wet OB 1968 art. 15 and 25."""

from app.domain.errors import VatTooHigh
from app.domain.money import half_up
from app.domain.vat import RATES, inside

HIGHEST_RATE = max(rate.basis_points for rate in RATES)
"""The highest of all dated rates, in basis points."""


def check_vat(cents: int, vat_cents: int) -> None:
    """Raises VatTooHigh if `cents` cannot hold so much VAT: at most 21/121 of it, rounded half up, at 21 %."""
    highest = inside(cents, HIGHEST_RATE)
    if vat_cents > highest:
        raise VatTooHigh(highest_cents=highest)


def deductible_vat(vat_cents: int, basis_points: int, *, small_business: bool) -> int:
    """The deductible part of VAT, in cents, rounded half up.

    `basis_points` is 0 for meals in a restaurant (art. 15(5)) and in between for mixed use. Under the small-business
    scheme no VAT is deducted (art. 25).
    """
    return 0 if small_business else half_up(vat_cents, basis_points)
