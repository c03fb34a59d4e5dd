"""Days are those of the Dutch calendar, whatever the clock of a machine says."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def day_of(moment: datetime) -> date:
    """The day in Amsterdam."""
    return moment.astimezone(AMSTERDAM).date()


def midnight(day: date) -> datetime:
    """When a day begins in Amsterdam."""
    return datetime.combine(day, time(), AMSTERDAM)
