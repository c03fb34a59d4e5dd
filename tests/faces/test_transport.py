"""What a browser and a proxy see of every answer, by the transport rules of the Dutch API Design Rules."""

import hashlib
import json
import logging
import uuid
from collections.abc import Iterator

import asyncpg
import httpx
import pytest

from app.db.embedded import EmbeddedPostgres
from app.graphql.face import GRAPHQL_JSON
from app.settings import Settings
from tests.live import in_production
from tests.world import GUEST, World

INSIDE = ("Traceback", ".py", "asyncpg", "Undefined", "enter(", "select", "does not exist", "catalogue_")
"""Text that only developers should see."""
PAGES = ("/v1/cooperatives", "/v1/orders", "/v1/nothing", "/v1/openapi.json", "/docs", "/graphql")


@pytest.mark.parametrize("path", PAGES)
async def test_every_answer_carries_the_security_headers(world: World, address: str, path: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answer = await client.get(path)
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["api-version"].count(".") == 2
    # Over plain HTTP it has no meaning.
    assert "strict-transport-security" not in headers


async def test_behind_a_proxy_that_ends_tls_browsers_are_told_to_stay_there(world: World, address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answer = await client.get("/v1/cooperatives", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_links_stay_on_the_address_that_was_asked(world: World, address: str) -> None:
    """Links to next pages are relative, so they work through any proxy."""
    await world.cooperative()
    await world.cooperative()
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "api.example.org", "Host": "api.example.org"}
        answer = await client.get("/v1/cooperatives?limit=1", headers=proxied)
    assert answer.headers["link"].startswith("</v1/cooperatives?limit=1&after=")


async def test_the_contract_is_read_without_a_login(world: World, address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        found = await client.get("/v1/openapi.json", headers={"Origin": "https://winkel.example"})
    assert found.status_code == 200
    assert found.json()["openapi"].startswith("3.1")
    assert found.headers["access-control-allow-origin"] == "*"


async def test_what_is_private_is_kept_by_no_cache_and_the_catalogue_by_all_for_fifteen_seconds(world: World) -> None:
    seller, buyer, app = await world.cooperative(), world.person(), await world.app()
    offering = await world.offering(seller)
    order, guest = await world.order(buyer, offering), await world.order(app, offering)
    member, place = f"/v1/members/{seller.member_id}", "/v1/catalogue/offerings"

    async def kept(token: str | None, path: str, query: str = "") -> str:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if query:
            answer = await world.client.post(path, json={"query": query}, headers=headers)
        else:
            answer = await world.client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers.get_list("cache-control") == [answer.headers["cache-control"]]
        return answer.headers["cache-control"]

    mine = ("/v1/me", "/v1/me/export", "/v1/orders", f"/v1/orders/{order['id']}")
    theirs = (member, f"{member}/thermometer", f"{member}/thermometer.svg", f"{member}/permission-reads")
    assert {path: await kept(buyer.token, path) for path in mine} == dict.fromkeys(mine, "no-store")
    assert {path: await kept(seller.member.token, path) for path in theirs} == dict.fromkeys(theirs, "no-store")
    assert await kept(None, guest["statusUrl"]) == "no-store"
    assert await kept(buyer.token, "/graphql", "{ orders { edges { cursor } } }") == "no-store"
    public = (place, f"{place}/{offering}", f"{place}?minPrice=1.00")
    assert {path: await kept(None, path) for path in public} == dict.fromkeys(public, "public, max-age=15")
    assert await kept(None, "/v1/cooperatives") == "no-store"


async def test_a_login_and_a_new_secret_are_kept_by_no_cache(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.network.token}"}
    made = await world.client.post("/v1/apps", json={"name": "Kas", "scopes": ["orders:read"]}, headers=headers)
    form = {"grant_type": "client_credentials", "client_id": made.json()["app"]["id"]}
    login = await world.client.post("/oauth/token", data=form | {"client_secret": made.json()["clientSecret"]})
    wrong = await world.client.post("/oauth/token", data=form | {"client_secret": "x"})
    answers = (made, login, wrong)
    assert [(answer.status_code, answer.headers["cache-control"]) for answer in answers] == [
        (201, "no-store"),
        (200, "no-store"),
        (401, "no-store"),
    ]


async def test_a_secret_is_nowhere_in_the_database_only_its_hash(world: World, database_url: str) -> None:
    """Neither with the app, nor in a stored answer, nor in an event; a signing secret is sealed."""
    name, scopes = f"app-{uuid.uuid4().hex}", ["catalogue:read", "orders:read", "events:read"]
    made = await world.network("POST", "/v1/apps", {"name": name, "scopes": scopes})
    place = f"/v1/apps/{made['app']['id']}"
    hook = await world.network("POST", f"{place}/webhooks", {"url": "http://127.0.0.1:9/"})
    rotated = await world.network("POST", f"{place}/secrets")
    status_url = await guests_link(world)
    superuser = await asyncpg.connect(database_url.replace("samen@", "postgres@"))

    try:
        assert await holding(superuser, name) == ["app"]
        assert await holding(superuser, hashlib.sha256(rotated["clientSecret"].encode()).hexdigest()) == ["app"]
        for secret in (made["clientSecret"], rotated["clientSecret"], hook["secret"]):
            assert await holding(superuser, secret.partition("_")[2]) == []
        token = status_url.rpartition("/")[2]
        assert await holding(superuser, token) == []
        hashed = await holding(superuser, hashlib.sha256(token.encode()).hexdigest())
        assert set(hashed) == {"order", "idempotency"}
    finally:
        await superuser.close()


async def guests_link(world: World) -> str:
    """A guest's link to an order: a replay returns it again, though it is not stored."""
    app, offering, key = await world.app(), await world.offering(await world.cooperative()), uuid.uuid4().hex
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
    first, again = [await app("POST", "/v1/orders", body, key=key) for _ in range(2)]
    assert first["statusUrl"] == again["statusUrl"]
    assert (await world.visitor("GET", first["statusUrl"]))["reference"] == first["order"]["reference"]
    return str(first["statusUrl"])


async def holding(superuser: asyncpg.Connection, text: str) -> list[str]:
    """The tables that contain a text, as text or as bytes."""
    found = []
    for row in await superuser.fetch("select tablename from pg_tables where schemaname = 'public'"):
        sql = f'select count(*) from "{row["tablename"]}" x where strpos(x::text, $1) > 0 or strpos(x::text, $2) > 0'
        if await superuser.fetchval(sql, text, text.encode().hex()):
            found.append(row["tablename"])
    return found


@pytest.fixture
def nothing_migrated(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database without any table: every request meets a bug."""
    name = f"samen_{uuid.uuid4().hex}"
    postgres.command("createdb", "-O", "samen", name)
    yield postgres.url(name)
    postgres.command("dropdb", "--force", name)


CATALOGUE = {"query": "{ catalogue { pageInfo { endCursor } } }"}


async def test_a_bug_shows_nothing_of_the_inside_in_production(
    settings: Settings, nothing_migrated: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the details, under the trace id in the answer."""
    query = {"query": "{ municipalities { edges { cursor } } }"}
    async with in_production(settings, nothing_migrated) as client:
        rest = [await client.get(path) for path in ("/v1/municipalities", "/v1/catalogue/offerings")]
        login = await client.post("/oauth/token", data={"grant_type": "client_credentials", "client_id": "x"})
        graphql = await client.post("/graphql", json=query, headers={"Accept-Language": "en"})
        compiled = await client.post("/graphql", json=CATALOGUE, headers={"Accept": GRAPHQL_JSON})
    for answer in (*rest, login):
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (500, "internal")
        oauth = {"error", "error_description"} if answer is login else set()
        assert set(problem) == {"type", "title", "status", "code", "detail", "instance", "traceId"} | oauth
    (error,) = graphql.json()["errors"]
    assert graphql.json()["data"] == {"municipalities": None}
    assert set(error) == {"message", "locations", "path", "extensions"}
    assert error["extensions"] == {"code": "internal", "traceId": graphql.headers["trace-id"]}
    assert compiled.status_code == 500
    (error,) = compiled.json()["errors"]
    assert error["extensions"] == {"code": "internal", "traceId": compiled.headers["trace-id"]}
    told = json.dumps([answer.text for answer in (*rest, login, graphql, compiled)])
    assert not [word for word in INSIDE if word in told]
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(logged) == 5
    assert all("enter" in str(record.exc_info) or "catalogue" in str(record.exc_info) for record in logged)


async def test_production_has_no_workbench_and_no_issuer_of_its_own(
    world: World, settings: Settings, database_url: str
) -> None:
    headers = {"Authorization": f"Bearer {world.person().token}"}
    async with in_production(settings, database_url) as client:
        workbench = await client.get("/graphql", headers={"Accept": "text/html"})
        frameworks = [await client.get(path) for path in ("/openapi.json", "/redoc", "/docs/oauth2-redirect")]
        contract, refused = await client.get("/docs"), await client.get("/v1/me", headers=headers)
    assert (workbench.status_code, "<" in workbench.text) == (405, False)
    assert [answer.status_code for answer in frameworks] == [404, 404, 404]
    assert (contract.status_code, "graphiql" in contract.text.lower()) == (200, False)
    assert (refused.status_code, refused.json()["facts"]) == (401, {"reason": "unknown_issuer"})


async def test_an_address_with_a_slash_behind_it_is_none_and_leads_nowhere(world: World) -> None:
    """A redirect would go to the host that the request named."""
    for path in ("/v1/me/", "/v1/orders/", "/graphql/", "/docs/", "/v1/catalogue/offerings/"):
        answer = await world.client.get(path, headers={"Host": "evil.example", "Accept-Language": "en"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
        assert "location" not in answer.headers
        assert "evil" not in answer.text
