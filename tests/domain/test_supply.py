"""The day of work that is entered later: how far back, and the moment that stands for it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.domain.errors import DayOutOfRange, RuleRefused
from app.domain.selling.customers import Contact
from app.domain.selling.orders import COMPLETES_AFTER, Order, OrderState
from app.domain.selling.supply import check_verb, supplied

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
TODAY = date(2026, 3, 20)
OLD = date(2020, 1, 1)
ORDER = Order(
    id=UUID(int=1),
    cooperative_id=UUID(int=2),
    reference="SMKKT5DN",
    contact=Contact(name="Jo"),
    lines=(),
    net_cents=100,
    vat_cents=21,
    state=OrderState.DELIVERED,
    placed_at=datetime(2026, 3, 16, 12, tzinfo=UTC),
    accept_by=datetime(2026, 3, 18, 12, tzinfo=UTC),
    payment_days=14,
    delivered_at=NOW,
    completes_at=NOW + COMPLETES_AFTER,
)


@pytest.mark.parametrize(
    ("since", "by_staff", "first"),
    [
        ((OLD,), True, date(2026, 2, 13)),
        ((OLD, date(2026, 3, 1)), True, date(2026, 3, 1)),
        ((OLD,), False, date(2026, 3, 13)),
        ((OLD, date(2026, 3, 18)), False, date(2026, 3, 18)),
        ((TODAY,), True, TODAY),
    ],
)
def test_the_first_day(since: tuple[date, ...], by_staff: bool, first: date) -> None:
    assert supplied(ORDER, first, NOW, since=since, by_staff=by_staff).work_date == first
    for day in (first - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(DayOutOfRange) as refused:
            supplied(ORDER, day, NOW, since=since, by_staff=by_staff)
        assert refused.value.facts == {"field": "deliveredOn", "first": str(first), "last": str(TODAY)}


def test_today_is_now_and_an_earlier_day_its_end() -> None:
    assert supplied(ORDER, TODAY, NOW, since=(OLD,), by_staff=False) == ORDER
    for days in range(1, 7):
        day = TODAY - timedelta(days=days)
        moved = supplied(ORDER, day, NOW, since=(OLD,), by_staff=False)
        assert moved.work_date == day
        assert moved.delivered_at is not None
        assert moved.delivered_at > datetime(day.year, day.month, day.day, 22, 30, tzinfo=UTC)
        # The customer has as long to answer as for any other.
        assert moved.due_at == NOW + COMPLETES_AFTER
        assert moved.due_on == day + timedelta(days=14)


def test_a_day_on_which_summer_time_begins() -> None:
    night = datetime(2026, 3, 30, 9, tzinfo=UTC)
    moved = supplied(ORDER, date(2026, 3, 29), night, since=(OLD,), by_staff=False)
    assert moved.delivered_at == datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)


def test_only_a_delivery_has_a_day() -> None:
    check_verb("deliver", TODAY)
    check_verb("accept", None)
    with pytest.raises(RuleRefused):
        check_verb("complete", TODAY)


def test_an_order_that_an_earlier_version_delivered_keeps_its_deadline() -> None:
    assert replace(ORDER, completes_at=None).due_at == NOW + COMPLETES_AFTER
