"""Days of the Dutch calendar, whatever the time zone of a machine; every day that people type has bounds."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.domain.errors import DayOutOfRange

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST_DAY = date(2000, 1, 1)
"""The earliest day that people can type. The database checks it too, with 2199-12-31 as the last day."""


@dataclass(frozen=True)
class Bounds:
    """The days that a field accepts, counted from today. `years_back` None: from `first` on."""

    years_ahead: int = 10
    years_back: int | None = None
    first: date = FIRST_DAY


HAPPENED = Bounds(years_ahead=0)
AGREED = Bounds(years_ahead=2)
"""A signed version blocks any other that begins before it, so a typing error must not block them for decades."""


def day_of(moment: datetime) -> date:
    """The day in Amsterdam."""
    return moment.astimezone(AMSTERDAM).date()


def midnight(day: date) -> datetime:
    """The moment at which a day begins in Amsterdam."""
    return datetime.combine(day, time(), AMSTERDAM)


def span_of(bounds: Bounds, today: date) -> tuple[date, date]:
    """The first and the last day within the bounds."""
    first = bounds.first if bounds.years_back is None else years_on(today, -bounds.years_back)
    return first, years_on(today, bounds.years_ahead)


def check_day(field: str, day: date, first: date, last: date) -> date:
    """Returns the day. Raises DayOutOfRange unless it is from `first` to `last`, both included."""
    if not first <= day <= last:
        head, *rest = field.split("_")
        name = head + "".join(word.capitalize() for word in rest)
        raise DayOutOfRange(field=name, first=first.isoformat(), last=last.isoformat())
    return day


def years_on(day: date, years: int) -> date:
    """The same day so many years later; of 29 February the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
