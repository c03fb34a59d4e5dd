"""A webhook is accepted only for an address to which it may be sent: both faces refuse others, with the reason."""

import asyncio
import contextlib
import ipaddress
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import ValidationError

from app.adapters.webhooks import LOOK_UP, Sender
from app.db.logins import logins_at
from app.settings import Settings
from app.worker import worker_of
from tests.live import in_production
from tests.receiver import receiving
from tests.scenarios.test_webhook_senders import NOW, letter
from tests.scenarios.test_webhooks import SCOPES
from tests.world import Caller, Json, World

ADD = "mutation($a: UUID!, $u: String!) { addWebhook(appId: $a, input: {url: $u}) { webhook { id version url } } }"
CHANGE = """mutation($w: UUID!, $v: Int!, $u: String!) {
    changeWebhook(id: $w, expectedVersion: $v, input: {url: $u}) { url } }"""
OUTSIDE = "https://93.184.215.14/hook"
LINK_LOCAL_AND_CLOUDS = [
    "169.254.169.254",
    "[fe80::1%25eth0]",
    "[fd00:ec2::254]",
    "168.63.129.16",
    "100.100.100.200",
    "0.0.0.0",
    "[::]",
    "224.0.0.1",
]
PRIVATE = ["127.0.0.1", "10.0.0.5", "172.16.0.1", "192.168.1.1", "[::1]", "[fd12:3456::1]"]
DISGUISED = [
    "127.1",
    "10.5",
    "0x7f.1",
    "0X7F000001",
    "0177.0.0.1",
    "2130706433",
    "167772165",
    "127.0.0.1.",
    "[::ffff:10.0.0.5]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::a00:5]",
    "[2002:a00:5::]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "shop.localhost",
    "100.64.0.1",
]


@pytest.fixture(scope="module")
async def production(settings: Settings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with in_production(settings, database_url) as client:
        yield client


async def outside(world: World, client: httpx.AsyncClient) -> tuple[Caller, Json]:
    """An app that calls through `client`, and its webhook on the internet."""
    made = await world.app(SCOPES)
    app = Caller(client, made.token, made.login)
    return app, (await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": OUTSIDE}))["webhook"]


async def refusals(app: Caller, webhook: Json, url: str) -> list[Json]:
    """The facts with which both faces refuse a new webhook at `url`, and a change to it."""
    place = f"/v1/apps/{app.login}/webhooks"
    headers = {"If-Match": f'"{webhook["version"]}"'}
    rest = [
        await app("POST", place, {"url": url}, status=422),
        await app("PATCH", f"/v1/webhooks/{webhook['id']}", {"url": url}, status=422, headers=headers),
    ]
    graphql = [
        await app.graphql(ADD, a=app.login, u=url),
        await app.graphql(CHANGE, w=webhook["id"], v=webhook["version"], u=url),
    ]
    assert [row["url"] for row in await app("GET", place)] == [OUTSIDE]
    return [*(row["facts"] for row in rest), *(row["errors"][0]["extensions"]["facts"] for row in graphql)]


@pytest.mark.parametrize("host", PRIVATE + DISGUISED + LINK_LOCAL_AND_CLOUDS)
async def test_production_takes_no_private_address(world: World, production: httpx.AsyncClient, host: str) -> None:
    app, webhook = await outside(world, production)
    value = host.strip("[]").lower()
    expected = {"rule": "webhook_url_is_public", "value": value, "field": "url"}
    assert await refusals(app, webhook, f"https://{host}:8443/hook") == [expected] * 4


@pytest.mark.parametrize("host", LINK_LOCAL_AND_CLOUDS)
async def test_development_takes_no_address_of_the_link_or_a_cloud_either(world: World, host: str) -> None:
    app, webhook = await outside(world, world.client)
    for facts in await refusals(app, webhook, f"http://{host}/hook"):
        assert (facts["rule"], facts["field"]) == ("webhook_url_is_public", "url")


@pytest.mark.parametrize("host", [*PRIVATE, "localhost", "shop.localhost", "0x7f.1"])
async def test_development_takes_what_is_near(world: World, host: str) -> None:
    app = await world.app(SCOPES)
    for url in (f"http://{host}:8443/hook", f"https://{host}/hook"):
        made = await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": url})
        assert made["webhook"]["url"] == url


async def test_the_refusal_says_what_is_wrong_and_what_to_do(world: World, production: httpx.AsyncClient) -> None:
    app, _ = await outside(world, production)
    place, body = f"/v1/apps/{app.login}/webhooks", {"url": "https://10.0.0.5/hook"}
    said = {
        language: (await app("POST", place, body, status=422, headers={"Accept-Language": language}))["detail"]
        for language in ("nl", "en")
    }
    assert said["nl"].startswith("We sturen niets naar 10.0.0.5: dat is geen adres op het internet.")
    assert said["en"].startswith("Nothing is sent to 10.0.0.5: that is no address on the internet.")


async def test_an_ip_address_is_no_citizen_number(world: World, production: httpx.AsyncClient) -> None:
    """Its digits could be a citizen number."""
    app, _ = await outside(world, production)
    url = "https://93.184.1.100/hook"
    assert (await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": url}))["webhook"]["url"] == url
    assert (await app.graphql(ADD, a=app.login, u=url))["data"]["addWebhook"]["webhook"]["url"] == url


@contextlib.contextmanager
def names(monkeypatch: pytest.MonkeyPatch, known: dict[str, list[str]], seconds: float = 0) -> Iterator[list[str]]:
    """A name service with these names that takes `seconds`; yields the requested names."""
    asked: list[str] = []
    patience = threading.Event()

    def look_up(host: str, port: int | None, **_: Any) -> list[Any]:
        asked.append(host)
        patience.wait(seconds)
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 0)) for address in known[host]]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        yield asked
    patience.set()


