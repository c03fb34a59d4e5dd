"""Money is shared out exactly, for whatever amounts and weights."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AmountOutOfRange
from app.domain.money import (
    MAX_CENTS,
    basis_points_of,
    cents_of,
    decimal_text,
    half_up,
    in_whole_cents,
    percent_text,
    proportion,
    share_out,
)

AMOUNTS = st.integers(-MAX_CENTS, MAX_CENTS)
WEIGHTS = st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any)


@given(AMOUNTS, WEIGHTS)
def test_shares_sum_to_the_whole(total: int, weights: Sequence[int]) -> None:
    assert sum(share_out(total, weights)) == total


@given(AMOUNTS, WEIGHTS)
def test_a_share_is_within_a_cent_of_its_part_and_never_of_the_wrong_sign(total: int, weights: Sequence[int]) -> None:
    for share, weight in zip(share_out(total, weights), weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1
        assert share * total >= 0
        assert weight or not share


@given(AMOUNTS, WEIGHTS)
def test_the_shares_of_a_negative_amount_mirror_those_of_the_positive_one(total: int, weights: Sequence[int]) -> None:
    assert share_out(-total, weights) == [-share for share in share_out(total, weights)]


def test_ties_go_to_the_lower_index() -> None:
    assert share_out(100, [1, 1, 1]) == [34, 33, 33]
    assert share_out(1, [0, 5, 5]) == [0, 1, 0]


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1]])
def test_weights_that_sum_to_zero_are_refused_unless_there_is_nothing_to_share(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        share_out(100, weights)
    assert share_out(0, weights) == [0] * len(weights)


SIGNED = st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=12).filter(sum)


@given(AMOUNTS, SIGNED)
def test_shares_over_discounts_too_sum_to_the_whole(total: int, weights: Sequence[int]) -> None:
    shares = share_out(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1
        assert weight or not share
    assert share_out(-total, weights) == [-share for share in shares]
    assert share_out(total, [-weight for weight in weights]) == shares


def test_a_discount_takes_its_share_of_the_net() -> None:
    """Three pieces of 9.99 less 2.97, with VAT of 21 %: 22.31 net."""
    assert share_out(2_231, [999, 999, 999, -297]) == [826, 825, 825, -245]


@given(st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=12), st.integers(1, 500))
def test_parts_that_sum_to_nothing_are_rounded_so_that_they_still_do(amounts: list[int], divisor: int) -> None:
    parts = in_whole_cents([*amounts, -sum(amounts)], divisor)
    assert sum(parts) == 0
    assert all(abs(part - Fraction(amount, divisor)) < 1 for part, amount in zip(parts[:-1], amounts, strict=True))


def test_parts_of_no_whole_sum_are_refused() -> None:
    with pytest.raises(ValueError, match="multiple"):
        in_whole_cents([1, 1], 3)


@given(st.integers(-MAX_CENTS, MAX_CENTS))
def test_the_decimal_text_reads_back(cents: int) -> None:
    assert cents_of(decimal_text(cents)) == cents


@given(st.integers(0, 10_000))
def test_the_percentage_reads_back(points: int) -> None:
    assert basis_points_of(percent_text(points)) == points


NO_AMOUNTS = (
    "1.005",
    "abc",
    "",
    "NaN",
    "Infinity",
    "1e99",
    "10000000000.00",
    "0x10",
    "1.000",
    "1_0",
    "1e2",
    " 5",
    "5 ",
    "5\n",
    "+5",
    ".5",
    "5.",
    "--5",
    "- 5",
    "5-",
    "1,5",
    "1.2.3",
    "\u0663",
    "\uff11\uff12",
    "\U0001d7d9",
    "1.\uff15",
    "\u00b2",
    "5\u200b",
)


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountOutOfRange):
        cents_of(text)


def test_vat_is_rounded_half_up() -> None:
    assert [half_up(net, 2100) for net in (2000, 50, 52, 0)] == [420, 11, 11, 0]
    assert half_up(150, 900) == 14


@given(AMOUNTS, st.integers(0, 10_000))
def test_vat_below_zero_is_the_negation(cents: int, points: int) -> None:
    """0.50 at 9 % carries 0.05, and -0.50 carries -0.05: an order that is taken back leaves no cent."""
    assert half_up(-cents, points) == -half_up(cents, points)
    assert half_up(-50, 900) == -5


def test_a_proportion_is_half_up_and_its_negation_below_zero() -> None:
    assert [
        proportion(5, 1, 2),
        proportion(-5, 1, 2),
        proportion(5, -1, 2),
        proportion(5, 1, -2),
        proportion(5, 0, 0),
    ] == [3, -3, -3, -3, 0]
