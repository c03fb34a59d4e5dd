"""An installation below a path of its host, set by `SAMEN_PUBLIC_URL`: every link leads back to it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.adapters.addresses import prefix_of
from app.db.logins import logins_at
from app.main import build
from app.settings import Settings
from app.worker import worker_of
from tests import tools
from tests.faces.test_connections import answer_to, read
from tests.faces.test_subscriptions import said, socket, spoken
from tests.live import served, until
from tests.receiver import receiving
from tests.scenarios.test_webhook_senders import hook
from tests.scenarios.test_webhooks import SCOPES
from tests.world import GUEST, World

PREFIX = "/coöp/samen"
"""Percent-encoded in URLs."""
WRITTEN = "/co%C3%B6p/samen"


@pytest.fixture
def placed(settings: Settings) -> Settings:
    return settings.model_copy(update={"public_url": f"http://test{PREFIX}"})


@pytest.fixture
async def below(placed: Settings, database_url: str) -> AsyncIterator[str]:
    """The URL of the application on a real port; the path is passed on or stripped."""
    app = build(placed, logins_at(database_url))
    async with app.router.lifespan_context(app), served(app, prefix=prefix_of(placed.public_url)) as address:
        yield address


@pytest.mark.parametrize("asked", [WRITTEN, ""], ids=["passed-on", "stripped"])
async def test_what_is_served_names_the_path(world: World, below: str, asked: str) -> None:
    await world.cooperative()
    await world.cooperative()
    async with httpx.AsyncClient(base_url=f"http://{below}{asked}") as client:
        page = await client.get("/v1/cooperatives?limit=1")
        refused = await client.get("/v1/me")
        contract = (await client.get("/v1/openapi.json")).json()
        metadata = (await client.get("/.well-known/oauth-authorization-server")).json()
        missing = await client.get("/v1/nothing")
    assert page.headers["link"].startswith(f"<{WRITTEN}/v1/cooperatives?limit=1&after=")
    assert refused.json()["instance"] == f"{WRITTEN}/v1/me"
    assert missing.json()["instance"] == f"{WRITTEN}/v1/nothing"
    assert contract["servers"] == [{"url": f"{WRITTEN}/v1"}]
    assert contract["paths"]["/oauth/token"]["servers"] == [{"url": f"{WRITTEN}/"}]
    assert metadata["token_endpoint"] == f"http://test{PREFIX}/oauth/token"


async def test_the_metadata_is_where_an_issuer_with_a_path_has_it(below: str) -> None:
    """RFC 8414, section 3.1: between the host and the path."""
    async with httpx.AsyncClient(base_url=f"http://{below}") as client:
        answer = await client.get(f"/.well-known/oauth-authorization-server{WRITTEN}")
    assert (answer.status_code, answer.json()["issuer"]) == (200, f"http://test{PREFIX}")


async def test_what_only_begins_like_the_path_is_no_path_of_ours(below: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{below}") as client:
        for path in (f"{WRITTEN}x/v1/cooperatives", f"{WRITTEN}{WRITTEN}/v1/cooperatives", f"{WRITTEN}v1/cooperatives"):
            assert (await client.get(path)).status_code == 404, path


async def test_a_refusal_of_the_connection_names_it_too(below: str) -> None:
    status, _, problem = read(await answer_to(below, b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"))
    assert (status, problem["instance"]) == (431, f"{WRITTEN}/")


async def test_a_socket_opens_below_it(below: str) -> None:
    for place in (f"{below}{WRITTEN}", below):
        async with socket(place, None) as connection:
            assert (await said(connection))["type"] == "connection_ack"
            answer = await spoken(connection, "{ catalogue(first: 1) { edges { cursor } } }")
            assert answer["payload"]["data"]["catalogue"]


async def test_a_webhook_of_the_worker_names_it(world: World, placed: Settings, database_url: str) -> None:
    """The worker has the same setting."""
    app, offering = await world.app(SCOPES), await world.offering(await world.cooperative())
    async with receiving() as receiver, worker_of(placed, logins_at(database_url)) as worker:
        await hook(app, receiver.url)
        order = await world.order(app, offering)

        async def came() -> bool:
            await worker.tick()
            await worker.send()
            return bool(receiver.calls)

        await until(came)
    assert json.loads(receiver.calls[0][1])["data"]["resource"] == f"{WRITTEN}/v1/orders/{order['id']}"


def test_a_path_that_begins_like_one_of_ours_is_refused() -> None:
    for path in ("/v1", "/graphql/x", "/docs", "/.well-known"):
        with pytest.raises(ValueError, match="SAMEN_PUBLIC_URL"):
            prefix_of(f"https://example.org{path}")
    assert prefix_of("https://example.org/v1x/") == "/v1x"
    assert [prefix_of(f"https://example.org{path}") for path in ("", "/")] == ["", ""]


@pytest.mark.parametrize(
    ("path", "shown"),
    [("/docs", "operations-tag-orders"), ("/graphql", "graphiql-container")],
    ids=["docs", "graphiql"],
)
async def test_the_pages_come_alive_below_it(below: str, tmp_path: Path, path: str, shown: str) -> None:
    command = [tools.chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
    command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", f"--user-data-dir={tmp_path}"]
    command += ["--virtual-time-budget=15000", "--dump-dom", f"http://{below}{WRITTEN}{path}"]
    for _ in range(5):  # the browser's virtual time may end before a slow machine has drawn the page
        pipe = asyncio.subprocess.PIPE
        browser = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=asyncio.subprocess.DEVNULL)
        page = (await asyncio.wait_for(browser.communicate(), 120))[0].decode()
        if shown in page:
            break
    assert shown in page


@pytest.mark.parametrize("asked", [WRITTEN, ""], ids=["passed-on", "stripped"])
async def test_the_status_link_is_the_full_address_of_the_setting(world: World, below: str, asked: str) -> None:
    """In both faces, and again under the same key; a path that is not ASCII is percent-encoded."""
    seller = await world.cooperative()
    await seller.pays_to()
    offering = await world.offering(seller)
    made = await world.network("POST", "/v1/apps", {"name": "Winkel", "scopes": ["orders:write"]})
    form = {"grant_type": "client_credentials", "client_id": made["app"]["id"], "client_secret": made["clientSecret"]}
    order = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
    query = """mutation($input: PlaceOrderInput!) { placeOrder(idempotencyKey: "b", input: $input) { statusUrl } }"""
    async with httpx.AsyncClient(base_url=f"http://{below}{asked}") as client:
        token = (await client.post("/oauth/token", data=form)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "a"}
        first, again = [(await client.post("/v1/orders", json=order, headers=headers)).json() for _ in range(2)]
        body = {"query": query, "variables": {"input": order}}
        other = (await client.post("/graphql", json=body, headers={"Authorization": f"Bearer {token}"})).json()
        links = [first["statusUrl"], again["statusUrl"], other["data"]["placeOrder"]["statusUrl"]]
        assert all(link.startswith(f"http://test{WRITTEN}/v1/order-status/") for link in links)
        assert links[0] == links[1]
        path = links[0].removeprefix(f"http://test{WRITTEN}")
        told = (await client.get(path)).json()
    assert told["howToPay"]["qr"] == f"{links[0]}/qr.svg"
