"""The shares of a job done by several: by percentage, by hours, or fixed amounts and a rest; they always add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import SharesDiffer
from app.domain.money import WHOLE, share_out


class ShareKind(StrEnum):
    """The meaning of a share's size: basis points, nothing (the hours count), cents, or a weight."""

    PERCENT = "percent"
    HOURS = "hours"
    FIXED = "fixed"
    REST = "rest"


@dataclass(frozen=True)
class Share:
    """`size` is in basis points (percent), minutes (hours), cents (fixed) or a weight (rest)."""

    kind: ShareKind
    size: int


def share_cents(whole: int, shares: Sequence[Share]) -> list[int]:
    """Cents of each share, in their order; they sum to `whole` (cents, zero or more).

    The shares are percentages of 100 together, or all hours, or fixed amounts with or without a rest. Raises
    SharesDiffer, with the kind and the sum, if they do not add up.
    """
    kinds, sizes = {share.kind for share in shares}, [share.size for share in shares]
    if not sizes or min(sizes) < 0:
        raise SharesDiffer(how="none")
    if kinds == {ShareKind.PERCENT}:
        if sum(sizes) != WHOLE:
            raise SharesDiffer(how="percent", basis_points=sum(sizes))
        return share_out(whole, sizes)
    if kinds == {ShareKind.HOURS}:
        if not sum(sizes):
            raise SharesDiffer(how="hours")
        return share_out(whole, sizes)
    if kinds <= {ShareKind.FIXED, ShareKind.REST}:
        return _fixed_and_rest(whole, shares)
    raise SharesDiffer(how="mixed")


def _fixed_and_rest(whole: int, shares: Sequence[Share]) -> list[int]:
    """The fixed amounts; the remainder is shared by weight."""
    fixed = sum(share.size for share in shares if share.kind is ShareKind.FIXED)
    weights = [share.size if share.kind is ShareKind.REST else 0 for share in shares]
    rest = whole - fixed
    if rest < 0 or (rest and not any(weights)):
        raise SharesDiffer(how="fixed", fixed_cents=fixed, whole_cents=whole)
    parts = share_out(rest, weights) if any(weights) else weights
    return [share.size if share.kind is ShareKind.FIXED else part for share, part in zip(shares, parts, strict=True)]
