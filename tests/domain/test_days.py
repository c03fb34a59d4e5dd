"""Days of the Dutch calendar, and the bounds of those that people type."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.domain.days import FIRST_DAY, Bounds, check_day, day_of, midnight, span_of
from app.domain.errors import DayOutOfRange
from app.domain.ledger import OpenBooks, check_close
from app.usecases.earning.agreements import FirstDay
from app.vocabulary import Day, Moment, PastDay, PastMoment

TODAY = date(2028, 2, 29)
DAYS = {"any": Day, "past": PastDay, "of an agreement": FirstDay}
MOMENTS = {"any": Moment, "past": PastMoment}


def read(form: Any, value: date) -> Any:
    return TypeAdapter(form).validate_python(value, context={"today": TODAY})


def refused(form: Any, value: date) -> dict[str, Any]:
    """The fault of a day or moment, by its form."""
    with pytest.raises(ValidationError) as error:
        read(form, value)
    (fault,) = error.value.errors()
    assert fault["type"] == "day_out_of_range"
    return fault["ctx"]


@pytest.mark.parametrize("name", DAYS)
def test_every_day_has_a_first_and_a_last_one(name: str) -> None:
    form = DAYS[name]
    for value in (date.max, TODAY + timedelta(days=3653 + 1), date.min, date(206, 2, 3), FIRST_DAY - timedelta(days=1)):
        refused(form, value)
    assert (read(form, TODAY), read(form, FIRST_DAY)) == (TODAY, FIRST_DAY)


@pytest.mark.parametrize("name", MOMENTS)
def test_every_moment_has_a_first_and_a_last_day(name: str) -> None:
    form, far = MOMENTS[name], datetime(2028, 2, 28, tzinfo=UTC) + timedelta(days=3653 + 2)
    for value in (
        datetime.max.replace(tzinfo=UTC),
        far,
        datetime.min.replace(tzinfo=UTC),
        datetime(1999, 12, 1, tzinfo=UTC),
    ):
        refused(form, value)


def test_what_happened_is_not_in_the_future_and_an_agreement_begins_within_two_years() -> None:
    assert refused(PastDay, TODAY + timedelta(days=1)) == {"first": "2000-01-01", "last": "2028-02-29"}
    assert read(FirstDay, date(2030, 2, 28)) == date(2030, 2, 28)
    assert refused(FirstDay, date(2062, 1, 1)) == {"first": "2000-01-01", "last": "2030-02-28"}


def test_a_moment_counts_for_its_day_in_amsterdam() -> None:
    late = datetime(2028, 2, 28, 23, 30, tzinfo=UTC)  # 29 February there
    assert read(PastMoment, late) == late
    refused(PastMoment, late + timedelta(days=1))


def test_both_bounds_are_included() -> None:
    for day in (FIRST_DAY, TODAY):
        assert check_day("day", day, FIRST_DAY, TODAY) == day
    with pytest.raises(DayOutOfRange) as error:
        check_day("active_from", TODAY + timedelta(days=1), FIRST_DAY, TODAY)
    assert error.value.facts == {"field": "activeFrom", "first": "2000-01-01", "last": "2028-02-29"}


def test_a_month_that_an_old_slip_opened_can_be_closed_and_no_earlier_one() -> None:
    slip = OpenBooks(first_open=date(206, 2, 1))
    check_close(date(206, 2, 1), slip, today=TODAY)
    with pytest.raises(DayOutOfRange):
        check_close(date(206, 1, 1), slip, today=TODAY)
    with pytest.raises(DayOutOfRange):
        check_close(date(1999, 12, 1), OpenBooks(first_open=date(2028, 1, 1)), today=TODAY)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param(datetime(2026, 1, 31, 22, 59, tzinfo=UTC), date(2026, 1, 31), id="winter, a minute to midnight"),
        pytest.param(datetime(2026, 1, 31, 23, 0, tzinfo=UTC), date(2026, 2, 1), id="winter, midnight"),
        pytest.param(datetime(2026, 7, 31, 22, 0, tzinfo=UTC), date(2026, 8, 1), id="summer, midnight"),
        pytest.param(datetime(2025, 12, 31, 23, 0, tzinfo=UTC), date(2026, 1, 1), id="new year"),
    ],
)
def test_a_day_is_that_of_amsterdam(moment: datetime, day: date) -> None:
    assert day_of(moment) == day
    assert day_of(midnight(day)) == day
    assert day_of(midnight(day) - timedelta(seconds=1)) == day - timedelta(days=1)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)], ids=["23 hours", "25 hours"])
def test_a_day_on_which_the_clock_changes_is_one_day(day: date) -> None:
    before, after = midnight(day), midnight(day + timedelta(days=1))
    hours = (after.astimezone(UTC) - before.astimezone(UTC)).total_seconds() / 3600
    assert hours == (23 if day.month == 3 else 25)


@pytest.mark.parametrize(
    ("bounds", "first", "last"),
    [
        pytest.param(Bounds(), FIRST_DAY, date(2038, 2, 28), id="ten years ahead, in no leap year"),
        pytest.param(Bounds(years_ahead=4), FIRST_DAY, date(2032, 2, 29), id="four years ahead, in a leap year"),
        pytest.param(Bounds(0, 1), date(2027, 2, 28), TODAY, id="a year back"),
        pytest.param(Bounds(0, first=date(1900, 1, 1)), date(1900, 1, 1), TODAY, id="a first day of its own"),
    ],
)
def test_the_span_of_bounds(bounds: Bounds, first: date, last: date) -> None:
    assert span_of(bounds, TODAY) == (first, last)
