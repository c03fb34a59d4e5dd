"""A socket shows a joint purchase after every change, to callers who may see it, until the token ends."""

import asyncio
import contextlib
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import websockets
from fastapi import FastAPI

from app.adapters.tokens import LEEWAY
from app.keys import people_issuer
from app.transport.middleware import BODY_LIMIT
from app.transport.sockets import MOST_OF_CLIENT
from tests.live import until
from tests.scenarios.buying import mine, plan, rich
from tests.scenarios.jobs import join, slot
from tests.scenarios.jobs import plan as plan_job
from tests.world import Caller, Json, World

WATCH = """subscription($id: UUID!) { jointPurchase(id: $id) { purchase { state }
           articles { wished missing packs } } }"""


@contextlib.asynccontextmanager
async def socket(
    address: str, token: str | None, params: dict[str, str] | None = None, **more: Any
) -> AsyncIterator[websockets.ClientConnection]:
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(f"ws://{address}/graphql", subprotocols=[protocol], **more) as connection:
        payload = {"Authorization": f"Bearer {token}"} if token else {}
        await connection.send(json.dumps({"type": "connection_init", "payload": payload | (params or {})}))
        yield connection


async def said(connection: websockets.ClientConnection, seconds: float = 5) -> Any:
    async with asyncio.timeout(seconds):
        return json.loads(await connection.recv())


async def watch(connection: websockets.ClientConnection, watched_id: str, query: str = WATCH) -> None:
    assert (await said(connection))["type"] == "connection_ack"
    payload = {"query": query, "variables": {"id": watched_id}}
    await connection.send(json.dumps({"id": uuid.uuid4().hex, "type": "subscribe", "payload": payload}))


async def test_a_purchase_is_shown_as_it_fills(world: World, address: str) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    async with socket(address, seller.member.token) as connection:
        await watch(connection, purchase["id"])
        first = await said(connection)
        shown = first["payload"]["data"]["jointPurchase"]
        assert shown == {"purchase": {"state": "OPEN"}, "articles": [{"wished": 0, "missing": 0, "packs": 0}]}
        await mine(seller, purchase, 8)
        shown = (await said(connection))["payload"]["data"]["jointPurchase"]
        assert shown["articles"] == [{"wished": 8, "missing": 2, "packs": 0}]
        place = f"/v1/joint-purchases/{purchase['id']}/transitions"
        await seller.coordinator("POST", place, {"verb": "cancel", "reason": "x"})
        assert (await said(connection))["payload"]["data"]["jointPurchase"]["purchase"]["state"] == "CANCELLED"
        assert (await said(connection))["type"] == "complete"


async def test_an_assignment_is_shown_as_it_moves(world: World, address: str) -> None:
    lead = await world.cooperative()
    job = await plan_job(world, lead, slot("Koken", 10000))
    query = "subscription($id: UUID!) { assignment(id: $id) { state openSeats } }"
    async with socket(address, lead.member.token) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        payload = {"query": query, "variables": {"id": job["id"]}}
        await connection.send(json.dumps({"id": uuid.uuid4().hex, "type": "subscribe", "payload": payload}))
        shown = (await said(connection))["payload"]["data"]["assignment"]
        assert shown == {"state": "PUBLISHED", "openSeats": 1}
        await join(lead.member, job, lead.member_id)
        shown = (await said(connection))["payload"]["data"]["assignment"]
        assert shown == {"state": "STAFFING", "openSeats": 0}


async def test_an_order_is_followed_by_who_placed_it(world: World, address: str) -> None:
    seller, buyer = await world.cooperative(), world.person()
    order = await world.order(buyer, await world.offering(seller))
    query = "subscription($id: UUID!) { order(id: $id) { state payment } }"
    async with socket(address, buyer.token) as connection, socket(address, world.person().token) as stranger:
        for who in (connection, stranger):
            assert (await said(who))["type"] == "connection_ack"
            payload = {"query": query, "variables": {"id": order["id"]}}
            await who.send(json.dumps({"id": uuid.uuid4().hex, "type": "subscribe", "payload": payload}))
        assert (await said(stranger))["payload"]["errors"][0]["extensions"]["code"] == "not_found"
        assert (await said(connection))["payload"]["data"]["order"] == {"state": "PLACED", "payment": "UNPAID"}
        await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "refuse"})
        assert (await said(connection))["payload"]["data"]["order"]["state"] == "REFUSED"
        assert (await said(connection))["type"] == "complete"


