"""Apps that log in with a signature of their own (private_key_jwt): good once, for us, from a registered key."""

import time
import uuid
from typing import Any

import pytest
from jose import jwt

from app.adapters.tokens import ASSERTION, new_key
from tests.world import Caller, Json, World

PRIVATE = new_key()
PUBLIC = {name: value for name, value in PRIVATE.items() if name != "d"}


async def signer(world: World) -> Caller:
    """An app with a registered key."""
    app = await world.app()
    seen = await world.network("GET", f"/v1/apps/{app.login}")
    match = {"If-Match": f'"{seen["version"]}"'}
    await world.network("PATCH", f"/v1/apps/{app.login}", {"keys": [PUBLIC]}, headers=match)
    return app


def signed(client_id: str, *, key: Json = PRIVATE, header: Json | None = None, **changes: Any) -> str:
    claims = {"iss": client_id, "sub": client_id, "aud": "http://test", "jti": uuid.uuid4().hex}
    claims |= {"iat": int(time.time()), "exp": int(time.time()) + 60} | changes
    token: str = jwt.encode(claims, key, algorithm="ES256", headers={"kid": PRIVATE["kid"]} | (header or {}))
    return token


async def login(world: World, assertion: str, kind: str = ASSERTION) -> int:
    form = {"grant_type": "client_credentials", "client_assertion_type": kind, "client_assertion": assertion}
    return (await world.client.post("/oauth/token", data=form)).status_code


async def test_an_assertion_is_good_once(world: World) -> None:
    app = await signer(world)
    assertion = signed(app.login)
    assert [await login(world, assertion) for _ in range(3)] == [200, 401, 401]
    assert await login(world, signed(app.login, aud="http://test/oauth/token")) == 200
    assert await login(world, signed(app.login, aud=["http://test"])) == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "http://elsewhere"},
        {"aud": ["http://test", "http://elsewhere"]},
        {"iss": str(uuid.uuid4())},
        {"sub": str(uuid.uuid4())},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 7200},
        {"jti": None},
        {"jti": "x" * 300},
        {"header": {"kid": "unknown"}},
        {"header": {"crit": ["exp"]}},
        {"header": {"typ": "at+jwt"}},
        {"key": new_key()},
    ],
)
async def test_one_that_is_not_right_lets_nobody_in(world: World, changes: Json) -> None:
    app = await signer(world)
    assert await login(world, signed(app.login, **changes)) == 401


async def test_nonsense_and_another_kind_let_nobody_in(world: World) -> None:
    app = await signer(world)
    assert await login(world, "a.b.c") == 401
    assert await login(world, "") == 401
    assert await login(world, signed(app.login), "urn:other") == 401


@pytest.mark.parametrize(
    "key",
    [
        PRIVATE,
        {name: value for name, value in PUBLIC.items() if name != "kid"},
        PUBLIC | {"crv": "P-384"},
        PUBLIC | {"alg": "HS256"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "1", "alg": "HS256"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "1", "alg": "RS256"},
    ],
)
async def test_keys_that_are_private_weak_or_strange_are_not_taken(world: World, key: Json) -> None:
    app = await world.app()
    refused = await world.network(
        "PATCH", f"/v1/apps/{app.login}", {"keys": [key]}, headers={"If-Match": '"1"'}, status=422
    )
    assert refused["facts"]["rule"] in ("key_is_private", "key_not_usable")
