"""Limits of outgoing requests: destination, duration, frequency; and one receiver does not delay another."""

import asyncio
import contextlib
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.adapters.webhooks import Sender
from app.db.logins import logins_at
from app.domain.platform.destinations import PUBLIC, address_of
from app.domain.platform.feed import Audience
from app.domain.platform.webhooks import BACKOFF, Answer, Delivery, Letter, SendingState, Webhook, after
from app.running.run import SystemRun
from app.sending import MOST_OF_APP, WEBHOOKS_AT_ONCE
from app.settings import Settings
from app.usecases.platform.webhooks import claim_deliveries
from app.worker import Worker, worker_of
from tests.live import until
from tests.receiver import receiving
from tests.scenarios.test_webhooks import SCOPES, feed
from tests.world import Caller, Json, World

SECRET = "whsec_" + "A" * 43 + "="
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def letter(url: str) -> Letter:
    """An order's first event on its way to `url`."""
    app_id, event_id, order_id = (uuid.uuid4() for _ in range(3))
    webhook = Webhook(id=uuid.uuid4(), app_id=app_id, url=url, kinds=(), created_at=NOW)
    delivery = Delivery(
        id=uuid.uuid4(),
        webhook_id=webhook.id,
        app_id=app_id,
        event_id=event_id,
        name="order.placed",
        subject_id=order_id,
        position=1,
        state=SendingState.WAITING,
        attempts=1,
        next_try_at=NOW,
    )
    return Letter(
        delivery=delivery,
        webhook=webhook,
        scopes=tuple(SCOPES),
        cooperative_id=uuid.uuid4(),
        created_at=NOW,
        sequence=1,
        secrets=(SECRET,),
    )