async def test_a_name_that_leads_inside_is_refused_and_every_other_taken(
    world: World, production: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, webhook = await outside(world, production)
    known = {
        "inside.example": ["10.0.0.5"],
        "both.example": ["93.184.215.14", "10.0.0.5"],
        "cloud.example": ["169.254.169.254"],
        "shop.example": ["93.184.215.14"],
    }
    with names(monkeypatch, known) as asked:
        for host in ("inside.example", "both.example", "cloud.example"):
            facts = {"rule": "webhook_url_is_public", "value": host, "field": "url"}
            assert await refusals(app, webhook, f"https://{host}/hook") == [facts] * 4
            assert asked == [host] * 4
            asked.clear()
        place = f"/v1/apps/{app.login}/webhooks"
        for host in ("shop.example", "not-yet.example"):
            assert (await app("POST", place, {"url": f"https://{host}/hook"}))["webhook"]["url"]
        # The resolver accepts neither as a name.
        for url in ("https://" + "x" * 70 + ".example/", "https://a..example/"):
            assert (await app("POST", place, {"url": url}))["webhook"]["url"] == url


async def test_a_slow_name_service_holds_up_two_seconds_and_no_transaction(
    world: World, production: httpx.AsyncClient, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = await outside(world, production)
    superuser = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    sql = """select count(*) from pg_stat_activity where datname = current_database()
              and state like 'idle in transaction%'"""
    with names(monkeypatch, {"slow.example": ["10.0.0.5"]}, seconds=LOOK_UP + 8) as asked:
        began = time.monotonic()
        url = "https://slow.example/hook"
        adding = asyncio.create_task(app("POST", f"/v1/apps/{app.login}/webhooks", {"url": url}))
        while not asked:  # noqa: ASYNC110  a thread's list
            await asyncio.sleep(0.02)
        assert await superuser.fetchval(sql) == 0
        assert (await adding)["webhook"]["url"] == url
        assert LOOK_UP <= time.monotonic() - began < LOOK_UP + 4
    await superuser.close()


async def test_only_for_who_manages_the_webhooks_a_name_is_looked_up(
    world: World, production: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, webhook = await outside(world, production)
    stranger, _ = await outside(world, production)
    url, place = "https://inside.example/hook", f"/v1/apps/{app.login}/webhooks"
    with names(monkeypatch, {"inside.example": ["10.0.0.5"]}) as asked:
        await stranger("POST", place, {"url": url}, status=404)
        await Caller(production, None, "visitor")("POST", place, {"url": url}, status=401)
        headers = {"If-Match": '"1"'}
        await stranger("PATCH", f"/v1/webhooks/{webhook['id']}", {"url": url}, status=404, headers=headers)
        for refused in (
            await stranger.graphql(ADD, a=app.login, u=url),
            await stranger.graphql(CHANGE, w=webhook["id"], v=1, u=url),
        ):
            assert refused["errors"][0]["extensions"]["code"] == "not_found"
        assert asked == []


async def test_one_that_was_set_before_is_told_why_and_may_be_changed_in_all_else(
    world: World, production: httpx.AsyncClient
) -> None:
    near = await world.app(SCOPES)
    body = {"url": "https://10.0.0.5/hook", "kinds": ["order.placed"]}
    webhook = (await near("POST", f"/v1/apps/{near.login}/webhooks", body))["webhook"]
    await world.order(near, await world.offering(await world.cooperative()))
    await world.work()
    await world.send(local=False)
    app = Caller(production, near.token, near.login)
    (row,) = (await app("GET", f"/v1/webhooks/{webhook['id']}/deliveries"))["items"]
    assert (row["note"], row["state"]) == ("the address is inside a private network", "waiting")
    headers = {"If-Match": f'"{webhook["version"]}"'}
    changed = await app("PATCH", f"/v1/webhooks/{webhook['id']}", {"kinds": ["order.paid"]}, headers=headers)
    assert changed["kinds"] == ["order.paid"]


async def test_what_the_operator_allows_is_taken_and_sent_to(
    world: World, settings: Settings, database_url: str
) -> None:
    networks = Settings(webhook_networks=[ipaddress.ip_network("127.0.0.0/8")]).webhook_networks
    allowing = settings.model_copy(update={"environment": "production", "webhook_networks": networks})
    near = await world.app(SCOPES)
    async with in_production(allowing, database_url) as client, receiving() as receiver:
        app, place = Caller(client, near.token, near.login), f"/v1/apps/{near.login}/webhooks"
        for host in ("127.0.0.2", "localhost", "[::ffff:127.0.0.1]"):
            await app("POST", place, {"url": f"https://{host}/hook"})
        without_tls = await app("POST", place, {"url": receiver.url}, status=422)
        assert without_tls["facts"]["rule"] == "webhook_url_is_https"
        for host in ("10.0.0.5", "[::1]"):
            refused = await app("POST", place, {"url": f"https://{host}/hook"}, status=422)
            assert refused["facts"]["rule"] == "webhook_url_is_public"
        for row in await near("GET", place):
            await near("DELETE", f"/v1/webhooks/{row['id']}", status=204)
        await near("POST", place, {"url": receiver.url, "kinds": ["order.placed"]})
        order = await world.order(near, await world.offering(await world.cooperative()))
        await world.work()
        async with worker_of(allowing, logins_at(database_url)) as worker:
            while await worker.send():
                pass
        assert [order["id"] in body.decode() for _, body in receiver.calls] == [True]
        async with Sender(networks=[ipaddress.ip_network("10.0.0.0/8")]) as sender:
            answer = await sender.send(letter(receiver.url), NOW)
        assert answer.note == "the address is inside a private network"


def test_the_networks_are_given_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMEN_WEBHOOK_NETWORKS", '["10.20.0.0/16", "fd12:3456::/48"]')
    assert [str(network) for network in Settings().webhook_networks] == ["10.20.0.0/16", "fd12:3456::/48"]


@pytest.mark.parametrize(
    ("network", "never"),
    [
        ("169.254.0.0/16", "169.254.0.0/16"),
        ("169.254.169.254/32", "169.254.0.0/16"),
        ("0.0.0.0/0", "0.0.0.0/8"),
        ("::/0", "::/128"),
        ("fe80::/64", "fe80::/10"),
        ("fd00::/8", "fd00:ec2::254/128"),
        ("100.64.0.0/10", "100.100.100.200/32"),
        ("::ffff:10.0.0.0/104", "::ffff:0:0/96"),
    ],
)
def test_a_network_that_is_never_sent_to_is_a_fault_of_the_settings(network: str, never: str) -> None:
    said = f"{network} overlaps {never}, to which nothing is ever sent."
    said = said.replace("::ffff:10.0.0.0", str(ipaddress.ip_network(network).network_address))
    with pytest.raises(ValidationError, match=re.escape(said)):
        Settings.model_validate({"webhook_networks": [network]})
