"""The day on which an order was supplied, if it is entered later."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from app.domain.days import check_day, day_of, midnight
from app.domain.errors import RuleRefused
from app.domain.selling.orders import Order

BEFORE_ORDER = timedelta(days=31)
"""Work may be done before it is ordered, such as a job agreed by telephone."""
ALONE = timedelta(days=7)
"""How far back makers and apps enter a day by themselves; only the office of the seller goes further."""


def check_verb(verb: str, delivered_on: date | None) -> None:
    """Raises RuleRefused for a day of delivery with another step."""
    if delivered_on is not None and verb != "deliver":
        raise RuleRefused(rule="day_of_delivery_only", value=verb)


def supplied(order: Order, day: date, now: datetime, *, since: Iterable[date], by_staff: bool) -> Order:
    """The order, delivered on an earlier day, until the end of which the work may have lasted.

    `since` are the first days that the membership of its makers and the books allow. Its deadline counts from now.
    Raises DayOutOfRange.
    """
    today = day_of(now)
    first = max(day_of(order.placed_at) - BEFORE_ORDER, *since)
    check_day("delivered_on", day, first if by_staff else max(first, today - ALONE), today)
    if day == today:
        return order
    return replace(order, delivered_at=midnight(day + timedelta(days=1)) - timedelta(seconds=1))
