"""Figures for others: at least five people behind each, nobody with more than half, nothing left by subtraction."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.figures import LEAST, MOST, countable, fits, fits_or_nobody, shown

MEMBERS = [f"M{number}" for number in range(1, 9)]


@pytest.mark.parametrize(
    ("parts", "k", "good"),
    [
        ([100] * 4, 5, False),
        ([100] * 5, 5, True),
        ([100] * 5, 6, False),
        ([100] * 4 + [0], 5, False),
        ([100, 100, 100, 100, 400], 5, True),
        ([100, 100, 100, 100, 401], 5, False),
        ([-100] * 5, 5, True),
        ([-100, 100, 100, 100, 100], 5, True),
        ([-300, 100, 100, 100, 100], 5, False),
        ([], 5, False),
    ],
)
def test_a_sum_that_may_be_shown(parts: list[int], k: int, good: bool) -> None:
    assert fits(parts, k) is good


def test_zero_of_nobody_is_shown_and_zero_that_cancels_out_is_not() -> None:
    assert fits_or_nobody([])
    assert fits_or_nobody([0, 0])
    assert not fits_or_nobody([100, -100])


@pytest.mark.parametrize(
    ("counts", "good"), [([5, 0, 0], True), ([6, 5, 12], True), ([5, 1, 0], False), ([4, 4], False), ([], True)]
)
def test_counts_that_may_be_shown(counts: list[int], good: bool) -> None:
    assert countable(counts) is good


@pytest.mark.parametrize("k", [LEAST - 1, MOST + 1, 0])
def test_k_is_five_to_twenty(k: int) -> None:
    with pytest.raises(ValueError, match="5 to 20"):
        fits([100] * 30, k)


tables = st.dictionaries(
    st.integers(1, 5),
    st.dictionaries(st.sampled_from(MEMBERS), st.integers(-2_000, 5_000), min_size=1),
    min_size=1,
)
fair = st.dictionaries(
    st.integers(1, 5),
    st.fixed_dictionaries({member: st.integers(0, 300) for member in MEMBERS}),
    min_size=1,
)


def told(table: dict[int, dict[str, int]], groups: set[int]) -> Iterator[set[int]]:
    """The unions of groups whose sum a reader can compute: of shown groups, and what is left of the total."""
    for count in range(len(groups) + 1):
        for some in combinations(sorted(groups), count):
            yield set(some)
            yield set(table) - set(some)


@given(table=tables | fair)
def test_nothing_that_can_be_computed_from_it_is_one_members(table: dict[int, dict[str, int]]) -> None:
    """Each sum or difference of what is shown has five contributors, and tells nobody's part by more than half."""
    groups = set(shown(table))
    if not groups:
        return
    for union in told(table, groups):
        parts = [sum(table[group].get(member, 0) for group in union) for member in MEMBERS]
        assert not union or fits(parts), (groups, union)


@given(table=fair)
def test_what_is_shown_is_right(table: dict[int, dict[str, int]]) -> None:
    assert all(cents == sum(table[group].values()) for group, cents in shown(table).items())