async def test_a_subscriber_is_told_when_the_database_does_not_answer(
    world: World, address: str, database_url: str
) -> None:
    """Its poll waits for a lock, and an operator cancels it."""
    buyer = world.person()
    order = await world.order(buyer, await world.offering(await world.cooperative()))
    query = "subscription($id: UUID!) { order(id: $id) { state } }"
    cancel = """select count(pg_cancel_backend(pid)) from pg_stat_activity
                 where wait_event_type = 'Lock' and datname = current_database()"""
    superuser = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    async with socket(address, buyer.token) as connection:
        await watch(connection, order["id"], query)
        assert (await said(connection))["payload"]["data"]["order"] == {"state": "PLACED"}
        async with superuser.transaction():
            await superuser.execute('lock table "order" in access exclusive mode')
            await until(lambda: superuser.fetchval(cancel))
            [error] = (await said(connection))["payload"]["errors"]
        assert error["extensions"] == {"code": "unavailable", "status": 503, "retryAfter": 2}
        assert (await said(connection))["type"] == "complete"
    await superuser.close()


async def test_the_audit_log_has_what_staff_were_shown_and_not_every_look(
    world: World, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    seller = await world.cooperative()
    order = await world.order(world.person(), await world.offering(seller))
    query = "subscription($id: UUID!) { order(id: $id) { state } }"

    def lines() -> list[str]:
        found = [vars(record) for record in caplog.records if record.name == "samen.audit"]
        return [line["verb"] for line in found if line.get("about") == {"order_id": order["id"]}]

    with caplog.at_level(logging.INFO, logger="samen.audit"):
        async with socket(address, seller.coordinator.token) as connection:
            await watch(connection, order["id"], query)
            assert (await said(connection))["payload"]["data"]["order"]["state"] == "PLACED"
            # It polled twice meanwhile.
            await asyncio.sleep(2.5)
            assert lines() == ["get_order"]
            await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "refuse"})
            assert (await said(connection))["payload"]["data"]["order"]["state"] == "REFUSED"
            assert lines() == ["get_order", "get_order"]


