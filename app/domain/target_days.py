"""Days on which European banks settle payments: the calendar of TARGET, the settlement system of the Eurosystem."""

from datetime import date, timedelta

from dateutil.easter import easter

_FIXED = {(1, 1), (5, 1), (12, 25), (12, 26)}
"""Month and day of the holidays that have a date."""


def is_target_day(day: date) -> bool:
    """Whether TARGET is open: not at weekends, on 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December."""
    from_easter = (day - easter(day.year)).days
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED and from_easter not in (-2, 1)


def next_target_day(day: date) -> date:
    """The day itself, or the first one after it on which TARGET is open."""
    while not is_target_day(day):
        day += timedelta(days=1)
    return day
