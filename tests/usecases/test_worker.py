"""Timers run once, in their time, whoever restarts; events become tasks and mail."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from app.adapters.mail import Mail
from app.worker import Worker
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
        *("place", "accept", "deliver", "record_payment", "complete_silently"),
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
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, kind="goods", stock=3)
    place = f"/v1/offerings/{offering}/holds"
    first = await app("POST", place, {"quantity": 2, "minutes": 5})
    used = await app("POST", place, {"quantity": 1, "minutes": 5})
    assert (await app("POST", place, {"quantity": 1}, status=409))["code"] == "sold_out"
    line = {"offeringId": offering, "quantity": 1, "holdId": used["id"]}
    body = {"lines": [line], "contact": {"name": "Jo", "phone": "0612345678"}}
    await app("POST", "/v1/orders", body)
    assert (await app("POST", "/v1/orders", body, status=409))["code"] in {"hold_gone", "sold_out"}
    await world.work(timedelta(minutes=6))
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 2
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


async def test_a_task_is_mailed_to_its_role_and_tried_again_when_the_mail_server_fails(world: World) -> None:
    """The mail server is another company's: this one speaks SMTP on a local socket."""
    received: list[str] = []
    failing = True

    async def smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).decode().strip():
            command = line.split(" ")[0].upper()
            if command == "DATA":
                if failing:
                    writer.write(b"451 later\r\n")
                    continue
                writer.write(b"354 go\r\n")
                received.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(b"221 bye\r\n" if command == "QUIT" else b"250 ok\r\n")
            if command == "QUIT":
                break
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(smtp, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    seller, app = await world.cooperative(), await world.app()
    coordinator_id = (await seller.coordinator("GET", "/v1/me"))["person"]["id"]
    await _give_address(world, coordinator_id)
    order = await world.order(app, await world.offering(seller))
    mail: Any = Mail(f"smtp://127.0.0.1:{port}", "samen@example.org")
    worker = Worker(world.worker_database, mail)
    for _ in range(4):
        await worker.tick()
    assert received == []
    failing = False
    later = Worker(world.worker_database, mail, now=lambda: datetime.now(UTC) + timedelta(hours=1))
    for _ in range(4):
        await later.tick()
    mails = [text for text in received if order["reference"] in text]
    assert len(mails) == 1
    assert "To: coordinator@example.org" in mails[0]
    server.close()
    await server.wait_closed()


async def _give_address(world: World, person_id: str) -> None:
    async with world.books.transaction() as tx:
        await tx.value("update person set email = 'coordinator@example.org' where id = $1", person_id)
