"""Sums for readers outside a cooperative: shown only if they are nobody's own figure.

A sum may be shown if at least k people contribute to it and nobody contributes more than half.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

LEAST, MOST = 5, 20
K = LEAST
"""The least number of people behind a sum or a count: this is the only place that sets it."""
Group = TypeVar("Group")
Person = TypeVar("Person")


def check_k(k: int) -> int:
    """Returns k. Raises ValueError outside 5 to 20."""
    if not LEAST <= k <= MOST:
        raise ValueError(f"k is {k}; it has to be {LEAST} to {MOST}")
    return k


def fits(parts: Iterable[int], k: int = K) -> bool:
    """Whether the sum of these contributions, one for each person, may be shown. Contributions of zero do not count."""
    amounts = [part for part in parts if part]
    return len(amounts) >= check_k(k) and 2 * max(map(abs, amounts)) <= abs(sum(amounts))


def fits_or_nobody(parts: Iterable[int], k: int = K) -> bool:
    """The same, or nobody contributes: that a sum is zero because there is nothing in it tells of nobody."""
    amounts = list(parts)
    return not any(amounts) or fits(amounts, k)


def fits_with_others(parts: Mapping[Person, int], k: int = K) -> bool:
    """Whether a sum may be shown beside others of the same people; `parts` are cents by person, None if not known.

    All have to be known, and none contributes less than zero.
    Then every union of such groups fits too, so adding or subtracting shown sums tells of nobody.
    """
    return None not in parts and min(parts.values(), default=0) >= 0 and fits(parts.values(), k)


def countable(counts: Iterable[int], k: int = K) -> bool:
    """Whether counts of people may be shown together: each is zero or at least k."""
    least = check_k(k)
    return all(count == 0 or count >= least for count in counts)


def shown(groups: Mapping[Group, Mapping[Person, int]], k: int = K) -> dict[Group, int]:
    """The sums of those groups, such as months, that may be shown beside their total, which is known.

    The total less the shown groups is the sum of the hidden ones, so all hidden groups together must fit too; otherwise
    nothing is shown. Hiding just one group more would not be enough: both may be the same person's.
    """
    fitting = {group: parts for group, parts in groups.items() if fits_with_others(parts, k)}
    hidden = _together(parts for group, parts in groups.items() if group not in fitting)
    if hidden and not fits_with_others(hidden, k):
        return {}
    return {group: sum(parts.values()) for group, parts in fitting.items()}


def _together(groups: Iterable[Mapping[Person, int]]) -> dict[Person, int]:
    totals: dict[Person, int] = {}
    for parts in groups:
        for person, cents in parts.items():
            totals[person] = totals.get(person, 0) + cents
    return totals