@contextlib.contextmanager
def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> Iterator[list[str]]:
    """A name service that gives these answers, one after another; yields the requested names."""
    asked: list[str] = []

    async def look_up(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    with monkeypatch.context() as patch:
        patch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
        yield asked


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with receiving() as first, receiving() as second, Sender(local=True) as sender:
        first.answers, first.headers = [307], {"Location": second.url}
        assert await sender.send(letter(first.url), NOW) == Answer(307)
    assert (len(first.calls), len(second.calls)) == (1, 0)


async def test_who_does_not_answer_is_left_after_a_while() -> None:
    async with receiving() as deaf, Sender(local=True, patience=0.3) as sender:
        deaf.patient = asyncio.Event()
        answer = await asyncio.wait_for(sender.send(letter(deaf.url), NOW), 5)
        deaf.patient.set()
    assert answer == Answer(None, "no answer within 15 seconds")


async def test_a_name_that_is_also_inside_is_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as inner, Sender() as sender:
        url = f"https://shop.example:{inner.port}/hook"
        with names(monkeypatch, ["93.184.215.14", "127.0.0.1"]):
            assert (await sender.send(letter(url), NOW)).note == "the address is inside a private network"
    assert inner.calls == []


async def test_a_name_is_looked_up_once_and_what_was_found_is_what_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If a name is public at the check, and private at a second look-up, nothing is sent to the private address."""
    async with receiving() as inner, Sender(local=True) as sender:
        with names(monkeypatch, ["127.0.0.1"], ["127.0.0.2"]) as asked:
            answer = await sender.send(letter(f"http://shop.example:{inner.port}/hook"), NOW)
    assert (answer.status, asked) == (204, ["shop.example"])
    assert inner.calls[0][0]["host"] == f"shop.example:{inner.port}"


async def test_one_receivers_cookies_are_not_sent_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as one, receiving() as two, Sender(local=True) as sender:
        one.headers = {"Set-Cookie": "canary=1; Path=/"}
        with names(monkeypatch, ["127.0.0.1"]):
            for receiver, name in ((one, "one.example"), (two, "two.example"), (one, "one.example")):
                await sender.send(letter(f"http://{name}:{receiver.port}/hook"), NOW)
    assert [headers.get("cookie") for headers, _ in one.calls + two.calls] == [None, None, None]


@pytest.mark.parametrize(
    "address",
    ["fec0::2", "::127.0.0.1", "::ffff:0:7f00:1", "5f00::1", "168.63.129.16", "192.88.99.1", "2001:0:7f00:1::", "1::1"],
)
def test_what_only_stands_for_an_address_is_not_public(address: str) -> None:
    assert not PUBLIC.include(address_of(address))


def test_the_whole_schedule_of_tries() -> None:
    """5 s, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours, then dropped; the webhook itself pauses half an hour."""
    sent, moment = letter("https://shop.example/"), NOW
    delivery, webhook, waits, rests = sent.delivery, sent.webhook, [], []
    while delivery.state is SendingState.WAITING:
        delivery, webhook = after(delivery, webhook, Answer(500), moment)
        waits.append(delivery.next_try_at - moment)
        rests.append((webhook.retry_at or moment) - moment)
        moment = max(delivery.next_try_at, webhook.retry_at or moment)
        delivery = replace(delivery, attempts=delivery.attempts + 1)
    hours = [timedelta(hours=count) for count in (2, 5, 10, 14, 20, 24)]
    assert waits[:-1] == [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), *hours]
    assert rests == [timedelta(seconds=5), timedelta(minutes=5), *[timedelta(minutes=30)] * 8]
    assert (delivery.state, delivery.attempts - 1, len(BACKOFF)) == (SendingState.FAILED, 10, 9)


async def hook(app: Caller, url: str, status: int | None = None) -> Json:
    body = {"url": url, "kinds": ["order.placed"]}
    made: Json = await app("POST", f"/v1/apps/{app.login}/webhooks", body, status=status)
    return made


async def test_an_address_that_is_none_is_refused_and_holds_up_nobody(world: World) -> None:
    app = await world.app(SCOPES)
    for url in ("https://shop.example:99999/", "https://[::1/", "https://shop.example:x/"):
        refused = await hook(app, url, status=422)
        assert refused["facts"]["rule"] == "webhook_url_is_https"


async def test_a_busy_webhook_leaves_the_events_their_connections(
    world: World, settings: Settings, database_url: str, superuser: asyncpg.Connection
) -> None:
    """Its answers wait for each other's row, here as long as the test locks it; the tasks are there at once."""
    seller, app, stop = await world.cooperative(), await world.app(SCOPES), asyncio.Event()
    offering = await world.offering(seller)
    async with receiving() as receiver, worker_of(settings, logins_at(database_url)) as worker:
        webhook = (await hook(app, receiver.url))["webhook"]["id"]
        for _ in range(MOST_OF_APP):
            await world.order(app, offering)
        # All are due at once, whatever other tests left to do, and none is answered before all came.
        await world.work()
        receiver.patient = asyncio.Event()
        async with superuser.transaction():
            await superuser.execute("select 1 from webhook where id = $1::text::uuid for no key update", webhook)
            working = asyncio.create_task(worker.run(stop))
            await until(lambda: len(receiver.calls) == MOST_OF_APP)
            receiver.patient.set()
            began = time.monotonic()
            order = await world.order(app, offering)

            async def told() -> bool:
                return order["reference"] in str(await seller.coordinator("GET", "/v1/tasks"))

            await until(told)
            assert time.monotonic() - began < 3
        stop.set()
        await working


async def test_who_answers_slowly_holds_up_nobody_else(world: World) -> None:
    """At most eight deliveries of one app run at a time; those of others are sent meanwhile."""
    offering = await world.offering(await world.cooperative())
    slow, quick = await world.app(SCOPES), await world.app(SCOPES)
    stop = asyncio.Event()
    async with receiving() as deaf, receiving() as swift, Sender(local=True) as sender:
        deaf.patient = asyncio.Event()
        for _ in range(5):
            await hook(slow, deaf.url)
        for _ in range(10):
            await world.order(slow, offering)
        await hook(quick, swift.url)
        order = await world.order(quick, offering)
        await world.work()
        working = asyncio.create_task(Worker(world.worker_database, sender=sender).run(stop))
        async with asyncio.timeout(10):
            while not swift.calls:  # noqa: ASYNC110  another's server
                await asyncio.sleep(0.02)
        assert len(deaf.calls) <= MOST_OF_APP < WEBHOOKS_AT_ONCE
        assert order["id"] in swift.calls[0][1].decode()
        deaf.patient.set()
        async with asyncio.timeout(20):
            while len(deaf.calls) < 50:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        stop.set()
        await working


async def test_an_app_that_is_shut_out_or_may_read_less_is_sent_nothing_more(world: World) -> None:
    offering = await world.offering(await world.cooperative())
    shut, less = await world.app(SCOPES), await world.app(SCOPES)
    async with receiving() as receiver:
        for app in (shut, less):
            await hook(app, receiver.url)
            await world.order(app, offering)
        await world.work()
        for app, change in ((shut, {"enabled": False}), (less, {"scopes": ["events:read"]})):
            seen = await world.network("GET", f"/v1/apps/{app.login}")
            headers = {"If-Match": f'"{seen["version"]}"'}
            await world.network("PATCH", f"/v1/apps/{app.login}", change, headers=headers)
        await world.send()
    assert receiver.calls == []
    (waits,) = await world.network("GET", f"/v1/apps/{less.login}/webhooks")
    (row,) = (await world.network("GET", f"/v1/webhooks/{waits['id']}/deliveries"))["items"]
    assert (row["type"], row["state"]) == ("order.placed", "failed")
    assert row["note"] == "the app may not read this any more"


async def test_two_workers_send_an_orders_events_in_their_order(world: World) -> None:
    seller, app = await world.cooperative(), await world.app(SCOPES)
    offering = await world.offering(seller)
    async with receiving() as receiver:
        await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": receiver.url})
        orders = [await world.order(app, offering) for _ in range(6)]
        await asyncio.gather(*(world.deliver(seller, order) for order in orders))
        await asyncio.gather(world.work(), world.work())
        while sum(await asyncio.gather(world.send(), world.send())):
            pass
        told = [event for event in (await feed(app))["items"] if event["type"].startswith("order.")]
        came = [body.decode() for _, body in receiver.calls]
    for order in orders:
        mine = [event["data"]["sequence"] for event in told if event["data"]["subjectId"] == order["id"]]
        assert mine == [1, 2, 3]
        assert [text.split('"sequence":')[1][0] for text in came if order["id"] in text] == ["1", "2", "3"]


async def test_events_are_numbered_as_they_came_in_whatever_the_clocks_said(world: World) -> None:
    """The clock of the process that wrote the second one is slow: its id is the smaller one."""
    seller, subject = await world.cooperative(), uuid.uuid4()
    later, earlier = (
        uuid.UUID("01aa0000-0000-7000-8000-000000000002"),
        uuid.UUID("01aa0000-0000-7000-8000-000000000001"),
    )
    sql = """insert into outbox (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts,
                                 audience) values ($1, $2, $3, $4, '{}', now(), now(), 0, $5)"""
    for event_id, name in ((later, "offering.paused"), (earlier, "offering.resumed")):
        async with world.books.transaction() as tx:
            await tx.value(sql, event_id, name, uuid.UUID(seller.id), subject, Audience.PUBLIC)
    await world.work()
    app = await world.app(SCOPES)
    told = [event for event in (await feed(app))["items"] if event["data"]["subjectId"] == str(subject)]
    assert [(event["type"], event["data"]["sequence"]) for event in told] == [
        ("offering.paused", 1),
        ("offering.resumed", 2),
    ]
    await SystemRun(world.worker_database)(claim_deliveries, limit=1, share=1)
