"""The VAT inside a cost, and the part of it that is deducted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import VatTooHigh
from app.domain.input_vat import check_vat, deductible_vat
from app.domain.selling.assignments import JobCost


@pytest.mark.parametrize(("cents", "highest"), [(12_100, 2_100), (100, 17), (1, 0), (3, 1), (99_999, 17_355)])
def test_an_amount_holds_at_most_the_vat_of_the_highest_rate(cents: int, highest: int) -> None:
    check_vat(cents, highest)
    with pytest.raises(VatTooHigh) as refusal:
        check_vat(cents, highest + 1)
    assert refusal.value.facts == {"highest_cents": highest}


@given(st.integers(0, 10_000_000), st.integers(0, 10_000))
def test_what_is_deducted_is_rounded_half_up(vat: int, points: int) -> None:
    part = deductible_vat(vat, points, small_business=False)
    assert 2 * part * 10_000 - 2 * vat * points in range(-9_999, 10_001)
    assert 0 <= part <= vat
    assert deductible_vat(vat, points, small_business=True) == 0


def test_the_rest_is_the_cost() -> None:
    """12.10 with 2.10 of VAT, deductible for 50 %: 1.05 is deducted."""
    tent = JobCost(title="Tent", supplier="Verhuur", cents=1_210, vat_cents=210, deductible_basis_points=5_000)
    cost = tent.deducting(small_business=False)
    assert (cost.deducted_vat_cents, cost.net_cents) == (105, 1_105)
    assert tent.deducting(small_business=True).net_cents == 1_210
