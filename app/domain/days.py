"""Days are those of the Dutch calendar, whatever the clock of a machine says; each day that people type has bounds."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.domain.errors import DayOutOfRange

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST_DAY = date(2000, 1, 1)
"""Nothing that people type is earlier. The database holds this too, and 2199-12-31 as its last day."""


@dataclass(frozen=True)
class Bounds:
    """The days that a field takes, counted from today. `years_back` None: from `first` on."""

    years_ahead: int = 10
    years_back: int | None = None
    first: date = FIRST_DAY


HAPPENED = Bounds(years_ahead=0)
AGREED = Bounds(years_ahead=2)
"""A signed version blocks every other that begins before it: a slip must not block them for decades."""
TYPED = {
    # Money that moved, goods that came, balances that a statement of the bank shows: over, or today.
    "paid_on": HAPPENED,
    "delivered_on": HAPPENED,
    "as_of": HAPPENED,
    "active_from": AGREED,
    # An earlier month can only be closed if an old slip opened it: `check_close` says.
    "month": Bounds(first=date.min),
}
"""By the name of the field. Use cases narrow it where they know more: the day of the order, of the first books."""
OTHERS = Bounds()
"""Of permissions, deadlines, statements, previews, the small-business scheme: any day of these ten years and before."""


def day_of(moment: datetime) -> date:
    """The day in Amsterdam."""
    return moment.astimezone(AMSTERDAM).date()


def midnight(day: date) -> datetime:
    """When a day begins in Amsterdam."""
    return datetime.combine(day, time(), AMSTERDAM)


def span_of(bounds: Bounds, today: date) -> tuple[date, date]:
    """The first and the last day within bounds."""
    first = bounds.first if bounds.years_back is None else _years_on(today, -bounds.years_back)
    return first, _years_on(today, bounds.years_ahead)


def check_typed(field: str, value: date | datetime, today: date) -> None:
    """Whether a typed day or moment lies within the bounds of its field. Raises DayOutOfRange."""
    first, last = span_of(TYPED.get(field, OTHERS), today)
    if isinstance(value, datetime):
        # Amsterdam's clock would move the first and the last moment that Python knows out of the calendar.
        value = day_of(value) if date.min.year < value.year < date.max.year else value.date()
    check_day(field, value, first, last)


def check_day(field: str, day: date, first: date, last: date) -> date:
    """The day itself. Raises DayOutOfRange unless it is one from `first` to `last`, both included."""
    if not first <= day <= last:
        head, *rest = field.split("_")
        name = head + "".join(word.capitalize() for word in rest)
        raise DayOutOfRange(field=name, first=first.isoformat(), last=last.isoformat())
    return day


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        # 29 February
        return day.replace(year=day.year + years, day=28)
