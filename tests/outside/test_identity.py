"""Logins with third-party software: people of an OIDC provider, apps that sign for themselves."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.adapters.tokens import new_key
from app.db.logins import logins_at
from app.main import build
from app.settings import Settings, TrustedIssuer
from tests.live import free_port
from tests.outside.told import Told, told
from tests.world import Json, World


@dataclass
class Provider(Told):
    """An oauth2-mock-server with an openid-client beside it."""

    issuer: str = ""

    async def token(self) -> str:
        return str((await self("token"))["token"])


@pytest.fixture
async def provider(bench: Path) -> AsyncIterator[Provider]:
    async with told("node", bench / "identity.mjs", free_port()) as running:
        yield Provider(running.process, (await running.said())["issuer"])


@contextlib.asynccontextmanager
async def trusting(
    settings: Settings, database_url: str, issuer: str, seconds: Callable[[], float] = time.monotonic
) -> AsyncIterator[FastAPI]:
    """The application, with one more issuer."""
    trusted = TrustedIssuer.model_validate({"name": issuer, "scopes": ["catalogue:read", "members:read"]})
    app = build(settings.model_copy(update={"issuers": [trusted]}), logins_at(database_url), seconds=seconds)
    async with app.router.lifespan_context(app):
        yield app


async def asked(app: FastAPI, token: str) -> int:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return (await client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code


async def test_people_of_a_provider_come_in_and_its_keys_change(
    settings: Settings, database_url: str, provider: Provider, world: World
) -> None:
    passed = [0.0]
    async with trusting(settings, database_url, provider.issuer, lambda: passed[0]) as app:
        before = await provider.token()
        assert await asked(app, before) == 200
        await provider("restart")
        after = await provider.token()
        # The old key is kept until it is known to be gone.
        assert await asked(app, before) == 200
        assert await asked(app, after) == 200
        # The key was withdrawn.
        assert await asked(app, before) == 401
        await provider("stop")
        passed[0] = 599
        # The provider is down: its last answer counts for ten minutes.
        assert await asked(app, after) == 200
        passed[0] = 601
        # The keys are too old now.
        assert await asked(app, after) == 503


@pytest.mark.parametrize(
    "claims",
    [{"aud": "another"}, {"iss": "http://localhost:1"}, {"exp": -60}, {"exp": 7200}, {"iat": 3600}, {"aud": None}],
)
async def test_what_is_not_for_us_is_refused(
    settings: Settings, database_url: str, provider: Provider, claims: Json
) -> None:
    """Numbers are seconds from now."""
    now = int(time.time())
    given = {name: now + value if isinstance(value, int) else value for name, value in claims.items()}
    async with trusting(settings, database_url, provider.issuer) as app:
        assert await asked(app, await provider.token()) == 200
    await provider("restart", claims=given)
    async with trusting(settings, database_url, provider.issuer) as app:
        assert await asked(app, await provider.token()) == 401


async def test_an_issuer_that_is_not_trusted_is_nobody(world: World, provider: Provider, app: FastAPI) -> None:
    assert await asked(app, await provider.token()) == 401


async def test_an_app_signs_for_itself(world: World, address: str, provider: Provider) -> None:
    app = await world.app()
    private = new_key()
    public = {name: value for name, value in private.items() if name != "d"}
    version = (await world.network("GET", f"/v1/apps/{app.login}"))["version"]
    match = {"If-Match": f'"{version}"'}
    await world.network("PATCH", f"/v1/apps/{app.login}", {"keys": [private]}, status=422, headers=match)
    changed = await world.network("PATCH", f"/v1/apps/{app.login}", {"keys": [public]}, headers=match)
    endpoint = f"http://{address}/oauth/token"
    place: Json = {"ours": world.settings.public_url, "endpoint": endpoint, "clientId": app.login}
    got = await provider("login", **place, jwk=private, scope="catalogue:read")
    assert (got["token_type"].lower(), got["scope"]) == ("bearer", "catalogue:read")
    stranger = new_key() | {"kid": private["kid"]}
    assert (await provider("login", **place, jwk=stranger, scope="catalogue:read"))["error"] == "401"
    seen = await world.network("GET", f"/v1/apps/{app.login}")
    assert seen["lastUsedAt"] is not None
    match = {"If-Match": f'"{changed["version"]}"'}
    await world.network("PATCH", f"/v1/apps/{app.login}", {"keys": []}, headers=match)
    assert (await provider("login", **place, jwk=private, scope="catalogue:read"))["error"] == "401"
