"""Days on which European banks settle payments."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.target_days import is_target_day, next_target_day


@pytest.mark.parametrize(
    ("day", "following"),
    [
        ("2026-03-27", "2026-03-27"),
        ("2026-03-28", "2026-03-30"),
        ("2026-04-03", "2026-04-07"),
        ("2025-04-18", "2025-04-22"),
        ("2027-03-26", "2027-03-30"),
        ("2026-05-01", "2026-05-04"),
        ("2026-12-25", "2026-12-28"),
        ("2024-12-25", "2024-12-27"),
        ("2027-01-01", "2027-01-04"),
        ("2027-12-31", "2027-12-31"),
    ],
)
def test_the_next_day_on_which_banks_settle(day: str, following: str) -> None:
    assert next_target_day(date.fromisoformat(day)) == date.fromisoformat(following)


def test_dutch_holidays_that_are_none_of_target_are_open() -> None:
    kings_day, ascension, whit_monday = date(2026, 4, 27), date(2026, 5, 14), date(2026, 5, 25)
    assert all(map(is_target_day, (kings_day, ascension, whit_monday)))


@given(st.dates(date(2000, 1, 1), date(2199, 12, 20)))
def test_at_most_four_days_in_a_row_are_closed(day: date) -> None:
    assert is_target_day(found := next_target_day(day))
    assert found - day <= timedelta(days=4)
