"""Timers run once, on time, despite restarts; events become tasks and mails."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.db.engine import Database
from app.db.logins import WORKER_ROLE, logins_at
from app.db.platform.outbox import claim_events
from app.running.run import SystemRun
from app.settings import Settings
from app.usecases.platform.events import deliver_event
from app.worker import Worker, worker_of
from tests.world import World


async def test_an_order_that_nobody_took_expires_and_its_stock_comes_back(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, kind="goods", stock=3)
    order = await world.order(app, offering, 2)
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 1
    await world.work()
    await world.work(timedelta(hours=47))
    assert (await app("GET", f"/v1/orders/{order['id']}"))["state"] == "placed"
    await world.work(timedelta(hours=49))
    assert (await app("GET", f"/v1/orders/{order['id']}"))["state"] == "expired"
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 3
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "cancel"}, status=409)
    tasks = await seller.coordinator("GET", "/v1/tasks")
    assert "call_customer" in {task["what"] for task in tasks["items"]}


async def test_a_delivered_order_completes_after_fourteen_days_of_silence(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    await world.deliver(seller, order)
    await world.pay(seller, order)
    await world.work(timedelta(days=13, hours=23))
    assert (await app("GET", f"/v1/orders/{order['id']}"))["state"] == "delivered"
    await world.work(timedelta(days=14, minutes=1))
    await world.work(timedelta(days=15))
    assert (await app("GET", f"/v1/orders/{order['id']}"))["state"] == "completed"
    assert (await world.thermometer(seller))["balance"]["amount"] == "85.00"
    events = await app("GET", f"/v1/orders/{order['id']}/events")
    assert [event["verb"] for event in events] == [
        "place",
        "accept",
        "deliver",
        "record_payment",
        "complete_silently",
    ]


async def test_two_workers_complete_an_order_once(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    await world.deliver(seller, order)
    await world.pay(seller, order)
    later = timedelta(days=20)
    workers = [Worker(world.worker_database, now=lambda: datetime.now(UTC) + later) for _ in range(2)]
    for _ in range(5):
        await asyncio.gather(*(worker.tick() for worker in workers))
    events = await app("GET", f"/v1/orders/{order['id']}/events")
    assert [event["verb"] for event in events].count("complete_silently") == 1
    assert (await world.thermometer(seller))["balance"]["amount"] == "85.00"


async def test_a_hold_of_a_checkout_ends_by_itself(world: World) -> None:
    seller, app, other = await world.cooperative(), await world.app(), await world.app()
    offering = await world.offering(seller, kind="goods", stock=4)
    place = f"/v1/offerings/{offering}/holds"
    first = await app("POST", place, {"quantity": 2, "minutes": 5})
    used = await other("POST", place, {"quantity": 1, "minutes": 5})
    assert (await other("POST", place, {"quantity": 2}, status=409))["code"] == "sold_out"
    line = {"offeringId": offering, "quantity": 1, "holdId": used["id"]}
    body = {"lines": [line], "contact": {"name": "Jo", "phone": "0612345678"}}
    await other("POST", "/v1/orders", body)
    assert (await other("POST", "/v1/orders", body, status=409))["code"] in {"hold_gone", "sold_out"}
    await world.work(timedelta(minutes=6))
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 3
    assert (await app("DELETE", f"/v1/holds/{first['id']}", status=409))["code"] == "hold_gone"
    await (await world.app())("DELETE", f"/v1/holds/{first['id']}", status=404)


async def test_events_open_and_close_tasks_for_their_role(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await world.work()
    for who in (seller.coordinator, seller.member):
        tasks = (await who("GET", "/v1/tasks"))["items"]
        task = next(task for task in tasks if task["what"] == "accept_order")
        assert order["reference"] in task["text"]
        assert task["dueAt"] is not None
    assert (await seller.treasurer("GET", "/v1/tasks"))["items"] == []
    assert (await app("GET", "/v1/tasks", status=403))["code"] == "scope_missing"
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    await world.work()
    tasks = (await seller.member("GET", "/v1/tasks"))["items"]
    assert [task["what"] for task in tasks] == ["deliver_order"]
    done = await seller.member("POST", f"/v1/tasks/{tasks[0]['id']}/completions")
    assert done["doneAt"] is not None
    await seller.member("POST", f"/v1/tasks/{tasks[0]['id']}/completions", status=409)


async def test_the_worker_outlives_a_database_that_is_away(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    database, stop = Database(world.worker_database.logins, role=WORKER_ROLE, size=1), asyncio.Event()
    await database.open()
    await database.close()
    working = asyncio.create_task(Worker(database).run(stop))
    await asyncio.sleep(0.2)
    assert not working.done()
    await database.open()
    while not (await seller.member("GET", "/v1/tasks"))["items"]:
        assert not working.done()
        await asyncio.sleep(0.1)
    stop.set()
    await working
    await database.close()
    assert (await seller.member("GET", "/v1/tasks"))["items"][0]["facts"]["reference"] == order["reference"]


async def test_events_that_come_late_leave_no_task_that_nobody_can_close(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    async with world.worker_database.transaction() as tx:
        placed = [event for event in await claim_events(tx, 1000) if str(event.subject_id) == order["id"]]
    await world.deliver(seller, order)
    await world.pay(seller, order)
    await world.work()
    run = SystemRun(world.worker_database, UUID(seller.id))
    for event in placed:
        await run(deliver_event, event=event)
    await world.work()
    assert (await seller.member("GET", "/v1/tasks"))["items"] == []
    assert (await seller.treasurer("GET", "/v1/tasks"))["items"] == []


async def test_the_task_to_record_a_payment_follows_the_money(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()

    async def asked() -> list[str]:
        await world.work()
        return [task["what"] for task in (await seller.treasurer("GET", "/v1/tasks"))["items"]]

    order = await world.order(app, await world.offering(seller))
    place = f"/v1/orders/{order['id']}/transitions"
    await seller.member("POST", place, {"verb": "accept"})
    payment = await world.pay(seller, order)
    await seller.member("POST", place, {"verb": "deliver"})
    assert await asked() == []
    await world.undo(seller, payment)
    assert await asked() == ["record_payment"]
    await world.pay(seller, order)
    assert await asked() == []
    await seller.treasurer("POST", f"/v1/orders/{order['id']}/repayments", {"amount": order["gross"]})
    assert await asked() == ["record_payment"]
    await world.pay(seller, order)
    assert await asked() == []


async def test_a_check_that_fails_does_not_stop_the_worker(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Sealing and checking run beside the timers; a bug in them is logged, and the worker continues."""
    tried, stop = [], asyncio.Event()

    async def broken(*_: object) -> None:
        tried.append(1)
        if len(tried) == 3:
            stop.set()
        raise ValueError("a bug")

    monkeypatch.setattr("app.worker.seal_books", broken)
    monkeypatch.setattr("app.worker.SEAL_EVERY", -1)
    await asyncio.wait_for(Worker(world.worker_database, books=world.books).run(stop), 10)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["failed"] * 3


async def test_a_worker_with_its_own_logins_checks_the_books_and_proposes_nettings(
    world: World, settings: Settings, database_url: str
) -> None:
    """The reader finds, the worker writes."""
    asked = await world.network("POST", "/v1/book-checks", status=202)
    async with worker_of(settings, logins_at(database_url)) as worker:
        await worker.guard()
        await worker.net()
    checks = await world.network("GET", "/v1/book-checks")
    (done,) = [check for check in checks["items"] if check["id"] == asked["id"]]
    assert done["checkedAt"] is not None
