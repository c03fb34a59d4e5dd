"""The configurations for nginx and HAProxy in `deploy/`, unchanged, before two processes."""

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
import websockets

from app.db.embedded import EmbeddedPostgres
from app.settings import Settings
from tests.faces.test_subscriptions import said, watch
from tests.outside.conftest import ran
from tests.outside.pairs import Pair, serving_twice
from tests.outside.proxies import Front, haproxy, nginx
from tests.scenarios.test_offering_imports import LINE, NDJSON, partner_of
from tests.tls import Tls
from tests.world import GUEST, World

UNITS = 300
"""A minute, for an address without a token."""
MEGABYTES = 20
PREFIX = "/samen"


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, database_url: str, settings: Settings
) -> Iterator[Pair]:
    with serving_twice(tmp_path_factory.mktemp("pair"), postgres, database_url, settings, visitor=UNITS) as running:
        yield running


@pytest.fixture(scope="module", params=[nginx, haproxy], ids=lambda proxy: proxy.__name__)
def front(request: pytest.FixtureRequest, pair: Pair, tls: Tls) -> Iterator[Front]:
    started: AbstractContextManager[Front] = request.param(tls, pair.ports)
    with started as running:
        yield running


def client(front: Front, tls: Tls, source: str | None = None) -> httpx.AsyncClient:
    """A client that calls through the proxy, from one of this machine's addresses."""
    transport = httpx.AsyncHTTPTransport(verify=tls.client(), local_address=source)
    return httpx.AsyncClient(transport=transport, base_url=front.address, timeout=60)


async def early_in_a_minute() -> None:
    """Units are counted by the minute of the clock."""
    second = time.time() % 60
    if second > 40:
        await asyncio.sleep(61 - second)


async def test_each_address_has_its_own_rate_whatever_it_says(front: Front, tls: Tls) -> None:
    await early_in_a_minute()
    async with client(front, tls, "127.0.0.2") as one, client(front, tls, "127.0.0.3") as other:
        for _ in range(2 * UNITS):
            answer = await one.get("/v1/municipalities?limit=1")
            if answer.status_code == 429:
                break
        assert answer.status_code == 429
        for number in range(5):
            forged = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
            assert (await one.get("/v1/municipalities?limit=1", headers=forged)).status_code == 429
        assert (await other.get("/v1/municipalities?limit=1")).status_code == 200


async def test_browsers_are_told_to_stay_with_tls(front: Front, tls: Tls) -> None:
    async with client(front, tls) as asked:
        answer = await asked.get("/healthz")
        address, evil = f"http://127.0.0.1:{front.plain_port}/v1/orders?limit=1", {"Host": "evil.example"}
        plain = await asked.get(address, headers=evil)
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert (plain.status_code, plain.headers["location"]) == (301, "https://samen.test/v1/orders?limit=1")


async def test_http_2_and_the_name(front: Front, tls: Tls, tmp_path: Path) -> None:
    """curl speaks HTTP/2; the certificate matches the name."""
    command = ["curl", "--silent", "--show-error", "--http2", "--cacert", str(tls.authority)]
    command += ["--resolve", f"samen.test:{front.port}:127.0.0.1", "--write-out", "%{http_version} %{http_code}"]
    printed = await ran([*command, "--output", str(tmp_path / "body"), f"{front.url}/healthz"], tmp_path)
    assert printed == "2 200"


async def test_a_socket_shows_an_order_through_it(world: World, front: Front, tls: Tls) -> None:
    """To a page of another origin."""
    seller, buyer = await world.cooperative(), world.person()
    order = await world.order(buyer, await world.offering(seller))
    query = "subscription($id: UUID!) { order(id: $id) { state } }"
    async with websockets.connect(
        f"wss://127.0.0.1:{front.port}/graphql",
        ssl=tls.client(),
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        origin=websockets.Origin("https://shop.test"),
    ) as connection:
        payload = {"Authorization": f"Bearer {buyer.token}"}
        await connection.send(json.dumps({"type": "connection_init", "payload": payload}))
        await watch(connection, order["id"], query)
        assert (await said(connection))["payload"]["data"]["order"] == {"state": "PLACED"}
        await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "refuse"})
        assert (await said(connection))["payload"]["data"]["order"]["state"] == "REFUSED"


async def test_a_file_of_twenty_megabytes_comes_in(world: World, front: Front, tls: Tls) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    rows = [json.dumps(LINE | {"externalId": f"SKU-{n}", "memberId": seller.member_id}) for n in range(MEGABYTES * 11)]
    body = "".join(f"{row[:-1]}{' ' * (95_000 - len(row))}}}\n" for row in rows).encode()
    assert len(body) > MEGABYTES * 1_000_000
    headers = {"Authorization": f"Bearer {partner.token}", "Content-Type": NDJSON}
    async with client(front, tls) as asked:
        path = f"/v1/cooperatives/{seller.id}/offering-imports"
        made = await asked.post(f"{path}?source=winkel", content=body, headers=headers)
        assert (made.status_code, made.json()["created"]) == (201, len(rows)), made.text
        large = await asked.post(
            "/v1/orders", content=b" " * 150_000, headers=headers | {"Content-Type": "application/json"}
        )
    assert (large.status_code, large.json()["code"]) == (413, "too_large")


