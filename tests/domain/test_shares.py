"""Shares of a job add up to the cent; refunds take no more than is left; netting conserves money."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.books.nettings import Netting, netting_legs
from app.domain.errors import SharesDiffer
from app.domain.ledger import AccountKind
from app.domain.money import share_out
from app.domain.selling.shares import Share, ShareKind, share_cents

BODY_PARAMETERS = st.integers(0, 100_000_000)
SIZES = st.lists(st.integers(0, 1_000_000), min_size=1, max_size=200)


@given(BODY_PARAMETERS, SIZES)
def test_shares_by_percent_hours_and_rest_are_the_whole(whole: int, sizes: list[int]) -> None:
    if not sum(sizes):
        sizes[0] = 1
    points = share_out(10_000, sizes)
    for shares in (
        [Share(ShareKind.PERCENT, size) for size in points],
        [Share(ShareKind.HOURS, size) for size in sizes],
        [Share(ShareKind.REST, size) for size in sizes],
    ):
        cents = share_cents(whole, shares)
        assert sum(cents) == whole
        weights = [share.size for share in shares]
        for amount, weight in zip(cents, weights, strict=True):
            assert abs(amount * sum(weights) - whole * weight) < sum(weights)
            assert weight or not amount


@given(BODY_PARAMETERS, SIZES, st.integers(0, 10))
def test_fixed_amounts_stay_as_they_are_and_the_rest_is_the_rest(whole: int, fixed: list[int], rests: int) -> None:
    shares = [Share(ShareKind.FIXED, size) for size in fixed] + [Share(ShareKind.REST, 1)] * rests
    left = whole - sum(fixed)
    if left < 0 or (left and not rests):
        with pytest.raises(SharesDiffer):
            share_cents(whole, shares)
    else:
        cents = share_cents(whole, shares)
        assert cents[: len(fixed)] == fixed
        assert sum(cents) == whole


@pytest.mark.parametrize(
    "shares",
    [
        [],
        [Share(ShareKind.PERCENT, 9_999)],
        [Share(ShareKind.PERCENT, 10_000), Share(ShareKind.HOURS, 1)],
        [Share(ShareKind.HOURS, 0)],
        [Share(ShareKind.PERCENT, 10_001), Share(ShareKind.PERCENT, -1)],
        [Share(ShareKind.FIXED, 101)],
        [Share(ShareKind.FIXED, 99)],
        [Share(ShareKind.REST, 0)],
    ],
)
def test_what_is_not_the_whole_is_refused(shares: list[Share]) -> None:
    with pytest.raises(SharesDiffer):
        share_cents(100, shares)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-5_000, 5_000)), max_size=40), st.randoms())
def test_netting_conserves_and_ends_at_the_same_balances_in_any_order(
    claims: list[tuple[int, int, int]], chance: object
) -> None:
    """Every pair netted at any moment, in any order: nothing stays open, and each bank has the right balance."""
    expected = [0] * 4
    for creditor, debtor, cents in claims:
        if creditor != debtor:
            expected[creditor] += cents
            expected[debtor] -= cents
    pairs = [(a, b) for a in range(4) for b in range(a + 1, 4)]
    chance.shuffle(pairs)  # type: ignore[attr-defined]
    half = len(claims) // 2
    owed: dict[tuple[int, int], int] = {}
    banks = [0] * 4
    for part in (claims[:half], claims[half:]):
        for creditor, debtor, cents in part:
            if creditor != debtor:
                owed[debtor, creditor] = owed.get((debtor, creditor), 0) + cents
        for one, other in pairs:
            netting = _netting(one, other, owed.pop((one, other), 0), owed.pop((other, one), 0))
            for side in (one, other):
                legs = netting_legs(netting, UUID(int=side))
                assert sum(leg.cents for leg in legs) == 0
                banks[side] -= sum(leg.cents for leg in legs if leg.kind is AccountKind.BANK)
    assert banks == expected
    assert sum(banks) == 0


def _netting(one: int, other: int, owes: int, is_owed: int) -> Netting:
    return Netting(
        id=UUID(int=9),
        first_id=UUID(int=one),
        second_id=UUID(int=other),
        first_owes_cents=owes,
        second_owes_cents=is_owed,
        as_of=datetime.now(UTC),
        upto={},
    )
