"""Rates: for whom a request counts, what it costs, and when the window begins anew."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.actors import VISITOR, Identity
from app.domain.platform.rates import Rate, client_of, old_window, units_of, window_of


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "address 192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "address 2001:db8:1:2::/64"),
        ("nowhere", "address unknown"),
    ],
    ids=["IPv4", "IPv6", "the same household", "no address"],
)
def test_a_visitor_counts_by_address(address: str, client: str) -> None:
    assert client_of(VISITOR, address) == client


def test_who_has_a_token_counts_by_app_and_person_wherever_they_are() -> None:
    jo = Identity(issuer="i", subject="jo", client_id="shop")
    assert client_of(jo, "192.0.2.7") == client_of(jo, "192.0.2.8") == "shop|i|jo"


@pytest.mark.parametrize(
    ("rows", "fields", "units"), [(0, 0, 1), (49, 49, 1), (50, 0, 2), (0, 50, 2), (2_000, 500, 51)]
)
def test_what_a_document_costs(rows: int, fields: int, units: int) -> None:
    assert units_of(rows, fields) == units


@pytest.mark.parametrize(("second", "left"), [(0, 60), (1, 59), (59, 1)])
def test_a_window_is_a_minute(second: int, left: int) -> None:
    minute = datetime(2026, 3, 5, 12, 1, tzinfo=UTC)
    assert window_of(minute + timedelta(seconds=second)) == (minute, left)
    assert old_window(minute) == minute - timedelta(minutes=5)


@pytest.mark.parametrize(("limit", "part"), [(600, 30), (19, 1), (0, 1)])
def test_a_process_takes_a_twentieth_at_a_time(limit: int, part: int) -> None:
    assert Rate("standard", limit).part == part