async def test_a_stranger_and_a_bad_token_get_nothing(
    world: World, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The access log has the code of each."""
    caplog.set_level(logging.INFO, "samen.access")
    seller = await rich(world)
    purchase = await plan(world, seller)
    stranger: Caller = (await world.cooperative()).coordinator
    for token, code in ((stranger.token, "not_found"), (None, "unauthenticated")):
        async with socket(address, token) as connection:
            await watch(connection, purchase["id"])
            refused = await said(connection)
            codes = [error["extensions"]["code"] for error in refused["payload"]["errors"]]
            assert codes == [code]
    async with socket(address, "x.y.z") as connection:
        with pytest.raises(websockets.ConnectionClosedError):
            await said(connection)

    def logged() -> list[str]:
        return sorted(vars(record).get("code", "") for record in caplog.records if record.message == "socket")

    await until(lambda: len(logged()) == 3)
    assert logged() == ["not_found", "token_refused", "unauthenticated"]


@pytest.mark.parametrize("origin", ["https://winkel.example", "http://localhost:3000", "null"])
async def test_a_page_of_any_origin_follows_with_a_token_and_sees_nothing_without(
    world: World, address: str, origin: str
) -> None:
    """A browser sends the page's origin and its cookies; neither gives access."""
    seller = await rich(world)
    purchase = await plan(world, seller)
    cookie = f"Authorization=Bearer {seller.member.token}; token={seller.member.token}"
    sent: dict[str, Any] = {"origin": origin, "additional_headers": {"Cookie": cookie, "Sec-Fetch-Site": "cross-site"}}
    async with socket(address, seller.member.token, **sent) as connection:
        await watch(connection, purchase["id"])
        assert (await said(connection))["payload"]["data"]["jointPurchase"]["purchase"] == {"state": "OPEN"}
    async with socket(address, None, **sent) as connection:
        await watch(connection, purchase["id"])
        refused = (await said(connection))["payload"]
        assert (refused["data"], refused["errors"][0]["extensions"]["code"]) == (None, "unauthenticated")
    async with socket(address, "x.y.z", **sent) as connection:
        with pytest.raises(websockets.ConnectionClosedError):
            await said(connection)


async def ended_by(connection: websockets.ClientConnection) -> Json:
    """The error that ends a subscription: it comes next, without data, and nothing comes after it."""
    last = await said(connection, 20)
    assert last["type"] == "next"
    assert last["payload"]["data"] is None
    assert (await said(connection))["type"] == "complete"
    await connection.send(json.dumps({"type": "ping"}))
    assert (await said(connection))["type"] == "pong"
    extensions: Json = last["payload"]["errors"][0]["extensions"]
    return {"code": extensions["code"], **extensions["facts"]}


async def closed_by(connection: websockets.ClientConnection, seconds: float = 20) -> tuple[int, str]:
    """Code and reason with which the server closes a socket, without another message before it."""
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await said(connection, seconds)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def ending(world: World, who: Caller, seconds: int) -> tuple[str, int]:
    """A person's token, and its end: at most this many seconds from now, and at least one less."""
    now = int(time.time())
    claims: Json = {"iss": people_issuer(world.settings), "aud": "samen", "sub": who.login, "client_id": "tests"}
    claims |= {"jti": uuid.uuid4().hex, "iat": now - 60, "exp": now - LEEWAY + seconds}
    return world.keys.sign(claims | {"scope": "members:read orders:read orders:write"}), now + seconds


async def test_a_token_that_runs_out_ends_what_it_opened(world: World, address: str) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    token, ends = ending(world, seller.member, 4)
    async with socket(address, token) as connection:
        await watch(connection, purchase["id"])
        assert (await said(connection))["payload"]["data"]["jointPurchase"]["purchase"] == {"state": "OPEN"}
        assert await closed_by(connection) == (4401, "token_refused: expired")
    assert ends <= time.time() < ends + 3


async def test_a_socket_without_a_subscription_ends_with_its_token_too(
    world: World, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    token, ends = ending(world, world.person(), 3)
    async with socket(address, token) as person, socket(address, None) as visitor:
        assert (await said(person))["type"] == (await said(visitor))["type"] == "connection_ack"
        assert await closed_by(person) == (4401, "token_refused: expired")
        assert ends <= time.time() < ends + 3
        await visitor.send(json.dumps({"type": "ping"}))
        assert (await said(visitor))["type"] == "pong"
    assert caplog.records == []


async def test_what_comes_after_the_token_ended_is_not_served(world: World, address: str) -> None:
    """The server is busy when the token ends: the message has arrived before it notices."""
    buyer = world.person()
    order = await world.order(buyer, await world.offering(await world.cooperative()))
    token, ends = ending(world, buyer, 3)
    query = 'mutation($id: UUID!) { moveOrder(idempotencyKey: "k-1", id: $id, input: {verb: CANCEL}) { state } }'
    payload = {"query": query, "variables": {"id": order["id"]}}
    async with socket(address, token) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        time.sleep(ends - time.time() + 0.05)  # noqa: ASYNC251  it holds up the server, which runs in the same loop
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        assert await closed_by(connection) == (4401, "token_refused: expired")
    assert (await buyer("GET", f"/v1/orders/{order['id']}"))["state"] == "placed"


async def test_a_token_that_ended_while_the_machine_slept_serves_nothing_more(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timers do not run meanwhile; operations without a right are refused too."""
    payload = {"query": "{ catalogue(first: 1) { edges { node { id } } } }"}
    async with socket(address, world.person().token) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        awake = time.time
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: awake() + 900)
            await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            assert await closed_by(connection) == (4401, "token_refused: expired")


async def test_nothing_of_a_socket_stays_behind(world: World, address: str) -> None:
    """Its token lives for ten minutes; the task that waits for its end is removed with the socket."""
    buyer = world.person()
    order = await world.order(buyer, await world.offering(await world.cooperative()))
    before = asyncio.all_tasks()
    async with socket(address, buyer.token) as connection:
        await watch(connection, order["id"], "subscription($id: UUID!) { order(id: $id) { state } }")
        assert (await said(connection))["payload"]["data"]["order"] == {"state": "PLACED"}
        its_own = asyncio.all_tasks() - before
        assert its_own
    await until(lambda: all(task.done() for task in its_own), 5)


async def test_an_office_that_ends_ends_what_it_let_see(world: World, address: str) -> None:
    """Not even a change directly after it is shown."""
    seller, (officer, person_id) = await rich(world), await world.known()
    body = {"personId": person_id, "role": "coordinator", "cooperativeId": seller.id}
    office, purchase = await world.network("POST", "/v1/offices", body), await plan(world, seller)
    async with socket(address, officer.token) as connection:
        await watch(connection, purchase["id"])
        assert (await said(connection))["payload"]["data"]["jointPurchase"]["purchase"] == {"state": "OPEN"}
        await world.network("DELETE", f"/v1/offices/{office['id']}")
        await mine(seller, purchase, 8)
        assert await ended_by(connection) == {"code": "not_found"}


async def test_an_app_that_is_shut_out_sees_nothing_more(world: World, address: str) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    query = "subscription($id: UUID!) { order(id: $id) { state } }"
    async with socket(address, app.token) as connection:
        await watch(connection, order["id"], query)
        assert (await said(connection))["payload"]["data"] == {"order": {"state": "PLACED"}}
        await world.network("DELETE", f"/v1/apps/{app.login}")
        await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
        assert await closed_by(connection) == (4401, "token_refused: app_disabled")
    # The token itself is valid for ten minutes.
    async with socket(address, app.token) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        await connection.send(
            json.dumps({"id": "1", "type": "subscribe", "payload": {"query": "{ orders { edges { node { id } } } }"}})
        )
        assert await closed_by(connection) == (4401, "token_refused: app_disabled")


async def spoken(connection: websockets.ClientConnection, query: str) -> Any:
    """The answer to a query or a mutation."""
    payload = {"query": query}
    await connection.send(json.dumps({"id": uuid.uuid4().hex, "type": "subscribe", "payload": payload}))
    answer = await said(connection)
    if answer["type"] == "next":
        assert (await said(connection))["type"] == "complete"
    return answer


async def test_a_socket_reads_no_more_of_the_schema_than_a_request(world: World, app: FastAPI, address: str) -> None:
    query = "{ __schema { queryType { name } } }"
    app.state.ide = False
    try:
        async with socket(address, None) as visitor, socket(address, world.person().token) as person:
            assert (await said(visitor))["type"] == (await said(person))["type"] == "connection_ack"
            assert (await spoken(visitor, query))["type"] == "error"
            assert (await spoken(person, query))["payload"]["data"]["__schema"]["queryType"]["name"] == "Query"
    finally:
        app.state.ide = True


async def test_a_socket_speaks_the_language_it_is_asked_to(world: World, address: str) -> None:
    query = f'{{ order(id: "{uuid.uuid4()}") {{ id }} }}'
    for language, word in (("en", "This does not exist"), ("nl", "Dit bestaat niet")):
        async with socket(address, world.person().token, {"Accept-Language": language}) as connection:
            assert (await said(connection))["type"] == "connection_ack"
            errors = (await spoken(connection, query))["payload"]["errors"]
            assert errors[0]["message"].startswith(word)


async def test_nobody_holds_more_than_twenty_sockets(world: World, address: str) -> None:
    token = world.person().token
    async with contextlib.AsyncExitStack() as held:
        for _ in range(MOST_OF_CLIENT):
            connection = await held.enter_async_context(socket(address, token))
            assert (await said(connection))["type"] == "connection_ack"
        one_more = await held.enter_async_context(socket(address, token))
        with pytest.raises(websockets.ConnectionClosedError):
            await said(one_more)
        other = await held.enter_async_context(socket(address, world.person().token))
        assert (await said(other))["type"] == "connection_ack"
    # Closed sockets do not count any more.
    async with socket(address, token) as again:
        assert (await said(again))["type"] == "connection_ack"


async def test_a_message_on_a_socket_is_no_larger_than_a_request(address: str) -> None:
    async with socket(address, None) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        await connection.send(json.dumps({"type": "ping", "payload": {"x": "x" * BODY_LIMIT}}))
        with pytest.raises(websockets.ConnectionClosedError) as found:
            await said(connection)
    assert found.value.rcvd is not None
    assert found.value.rcvd.code == 1009
