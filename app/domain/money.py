"""Money in whole cents, shared out exactly. Shares are basis points (1 % = 100)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import AmountOutOfRange

CURRENCY = "EUR"
MAX_CENTS = 100_000_000_000
"""One thousand million euro: far above any order, far below the limit of a BIGINT."""
AMOUNT = r"[0-9]{1,10}(\.[0-9]{1,2})?"
"""The form of an amount in input and output: ASCII digits, and at most two decimals after a point."""
_SIGNED = re.compile(f"(-?)({AMOUNT})")
WHOLE = 10_000
"""100 % in basis points."""


@dataclass(frozen=True)
class NamedAmount:
    """Cents with a name."""

    name: str
    cents: int


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Cents per weight by largest remainder on the absolute amount; ties go to the lower index.

    The result sums to `total`. A weight below zero, such as that of a discount, gets a share with the other sign; a
    zero weight never gets a cent. The shares of −total are those of `total` with the other sign; those of nothing are
    all zero, whatever the weights. Raises ValueError if the weights of anything else sum to zero.
    """
    whole = sum(weights)
    if not total:
        return [0] * len(weights)
    if not whole:
        raise ValueError("weights must not sum to zero")
    sign = -1 if total < 0 else 1
    return [sign * share for share in in_whole_cents([abs(total) * weight for weight in weights], whole)]


def in_whole_cents(amounts: Sequence[int], divisor: int) -> list[int]:
    """Each amount ÷ `divisor` in whole cents, by largest remainder, so that they sum to the sum of all ÷ `divisor`.

    Ties go to the lower index. Raises ValueError if that sum is no whole number.
    """
    if divisor < 0:
        amounts, divisor = [-amount for amount in amounts], -divisor
    total, rest = divmod(sum(amounts), divisor)
    if rest:
        raise ValueError("the amounts must sum to a multiple of the divisor")
    shares = [amount // divisor for amount in amounts]
    by_remainder = sorted(range(len(amounts)), key=lambda i: (-(amounts[i] % divisor), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def rounded(amount: int, divisor: int) -> int:
    """`amount` ÷ `divisor` (above zero), rounded half up; below zero it is the negation: −4.5 becomes −5."""
    return -rounded(-amount, divisor) if amount < 0 else (2 * amount + divisor) // (2 * divisor)


def proportion(whole: int, part: int, of: int) -> int:
    """`whole` × `part` ÷ `of`, rounded half up; below zero it is the negation. 0 if `of` is 0."""
    sign = -1 if of < 0 else 1
    return rounded(sign * whole * part, abs(of)) if of else 0


def half_up(cents: int, basis_points: int) -> int:
    """`cents` × `basis_points`, rounded half up (VAT per rate); below zero it is the negation."""
    return rounded(cents * basis_points, WHOLE)


def decimal_text(cents: int) -> str:
    """`9075` → `"90.75"`, the form in input and output."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def cents_of(text: str) -> int:
    """`"90.75"` → `9075`, `"-0.5"` → `-50`. Raises AmountOutOfRange for other forms, or beyond ±MAX_CENTS."""
    written = _SIGNED.fullmatch(text)
    if written is None:
        raise AmountOutOfRange(amount=text[:40])
    euros, _, decimals = written[2].partition(".")
    cents = int(euros) * 100 + int(decimals.ljust(2, "0"))
    if cents > MAX_CENTS:
        raise AmountOutOfRange(amount=text[:40])
    return -cents if written[1] else cents


def percent_text(basis_points: int) -> str:
    """`1250` → `"12.5"`."""
    return f"{Decimal(basis_points) / 100:f}"


def basis_points_of(percent: str) -> int:
    """`"12.5"` → `1250`. Raises AmountOutOfRange outside 0 to 100 or beyond two decimals."""
    points = cents_of(percent)
    if not 0 <= points <= WHOLE:
        raise AmountOutOfRange(amount=percent[:40])
    return points
