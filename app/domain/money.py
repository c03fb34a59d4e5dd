"""Money: whole cents, shared out exactly. Shares are basis points (1 % = 100)."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from app.domain.errors import AmountOutOfRange

CURRENCY = "EUR"
MAX_CENTS = 100_000_000_000
"""One thousand million euro: far above any order, far below what a BIGINT holds."""
WHOLE = 10_000
"""100 % in basis points."""


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Cents per weight by largest remainder on the absolute amount; ties go to the lower index.

    The result sums to `total`; a zero weight never gets a cent. Raises ValueError without a positive weight.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be zero or more, and not all zero")
    sign, amount = (-1, -total) if total < 0 else (1, total)
    shares = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[: amount - sum(shares)]:
        shares[i] += 1
    return [sign * share for share in shares]


def half_up(cents: int, basis_points: int) -> int:
    """`cents` × `basis_points`, rounded half up (VAT per rate). Not for negative amounts: those are negations."""
    return (cents * basis_points + WHOLE // 2) // WHOLE


def decimal_text(cents: int) -> str:
    """`9075` → `"90.75"`, the form at the edge."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def cents_of(text: str) -> int:
    """`"90.75"` → `9075`. Raises AmountOutOfRange for anything but at most two decimals within ±MAX_CENTS."""
    try:
        cents = Decimal(text) * 100
    except (InvalidOperation, ArithmeticError):
        raise AmountOutOfRange(amount=text[:40]) from None
    if not cents.is_finite() or abs(cents) > MAX_CENTS or cents != int(cents):
        raise AmountOutOfRange(amount=text[:40])
    return int(cents)


def percent_text(basis_points: int) -> str:
    """`1250` → `"12.5"`."""
    return f"{Decimal(basis_points) / 100:f}"


def basis_points_of(percent: str) -> int:
    """`"12.5"` → `1250`. Raises AmountOutOfRange outside 0 to 100 or beyond two decimals."""
    points = cents_of(percent)
    if not 0 <= points <= WHOLE:
        raise AmountOutOfRange(amount=percent[:40])
    return points
