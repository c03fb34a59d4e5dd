"""A running operation is limited in seconds and rows, whatever its document seemed to need: in an answer, socket or
event.
"""

import json
import socket as sockets
import uuid
from typing import Any

import asyncpg
import pytest
import websockets
from graphql import parse

from app.db.logins import logins_at
from app.graphql.budget import MOST_READ
from app.graphql.limits import Scale
from app.graphql.schema import schema
from app.main import build
from app.serving import listener
from app.settings import Settings
from tests.faces.test_subscriptions import said, socket
from tests.live import served
from tests.world import Json, Seller, World

ROUND = "payments { order { payments { order { payments { id } } } } }"
PAID = 20
"""Payments of an order: nested three times, they exceed the limit of rows."""


@pytest.mark.parametrize(
    ("fields", "rows"),
    [
        ("id", 100),
        ("cooperative { id }", 200),
        ("payments { id }", 1100),
        ("lines { title }", 100),
        ("lines { offering { id } }", 600),
        ("a: lines { offering { id } } b: lines { offering { id } }", 1100),
        ("lines { member { cooperative { id } } }", 1100),
    ],
)
def test_links_weigh_what_they_may_read(fields: str, rows: int) -> None:
    document = parse(f"{{ orders(first: 100) {{ edges {{ node {{ {fields} }} }} }} }}")
    assert Scale(document, schema._schema, {}).weigh().rows == rows


async def paid_bit_by_bit(world: World) -> tuple[Seller, str]:
    seller = await world.cooperative()
    order = await world.order(world.person(), await world.offering(seller))
    await world.deliver(seller, order)
    for _ in range(PAID):
        await world.pay(seller, order | {"gross": {"amount": "0.01"}})
    return seller, order["id"]


async def asked(connection: websockets.ClientConnection, query: str, **variables: Any) -> Json:
    """The first message of the socket about it."""
    own = uuid.uuid4().hex
    payload = {"query": query, "variables": variables}
    await connection.send(json.dumps({"id": own, "type": "subscribe", "payload": payload}))
    while (message := await said(connection, 20)).get("id") != own:
        pass
    told = message["payload"]
    return {"errors": told} if message["type"] == "error" else dict(told)


async def test_rows_are_counted_as_they_are_read(world: World, address: str) -> None:
    """Nested lists have their real length: they weigh ten, but may have a thousand rows."""
    seller, order = await paid_bit_by_bit(world)
    query = f"query ($id: UUID!) {{ order(id: $id) {{ {ROUND} }} }}"
    once = f"query ($id: UUID!) {{ order(id: $id) {{ {ROUND.replace('{ order { payments { id } } }', '{ id }')} }} }}"
    found = await seller.treasurer.graphql(query, id=order)
    (error,) = found["errors"]
    assert (found.get("data"), str(MOST_READ) in error["message"]) == (None, True)
    async with socket(address, seller.treasurer.token) as connection:
        await said(connection)
        assert (await asked(connection, query, id=order))["errors"][0]["message"] == error["message"]
        whole = await asked(connection, once, id=order)
        assert len(whole["data"]["order"]["payments"]) == PAID
        event = await asked(connection, f"subscription ($id: UUID!) {{ order(id: $id) {{ state {ROUND} }} }}", id=order)
        assert event["data"]["order"]["state"] == "DELIVERED"
        assert {one["message"] for one in event["errors"]} == {error["message"]}


async def test_what_was_done_is_told_however_much_is_asked_of_it(world: World) -> None:
    seller, order = await paid_bit_by_bit(world)
    given = f'orderId: "{order}", idempotencyKey: "{uuid.uuid4()}", input: {{amount: {{amount: "0.02"}}}}'
    found = await seller.treasurer.graphql(
        f"mutation {{ recordPayment({given}) {{ amount {{ amount }} order {{ {ROUND} }} }} }}"
    )
    assert found["data"]["recordPayment"]["amount"] == {"amount": "0.02"}
    assert {str(MOST_READ) in error["message"] for error in found["errors"]} == {True}


async def test_a_socket_has_no_more_time_than_a_request(world: World, settings: Settings, database_url: str) -> None:
    seller = await world.cooperative()
    version = (await seller.member("GET", f"/v1/members/{seller.member_id}"))["version"]
    given = f'id: "{seller.member_id}", expectedVersion: {version}, input: {{text: "fiets", amount: null}}'
    goal = f"mutation {{ setGoal({given}) {{ goalText }} }}"
    owner = await asyncpg.connect(database_url)
    app = build(settings.model_copy(update={"graphql_seconds": 0.3}), logins_at(database_url))
    async with (
        app.router.lifespan_context(app),
        served(app) as place,
        socket(place, seller.member.token) as connection,
    ):
        await said(connection)
        async with owner.transaction():
            await owner.execute("select 1 from member where id = $1 for update", uuid.UUID(seller.member_id))
            stopped = await asked(connection, goal)
        again = await asked(connection, goal)
    await owner.close()
    assert [one["extensions"]["code"] for one in stopped["errors"]] == ["took_too_long"]
    assert again["data"] == {"setGoal": {"goalText": "fiets"}}


async def test_a_repeat_is_told_of_its_own_operation_alone(world: World, address: str) -> None:
    seller, buyer = await world.cooperative(), world.person()
    line = f'{{offeringId: "{await world.offering(seller)}", quantity: 1}}'
    contact = '{name: "Mo", email: "mo@example.org"}'
    query = f"""mutation ($key: String!) {{
        placeOrder(idempotencyKey: $key, input: {{lines: [{line}], contact: {contact}}}) {{ order {{ id }} }} }}"""
    async with socket(address, buyer.token) as connection:
        await said(connection)
        told = []
        for key in ("one", "one", "two"):
            answer = await asked(connection, query, key=key)
            told.append((answer.get("extensions") or {}).get("idempotencyReplayed"))
            assert answer["data"]["placeOrder"]["order"]["id"]
    assert told == [None, ["one"], None]


def test_answers_leave_at_once(settings: Settings) -> None:
    """The body does not wait for the acknowledgement of the head, which would cost 40 ms on a kept connection."""
    with listener(settings.model_copy(update={"port": 0})) as bound:
        bound.listen()
        with sockets.create_connection(bound.getsockname()):
            taken, _ = bound.accept()
            # asyncio checks this before it sets TCP_NODELAY.
            assert taken.proto == sockets.IPPROTO_TCP
            taken.close()
