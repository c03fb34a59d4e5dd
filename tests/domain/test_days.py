"""Bounds of typed days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.days import FIRST_DAY, TYPED, check_day, check_typed
from app.domain.errors import DayOutOfRange
from app.domain.ledger import OpenBooks, check_close

TODAY = date(2028, 2, 29)
FIELDS = [*TYPED, "until", "needed_at", "anything_else"]


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_has_a_last_day_and_no_day_is_infinite(field: str) -> None:
    for value in (date.max, datetime.max.replace(tzinfo=UTC), TODAY + timedelta(days=3653 + 1)):
        with pytest.raises(DayOutOfRange):
            check_typed(field, value, TODAY)
    check_typed(field, TODAY, TODAY)


@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"month"}))
def test_every_field_has_a_first_day(field: str) -> None:
    for value in (date.min, datetime.min.replace(tzinfo=UTC), date(206, 2, 3), FIRST_DAY - timedelta(days=1)):
        with pytest.raises(DayOutOfRange):
            check_typed(field, value, TODAY)


def test_what_happened_is_not_in_the_future_and_an_agreement_begins_within_two_years() -> None:
    for field in ("paid_on", "delivered_on", "as_of"):
        with pytest.raises(DayOutOfRange) as refused:
            check_typed(field, TODAY + timedelta(days=1), TODAY)
        assert refused.value.facts["last"] == "2028-02-29"
    check_typed("active_from", date(2030, 2, 28), TODAY)
    with pytest.raises(DayOutOfRange) as refused:
        check_typed("active_from", date(2062, 1, 1), TODAY)
    assert refused.value.facts == {"field": "activeFrom", "first": "2000-01-01", "last": "2030-02-28"}


def test_a_moment_counts_for_its_day_in_amsterdam() -> None:
    late = datetime(2028, 2, 28, 23, 30, tzinfo=UTC)  # 29 February there
    check_typed("as_of", late, TODAY)
    with pytest.raises(DayOutOfRange):
        check_typed("as_of", late + timedelta(days=1), TODAY)


def test_both_bounds_are_included() -> None:
    for day in (FIRST_DAY, TODAY):
        assert check_day("day", day, FIRST_DAY, TODAY) == day


def test_a_month_that_an_old_slip_opened_can_be_closed_and_no_earlier_one() -> None:
    slip = OpenBooks(None, date(206, 2, 1), 0)
    check_close(date(206, 2, 1), slip, today=TODAY, stated_cents=0)
    with pytest.raises(DayOutOfRange):
        check_close(date(206, 1, 1), slip, today=TODAY, stated_cents=0)
    with pytest.raises(DayOutOfRange):
        check_close(date(1999, 12, 1), OpenBooks(None, date(2028, 1, 1), 0), today=TODAY, stated_cents=0)