async def test_if_no_process_answers_a_page_can_read_that(tls: Tls) -> None:
    for proxy in (nginx, haproxy):
        with proxy(tls, (9, 9)) as nobody:
            async with client(nobody, tls) as asked:
                answer = await asked.get("/v1/cooperatives", headers={"Origin": "https://shop.test"})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), proxy.__name__
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.headers["retry-after"], answer.headers["cache-control"]) == ("2", "no-store")


async def test_a_shared_answer_is_kept_for_all_and_nothing_else_is(world: World, pair: Pair, tls: Tls) -> None:
    """nginx as a cache: an answer for one client goes to others, from every origin, with or without a token."""
    offering = await world.offering(await world.cooperative())
    cached = {
        "    upstream samen {": "    proxy_cache_path /run/samen-nginx/cache keys_zone=all:1m;\n    upstream samen {",
        "            proxy_pass http://samen;\n        }\n\n        # A file": (
            "            proxy_pass http://samen;\n            proxy_cache all;\n"
            "            add_header X-Cache $upstream_cache_status always;\n        }\n\n        # A file"
        ),
    }
    place, buyer, other = f"/v1/catalogue/offerings/{offering}", world.person(), world.person()
    with nginx(tls, pair.ports, cached) as running:
        async with client(running, tls, "127.0.0.4") as asked:
            answers = []
            for origin, token in (("https://a.test", buyer.token), ("https://b.test", None), ("null", other.token)):
                headers = {"Origin": origin, "Authorization": f"Bearer {token}"} if token else {"Origin": origin}
                answers.append(await asked.get(place, headers=headers))
            tag = answers[0].headers["etag"]
            answers.append(await asked.get(place, headers={"If-None-Match": tag}))
            mine = [await asked.get("/v1/orders", headers={"Authorization": f"Bearer {buyer.token}"}) for _ in range(2)]
    assert [answer.headers["x-cache"] for answer in (*answers, *mine)] == ["MISS", "HIT", "HIT", "HIT", "MISS", "MISS"]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 304]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert not {"ratelimit", "trace-id"} & set(answer.headers)


@pytest.mark.parametrize("target", ["", "/"], ids=["passed-on", "stripped"])
async def test_below_a_path_every_link_leads_back(
    world: World,
    postgres: EmbeddedPostgres,
    database_url: str,
    settings: Settings,
    tls: Tls,
    tmp_path: Path,
    target: str,
) -> None:
    """The proxy serves other things at its root."""
    moved = {
        "location / {": f"location {PREFIX}/ {{",
        "proxy_pass http://samen;\n        }\n\n        # A": (
            f"proxy_pass http://samen{target};\n        }}\n\n        # A"
        ),
    }
    seller, public = await world.cooperative(), f"{settings.public_url}{PREFIX}"
    for _ in range(2):
        await world.offering(seller)
    with (
        serving_twice(tmp_path, postgres, database_url, settings, SAMEN_PUBLIC_URL=public) as pair,
        nginx(tls, pair.ports, moved) as running,
    ):
        async with client(running, tls) as asked:
            buyer = {"Authorization": f"Bearer {pair.one.person('koper')}", "Idempotency-Key": uuid.uuid4().hex}
            page = await asked.get(f"{PREFIX}/v1/catalogue/offerings?limit=1")
            following = await asked.get(page.links["next"]["url"])
            body = {"lines": [{"offeringId": page.json()["items"][0]["id"], "quantity": 1}], "contact": GUEST}
            placed = await asked.post(f"{PREFIX}/v1/orders", json=body, headers=buyer)
            order = await asked.get(placed.headers["location"], headers=buyer)
            refused = await asked.get(f"{PREFIX}/v1/me")
            contract = await asked.get(f"{PREFIX}/v1/openapi.json")
            elsewhere = await asked.get("/v1/cooperatives")
    assert (page.status_code, following.status_code) == (200, 200)
    assert following.json()["items"][0]["id"] != page.json()["items"][0]["id"]
    assert (placed.status_code, order.json()["id"]) == (201, placed.json()["order"]["id"])
    assert (refused.status_code, refused.json()["instance"]) == (401, f"{PREFIX}/v1/me")
    assert contract.json()["servers"] == [{"url": f"{PREFIX}/v1"}]
    assert elsewhere.status_code == 404
