"""Webhooks: where they may go, and what becomes of a delivery with each answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

import pytest

from app.domain.access import Scope
from app.domain.errors import RuleRefused
from app.domain.platform.destinations import PUBLIC, Destinations, addresses_in, never_in
from app.domain.platform.feed import EventType
from app.domain.platform.webhooks import (
    BACKOFF,
    Answer,
    Delivery,
    Letter,
    OffReason,
    SendingState,
    Webhook,
    after,
    check_host,
    check_webhook,
    unreadable,
)

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
LOCAL = Destinations(local=True)
INSIDE = Destinations(networks=(ip_network("10.1.0.0/16"),))
WEBHOOK = Webhook(id=UUID(int=1), app_id=UUID(int=2), url="https://shop.example/hook", kinds=(), created_at=NOW)


def delivery(attempts: int = 1, name: str = "order.placed") -> Delivery:
    return Delivery(
        id=UUID(int=3),
        webhook_id=WEBHOOK.id,
        app_id=WEBHOOK.app_id,
        event_id=UUID(int=4),
        name=name,
        subject_id=UUID(int=5),
        position=1,
        state=SendingState.WAITING,
        attempts=attempts,
        next_try_at=NOW,
    )


@pytest.mark.parametrize(
    ("address", "where", "allowed"),
    [
        ("93.184.216.34", PUBLIC, True),
        ("2a00:1450::1", PUBLIC, True),
        ("127.0.0.1", PUBLIC, False),
        ("127.0.0.1", LOCAL, True),
        ("10.1.2.3", PUBLIC, False),
        ("10.1.2.3", INSIDE, True),
        ("10.2.2.3", INSIDE, False),
        ("::ffff:10.2.2.3", INSIDE, False),
        ("::ffff:93.184.216.34", PUBLIC, True),
        ("169.254.169.254", LOCAL, False),
        ("64:ff9b::a00:1", LOCAL, False),
        ("4000::1", PUBLIC, False),
    ],
)
def test_where_webhooks_go(address: str, where: Destinations, allowed: bool) -> None:
    """The internet, and what the operator names; never a cloud's own hosts or an address in disguise."""
    assert where.include(ip_address(address)) is allowed


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("shop.example", ()),
        ("127.1", ("127.0.0.1",)),
        ("0x7f.1", ("127.0.0.1",)),
        ("2130706433", ("127.0.0.1",)),
        ("LOCALHOST.", ("127.0.0.1",)),
        ("shop.localhost", ("127.0.0.1",)),
        ("::1", ("::1",)),
        ("fe80::1%eth0", ("fe80::1",)),
    ],
)
def test_the_addresses_that_a_host_names_by_itself(host: str, addresses: tuple[str, ...]) -> None:
    assert addresses_in(host) == tuple(ip_address(one) for one in addresses)


def test_the_operator_cannot_name_what_is_never_sent_to() -> None:
    assert never_in(ip_network("169.254.0.0/24")) == ip_network("169.254.0.0/16")
    assert never_in(ip_network("10.0.0.0/8")) is None


@pytest.mark.parametrize(
    ("url", "where", "good"),
    [
        ("https://shop.example/hook", PUBLIC, True),
        ("http://shop.example/hook", PUBLIC, False),
        ("http://shop.example/hook", LOCAL, True),
        ("ftp://shop.example/hook", LOCAL, False),
        ("https://jo:secret@shop.example/", PUBLIC, False),
        ("https://jo@shop.example/", PUBLIC, False),
        ("https://shop.example:0/", PUBLIC, False),
        ("https://shop.example:99999/", PUBLIC, False),
        ("https:///hook", PUBLIC, False),
        ("https://[::1/", PUBLIC, False),
    ],
)
def test_an_address_of_a_webhook(url: str, where: Destinations, good: bool) -> None:
    if good:
        assert check_webhook(url, [], (), where) == ()
        return
    with pytest.raises(RuleRefused) as refused:
        check_webhook(url, [], (), where)
    assert refused.value.facts["rule"] == "webhook_url_is_https"


