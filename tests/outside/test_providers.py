"""People of third-party providers, over TLS with a private authority: they log in, and use all faces."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.db.logins import logins_at
from app.main import build
from app.settings import Settings, TrustedIssuer
from tests import tools
from tests.live import free_port, served, until
from tests.outside.conftest import CHECKS
from tests.outside.told import Told, told
from tests.tls import Tls
from tests.world import Caller, Json, World

SCOPES = "catalogue:read orders:read orders:write"
WATCH = "subscription($id: UUID!) { order(id: $id) { state } }"
CALLERS = 20


@pytest.fixture
async def login(bench: Path, trusting: Tls) -> AsyncIterator[Told]:
    """A person with openid-client and graphql-ws."""
    async with told("node", bench / "login.mjs", NODE_EXTRA_CA_CERTS=str(trusting.authority)) as running:
        yield running


@pytest.fixture
async def provider(bench: Path, trusting: Tls) -> AsyncIterator[Told]:
    """oidc-provider, which needs no setting but its name."""
    async with told("node", bench / "oidc-provider.mjs", free_port(), trusting.certificate, trusting.key) as running:
        yield running


@pytest.fixture
async def issuer(provider: Told) -> str:
    return str((await provider.said())["issuer"])


@pytest.fixture
async def canaille(trusting: Tls) -> AsyncIterator[str]:
    """canaille: its issuer."""
    python, port = tools.pip(CHECKS / "canaille.txt") / "python", free_port()
    command = map(str, (python, CHECKS / "canaille_provider.py", port, trusting.certificate, trusting.key))
    process = await asyncio.create_subprocess_exec(*command)
    async with httpx.AsyncClient(verify=trusting.client()) as client:

        async def answers() -> bool:
            with contextlib.suppress(httpx.TransportError):
                address = f"https://localhost:{port}/.well-known/openid-configuration"
                return (await client.get(address)).status_code == 200
            return False

        await until(answers)
    yield f"https://localhost:{port}"
    process.terminate()
    await process.wait()


@contextlib.asynccontextmanager
async def trusts(settings: Settings, database_url: str, **issuer: object) -> AsyncIterator[FastAPI]:
    """The application directly after its start, with one more issuer."""
    trusted = TrustedIssuer.model_validate(issuer)
    app = build(settings.model_copy(update={"issuers": [trusted]}), logins_at(database_url))
    async with app.router.lifespan_context(app):
        yield app


async def logged_in(login: Told, issuer: str, scope: str) -> str:
    """Noor's access token."""
    filled = {"login": "noor", "password": "canary-password"}
    answer = await login("token", issuer=issuer, clientId="shop", scope=scope, filled=filled)
    assert "token" in answer, answer
    return str(answer["token"])


async def uses_every_way_in(app: FastAPI, login: Told, token: str, world: World) -> None:
    """REST, a GraphQL query, and a subscription over a socket."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client, served(app) as address:
        noor = Caller(client, token, "noor")
        assert (await noor("GET", "/v1/me"))["roles"] == ["customer"]
        assert (await noor.graphql("{ me { roles } }"))["data"] == {"me": {"roles": ["customer"]}}
        order = await world.order(noor, await world.offering(await world.cooperative()))
        shown = await watched(login, address, token, order["id"])
        assert shown == {"event": {"data": {"order": {"state": "PLACED"}}}, "closed": []}


async def watched(login: Told, address: str, token: str, order_id: str) -> Json:
    variables = {"id": order_id}
    return await login("watch", url=f"ws://{address}/graphql", token=token, query=WATCH, variables=variables)


async def statuses(app: FastAPI, token: str, callers: int = 1) -> list[int]:
    """The statuses of concurrent callers."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {"Authorization": f"Bearer {token}"}
        answers = await asyncio.gather(*(client.get("/v1/me", headers=headers) for _ in range(callers)))
        return [answer.status_code for answer in answers]


async def test_somebody_of_oidc_provider_comes_in(
    settings: Settings, database_url: str, world: World, login: Told, issuer: str
) -> None:
    async with trusts(settings, database_url, name=issuer) as app:
        await uses_every_way_in(app, login, await logged_in(login, issuer, f"openid {SCOPES}"), world)


async def test_somebody_of_canaille_comes_in(
    settings: Settings, database_url: str, world: World, login: Told, canaille: str
) -> None:
    """Its tokens are made for its client and have no scopes of ours; they have no `jti` and name no app."""
    async with trusts(settings, database_url, name=canaille, audience="shop", scopes=SCOPES.split()) as app:
        await uses_every_way_in(app, login, await logged_in(login, canaille, "openid profile"), world)


async def test_a_provider_rotates_its_keys(
    settings: Settings, database_url: str, login: Told, provider: Told, issuer: str
) -> None:
    async with trusts(settings, database_url, name=issuer) as app:
        before = await logged_in(login, issuer, f"openid {SCOPES}")
        assert await statuses(app, before) == [200]
        for act in ("stop", "rotate", "start"):
            await provider(act)
        after = await logged_in(login, issuer, f"openid {SCOPES}")
        assert await statuses(app, after, CALLERS) == [200] * CALLERS
        assert await statuses(app, before) == [401]


async def test_a_provider_is_away_at_the_start_and_comes_back(
    settings: Settings, database_url: str, world: World, login: Told, provider: Told, issuer: str
) -> None:
    """A socket of graphql-ws reconnects by itself until the provider is back."""
    token = await logged_in(login, issuer, f"openid {SCOPES}")
    offering = await world.offering(await world.cooperative())
    async with trusts(settings, database_url, name=issuer) as app:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            order = await world.order(Caller(client, token, "noor"), offering)
    await provider("stop")
    async with trusts(settings, database_url, name=issuer) as app, served(app) as address:
        assert await statuses(app, token, CALLERS) == [503] * CALLERS
        watching = asyncio.create_task(watched(login, address, token, order["id"]))
        await asyncio.sleep(2)
        assert not watching.done()
        await provider("start")
        assert await statuses(app, token, CALLERS) == [200] * CALLERS
        shown = await watching
        assert shown["event"] == {"data": {"order": {"state": "PLACED"}}}
        assert set(shown["closed"]) == {1013}


async def test_a_provider_is_slow(
    settings: Settings, database_url: str, login: Told, provider: Told, issuer: str
) -> None:
    token = await logged_in(login, issuer, f"openid {SCOPES}")
    await provider("slow", seconds=1)
    async with trusts(settings, database_url, name=issuer) as app:
        assert await statuses(app, token, CALLERS) == [200] * CALLERS
