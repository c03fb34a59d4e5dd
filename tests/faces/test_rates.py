"""A caller that is too fast must wait, in whichever process; nobody else is delayed."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from app.db.logins import logins_at
from app.domain.actors import Identity
from app.domain.platform.rates import LOGIN_COST, client_of, units_of
from app.main import build
from app.settings import Settings
from tests.faces.test_subscriptions import said, socket, spoken
from tests.live import served
from tests.world import Clock, World

LIMITS = {"rate_visitor": 40, "rate_standard": 100, "rate_partner": 1000}
MINUTE = datetime(2031, 5, 4, 11, 0, 20, tzinfo=UTC)
"""Forty seconds before the minute ends. The clock does not move, so no minute ends during a test."""


def standing(moment: datetime = MINUTE) -> Clock:
    clock = Clock()
    clock.fixed = moment
    return clock


@contextlib.asynccontextmanager
async def limited(
    settings: Settings, database_url: str, address: str, clock: Clock | None = None, **limits: int
) -> AsyncIterator[httpx.AsyncClient]:
    """A process with limits, called from an address."""
    app: FastAPI = build(settings.model_copy(update=LIMITS | limits), logins_at(database_url), now=clock or standing())
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


async def statuses(client: httpx.AsyncClient, times: int) -> dict[int, int]:
    found = await asyncio.gather(*(client.get("/v1/municipalities") for _ in range(times)))
    return dict(Counter(answer.status_code for answer in found))


def left(answer: httpx.Response) -> int:
    return int(answer.headers["RateLimit"].split("r=")[1].split(";")[0])


async def test_a_visitor_waits_and_another_does_not(settings: Settings, database_url: str) -> None:
    async with (
        limited(settings, database_url, "192.0.2.1") as client,
        limited(settings, database_url, "192.0.2.2") as other,
    ):
        first = await client.get("/v1/municipalities")
        assert first.headers["RateLimit-Policy"] == '"visitor";q=40;w=60'
        assert first.headers["RateLimit"] == '"visitor";r=39;t=40'
        assert await statuses(client, 79) == {200: 39, 429: 40}
        refused = await client.get("/v1/municipalities", headers={"Accept-Language": "en"})
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert (refused.headers["RateLimit"], refused.headers["Retry-After"]) == ('"visitor";r=0;t=40', "40")
        assert refused.headers["content-type"] == "application/problem+json"
        assert await statuses(other, 20) == {200: 20}
        assert (await client.get("/healthz")).status_code == 200
        assert "RateLimit" not in (await client.get("/healthz")).headers


async def test_who_waited_as_long_as_was_said_goes_on_and_no_sooner(settings: Settings, database_url: str) -> None:
    clock = standing()
    async with limited(settings, database_url, "192.0.2.10", clock) as client:
        assert await statuses(client, 41) == {200: 40, 429: 1}
        clock.fixed = MINUTE + timedelta(seconds=39)
        assert await statuses(client, 1) == {429: 1}
        clock.fixed = MINUTE + timedelta(seconds=40)
        assert await statuses(client, 41) == {200: 40, 429: 1}


async def test_who_asks_too_fast_with_a_chunked_body_is_told_at_once(settings: Settings, database_url: str) -> None:
    clock = standing(MINUTE + timedelta(hours=1))
    app = build(settings.model_copy(update={"rate_visitor": 1}), logins_at(database_url), now=clock)

    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"query": "{ __typename }"}'

    async with app.router.lifespan_context(app), served(app) as address, httpx.AsyncClient(timeout=5) as client:
        headers, url = {"Content-Type": "application/json"}, f"http://{address}/graphql"
        answers = [await client.post(url, content=chunks(), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


async def test_processes_share_what_is_left(settings: Settings, database_url: str) -> None:
    """Each process takes two units at a time: one keeps a unit that the other cannot spend."""
    async with limited(settings, database_url, "192.0.2.3") as one, limited(settings, database_url, "192.0.2.3") as two:
        assert await statuses(one, 25) == {200: 25}
        assert await statuses(two, 25) == {200: 14, 429: 11}
        assert await statuses(one, 5) == {200: 1, 429: 4}


async def test_a_token_has_a_purse_of_its_own_and_a_bad_one_none(
    world: World, settings: Settings, database_url: str
) -> None:
    person, app = world.person(), await world.app()
    async with limited(settings, database_url, "192.0.2.4", rate_standard=30) as client:

        async def asked(token: str | None) -> httpx.Response:
            return await client.get("/v1/orders", headers={"Authorization": f"Bearer {token}"})

        for token in (person.token, app.token):
            found = await asked(token)
            assert (found.status_code, found.headers["RateLimit-Policy"]) == (200, '"standard";q=30;w=60')
            assert found.headers["RateLimit"] == '"standard";r=29;t=40'
        bad = [await asked(f"forged-{number}") for number in range(60)]
        assert Counter(answer.status_code for answer in bad) == {401: 40, 429: 20}
        again = await asked(person.token)
        assert (again.status_code, left(again)) == (200, 28)


async def test_logins_cost_ten(settings: Settings, database_url: str) -> None:
    async with limited(settings, database_url, "192.0.2.5") as client:
        form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
        found = [await client.post("/oauth/token", data=form) for _ in range(6)]
    assert LOGIN_COST == 10
    assert [(answer.status_code, left(answer)) for answer in found] == [
        (401, 30),
        (401, 20),
        (401, 10),
        (401, 0),
        (429, 0),
        (429, 0),
    ]


async def test_graphql_costs_what_it_asks_for(world: World, settings: Settings, database_url: str) -> None:
    headers = {"Authorization": f"Bearer {world.person().token}"}
    async with limited(settings, database_url, "192.0.2.6", rate_standard=500) as client:
        many = " ".join(f"a{n}: catalogue(first: 100) {{ edges {{ cursor }} }}" for n in range(10))
        asked = ("{ __typename }", "{ __typename }", f"{{ {many} }}")
        found = [await client.post("/graphql", json={"query": query}, headers=headers) for query in asked]
    assert units_of(1000, 30) == 21
    assert [left(answer) for answer in found] == [499, 498, 498 - 21]


async def test_what_is_refused_is_paid_for_too(settings: Settings, database_url: str) -> None:
    query = "{ catalogue { edges { node { " + "id " * 400 + "} } } }"
    async with limited(settings, database_url, "192.0.2.8", rate_visitor=500) as client:
        found = await client.post("/graphql", json={"query": query})
    assert found.json()["errors"][0]["extensions"]["code"] == "bad_request"
    assert (units_of(20, 403), left(found)) == (9, 500 - 9)


async def test_operations_that_a_document_holds_beside_the_one_that_runs_are_paid_for(
    settings: Settings, database_url: str
) -> None:
    fields = " ".join(f"a{n}: catalogue(first: 100) {{ edges {{ cursor }} }}" for n in range(10))
    asked = {"query": f"query A {{ {fields} }} query B {{ __typename }}", "operationName": "B"}
    async with limited(settings, database_url, "192.0.2.11", rate_visitor=500) as client:
        found = await client.post("/graphql", json=asked)
    assert found.json() == {"data": {"__typename": "Query"}}
    assert (units_of(1000, 31), left(found)) == (21, 500 - 21)


async def test_sockets_are_paid_for(settings: Settings, database_url: str) -> None:
    """Opening and each operation cost units; a caller without units gets an error with the seconds to wait."""
    app = build(settings.model_copy(update=LIMITS | {"rate_visitor": 12}), logins_at(database_url), now=standing())
    async with app.router.lifespan_context(app), served(app) as address, socket(address, None) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        found = [await spoken(connection, "{ __typename }") for _ in range(14)]
    assert [answer["type"] for answer in found] == ["next"] * 11 + ["error"] * 3
    refused = [answer["payload"][0]["extensions"] for answer in found if answer["type"] == "error"]
    assert [(error["code"], error["facts"]) for error in refused] == [("rate_limited", {"seconds": 40})] * 3


async def test_a_subscription_is_paid_for_at_each_look(world: World, settings: Settings, database_url: str) -> None:
    buyer = world.person()
    order = await world.order(buyer, await world.offering(await world.cooperative()))
    app = build(settings.model_copy(update=LIMITS | {"rate_standard": 2}), logins_at(database_url), now=standing())
    query = f'subscription {{ order(id: "{order["id"]}") {{ state }} }}'
    async with app.router.lifespan_context(app), served(app) as address, socket(address, buyer.token) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
        assert (await said(connection))["payload"] == {"data": {"order": {"state": "PLACED"}}}
        errors = (await said(connection))["payload"]["errors"]
        assert (errors[0]["extensions"]["code"], errors[0]["extensions"]["facts"]) == ("rate_limited", {"seconds": 40})
        assert (await said(connection))["type"] == "complete"


async def test_a_partner_app_may_ask_more(world: World, settings: Settings, database_url: str) -> None:
    seller = await world.cooperative()
    body = {"name": "Groothandel", "scopes": ["catalogue:read"], "rateClass": "partner"}
    await seller.coordinator("POST", "/v1/apps", body | {"cooperativeIds": [seller.id]}, status=403)
    made = await world.network("POST", "/v1/apps", body)
    form = {"grant_type": "client_credentials", "client_id": made["app"]["id"], "client_secret": made["clientSecret"]}
    token = (await world.client.post("/oauth/token", data=form)).json()["access_token"]
    async with limited(settings, database_url, "192.0.2.7") as client:
        found = await client.get("/v1/apps/" + made["app"]["id"], headers={"Authorization": f"Bearer {token}"})
        assert found.headers["RateLimit-Policy"] == '"partner";q=1000;w=60'
        assert found.headers["RateLimit"] == '"partner";r=999;t=40'


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.9", "address 192.0.2.9"),
        ("2001:db8:1:2:3::4", "address 2001:db8:1:2::/64"),
        ("", "address unknown"),
    ],
)
def test_whom_a_request_counts_for(address: str, client: str) -> None:
    assert client_of(Identity(), address) == client
    assert client_of(Identity("i", "s", "c"), address) == "c|i|s"