def test_the_kinds_of_a_webhook_are_within_the_scopes_of_its_app() -> None:
    kinds = [EventType.ORDER_PLACED, EventType.ORDER_PAID, EventType.ORDER_PLACED]
    assert check_webhook(WEBHOOK.url, kinds, (Scope.ORDERS_READ,), PUBLIC) == (
        EventType.ORDER_PLACED,
        EventType.ORDER_PAID,
    )
    with pytest.raises(RuleRefused) as refused:
        check_webhook(WEBHOOK.url, kinds, (Scope.CATALOGUE_READ,), PUBLIC)
    assert refused.value.facts == {"rule": "event_needs_scope", "value": Scope.ORDERS_READ}


@pytest.mark.parametrize(
    ("url", "addresses", "good"),
    [
        ("https://shop.example", ["93.184.216.34"], True),
        ("https://shop.example", [], True),
        ("https://shop.example", ["93.184.216.34", "10.0.0.1"], False),
        ("https://127.0.0.1", [], False),
        ("https://127.1", ["93.184.216.34"], False),
    ],
    ids=["public", "unknown yet", "one of its addresses is not", "not public", "not public, in disguise"],
)
def test_every_address_of_a_host_counts(url: str, addresses: list[str], good: bool) -> None:
    named = [ip_address(one) for one in addresses]
    if good:
        check_host(url, named, PUBLIC)
        return
    with pytest.raises(RuleRefused):
        check_host(url, named, PUBLIC)


@pytest.mark.parametrize(("scopes", "lost"), [((Scope.ORDERS_READ,), False), ((), True)], ids=["has it", "lost it"])
def test_an_app_that_lost_its_scope_is_told_nothing(scopes: tuple[str, ...], lost: bool) -> None:
    letter = Letter(
        delivery=delivery(),
        webhook=WEBHOOK,
        scopes=scopes,
        cooperative_id=UUID(int=6),
        created_at=NOW,
        sequence=1,
        secrets=(),
    )
    assert unreadable(letter) is lost


@pytest.mark.parametrize(
    ("attempts", "before", "answer", "state", "expected"),
    [
        pytest.param(1, {"failures": 3}, Answer(204), "delivered", {"failures": 0}, id="good"),
        pytest.param(1, {}, Answer(200), "delivered", {"failures": 0}, id="the first good one"),
        pytest.param(1, {}, Answer(299), "delivered", {"failures": 0}, id="the last good one"),
        pytest.param(1, {}, Answer(199), "waiting", {"failures": 1, "retry_at": NOW + BACKOFF[0]}, id="not good yet"),
        pytest.param(
            1, {}, Answer(300), "waiting", {"failures": 1, "retry_at": NOW + BACKOFF[0]}, id="the first failure"
        ),
        pytest.param(
            1,
            {"failures": 8},
            Answer(None),
            "waiting",
            {"failures": 9, "retry_at": NOW + BACKOFF[2]},
            id="half an hour",
        ),
        pytest.param(
            1,
            {"retry_at": NOW + timedelta(seconds=1)},
            Answer(500),
            "waiting",
            {"failures": 0, "retry_at": NOW + timedelta(seconds=1)},
            id="many failed together",
        ),
        pytest.param(10, {}, Answer(500), "failed", {"failures": 1, "retry_at": NOW + BACKOFF[0]}, id="it is given up"),
        pytest.param(1, {}, Answer(None, "no", final=True), "failed", {"failures": 0}, id="trying again is of no use"),
        pytest.param(
            1, {}, Answer(410), "failed", {"failures": 1, "disabled_at": NOW, "reason": OffReason.GONE}, id="gone"
        ),
    ],
)
def test_what_becomes_of_a_delivery(
    attempts: int, before: dict[str, Any], answer: Answer, state: str, expected: dict[str, Any]
) -> None:
    sent, webhook = after(delivery(attempts), replace(WEBHOOK, **before), answer, NOW)
    assert (sent.state, sent.status, sent.done_at) == (state, answer.status, None if state == "waiting" else NOW)
    assert webhook == replace(WEBHOOK, **expected)


def test_each_failure_is_waited_for_longer() -> None:
    waits = [after(delivery(attempt), WEBHOOK, Answer(500), NOW)[0].next_try_at - NOW for attempt in range(1, 10)]
    assert waits == list(BACKOFF) == sorted(BACKOFF)
