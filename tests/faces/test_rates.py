"""Who asks too fast is told to wait, whichever process they ask; nobody else is held up."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from app.domain.access import Identity
from app.domain.rates import client_of, units_of
from app.main import build
from app.settings import Settings
from tests.faces.test_subscriptions import said, socket, spoken
from tests.live import served
from tests.world import World

LIMITS = {"rate_visitor": 40, "rate_standard": 100, "rate_partner": 1000}


@contextlib.asynccontextmanager
async def limited(
    settings: Settings, database_url: str, address: str, **limits: int
) -> AsyncIterator[httpx.AsyncClient]:
    """A process of its own, so to say, with limits, asked from an address."""
    app: FastAPI = build(settings.model_copy(update=LIMITS | limits), database_url)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


async def statuses(
    client: httpx.AsyncClient, times: int, path: str = "/v1/municipalities", **headers: str
) -> Counter[int]:
    found = await asyncio.gather(*(client.get(path, headers=headers) for _ in range(times)))
    return Counter(answer.status_code for answer in found)


async def test_a_visitor_waits_and_another_does_not(settings: Settings, database_url: str) -> None:
    async with (
        limited(settings, database_url, "192.0.2.1") as client,
        limited(settings, database_url, "192.0.2.2") as other,
    ):
        first = await client.get("/v1/municipalities")
        assert first.headers["RateLimit-Policy"] == '"visitor";q=40;w=60'
        assert first.headers["RateLimit"].startswith('"visitor";r=39;t=')
        found = await statuses(client, 79)
        assert (found[200] % 40, found[429] > 0) == (39, True)  # the minute may end in between
        refused = await client.get("/v1/municipalities", headers={"Accept-Language": "en"})
        if refused.status_code == 429:
            assert refused.headers["Retry-After"] == refused.headers["RateLimit"].rpartition("=")[2]
            assert refused.json()["code"] == "rate_limited"
            assert refused.headers["content-type"] == "application/problem+json"
        assert (await statuses(other, 20))[200] == 20
        assert (await client.get("/healthz")).status_code == 200
        assert "RateLimit" not in (await client.get("/healthz")).headers


async def test_processes_share_what_is_left(settings: Settings, database_url: str) -> None:
    async with limited(settings, database_url, "192.0.2.3") as one, limited(settings, database_url, "192.0.2.3") as two:
        found = await statuses(one, 60) + await statuses(two, 60)
        assert found[200] in (40, 80)  # 80: a new minute began


async def test_a_token_has_a_purse_of_its_own_and_a_bad_one_none(
    world: World, settings: Settings, database_url: str
) -> None:
    person, app = world.person(), await world.app()
    async with limited(settings, database_url, "192.0.2.4", rate_standard=30) as client:
        for token, answer in ((person.token, 404), (app.token, 401)):
            found = await client.get("/v1/me/contact", headers={"Authorization": f"Bearer {token}"})
            assert found.status_code in (answer, 200, 403, 404)
            assert found.headers["RateLimit-Policy"] == '"standard";q=30;w=60'
        bad = [await client.get("/v1/tasks", headers={"Authorization": f"Bearer forged-{n}"}) for n in range(60)]
        found_bad = Counter(answer.status_code for answer in bad)
        assert set(found_bad) == {401, 429}
        assert found_bad[401] in (40, 60, 41)
        again = await client.get("/v1/tasks", headers={"Authorization": f"Bearer {person.token}"})
        assert again.status_code == 200


async def test_logins_cost_ten(settings: Settings, database_url: str) -> None:
    async with limited(settings, database_url, "192.0.2.5") as client:
        form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
        found = Counter([(await client.post("/oauth/token", data=form)).status_code for _ in range(8)])
        assert found in (Counter({401: 4, 429: 4}), Counter({401: 8}))


async def test_graphql_costs_what_it_asks_for(world: World, settings: Settings, database_url: str) -> None:
    token = world.person().token
    async with limited(settings, database_url, "192.0.2.6", rate_standard=500) as client:

        async def left(query: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await client.post("/graphql", json={"query": query}, headers=headers)
            return int(answer.headers["RateLimit"].split("r=")[1].split(";")[0])

        before = await left("{ __typename }")
        assert before - await left("{ __typename }") == 1
        many = " ".join(f"a{n}: catalogue(first: 100) {{ edges {{ cursor }} }}" for n in range(10))
        assert before - 1 - await left(f"{{ {many} }}") == units_of(1000, 30)


async def test_what_is_refused_is_paid_for_too(world: World, settings: Settings, database_url: str) -> None:
    async with limited(settings, database_url, "192.0.2.8", rate_visitor=500) as client:

        async def left(query: str) -> int:
            answer = await client.post("/graphql", json={"query": query})
            return int(answer.headers["RateLimit"].split("r=")[1].split(";")[0])

        before = await left("{ __typename }")
        assert before - await left("{ catalogue { edges { node { " + "id " * 400 + "} } } }") == 1 + 403 // 50
        fields = " ".join(f"a{n}: catalogue(first: 100) {{ edges {{ cursor }} }}" for n in range(10))
        between = await left("{ __typename }")
        assert between - await left(f"query A {{ {fields} }} query B {{ __typename }}") > 20


async def test_sockets_are_paid_for(settings: Settings, database_url: str) -> None:
    """Each operation, and each look of a subscription; who has none left is told so."""
    app = build(settings.model_copy(update=LIMITS | {"rate_visitor": 12}), database_url)
    async with app.router.lifespan_context(app), served(app) as address, socket(address, None) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        found = [await spoken(connection, "{ __typename }") for _ in range(36)]
    kinds = Counter(answer["type"] for answer in found)
    assert kinds in ({"next": 11, "error": 25}, {"next": 23, "error": 13})  # or a new minute began; opening costs one
    refused = [answer["payload"][0]["extensions"] for answer in found if answer["type"] == "error"]
    assert {error["code"] for error in refused} == {"rate_limited"}
    assert all(0 < error["facts"]["seconds"] <= 60 for error in refused)


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
