"""Apps that log in by a signed assertion (private_key_jwt): valid once, for this API, from a registered key."""

import json
import time
import uuid
from typing import Any

import httpx
import pytest
from jose import jwk, jwt

from app.adapters.tokens import ASSERTION, new_key
from tests.forge import part
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


async def answer(world: World, assertion: str, kind: str = ASSERTION) -> Json:
    form = {"grant_type": "client_credentials", "client_assertion_type": kind, "client_assertion": assertion}
    said = await world.client.post("/oauth/token", data=form, headers={"Accept-Language": "en"})
    return {"status": said.status_code, **said.json()}


async def login(world: World, assertion: str, kind: str = ASSERTION) -> int:
    return int((await answer(world, assertion, kind))["status"])


async def test_an_assertion_is_good_once(world: World) -> None:
    app = await signer(world)
    assertion = signed(app.login)
    assert [await login(world, assertion) for _ in range(3)] == [200, 401, 401]
    assert (await answer(world, assertion))["facts"]["reason"] == "jti: used before"
    for good in ({"aud": "http://test/oauth/token"}, {"aud": ["http://test"]}, {"aud": "http://test/"}):
        assert await login(world, signed(app.login, **good)) == 200


async def test_a_library_learns_where_to_log_in_and_how(world: World) -> None:
    said = (await world.client.get("/.well-known/oauth-authorization-server")).json()
    assert said["token_endpoint"] == "http://test/oauth/token"
    assert "private_key_jwt" in said["token_endpoint_auth_methods_supported"]
    assert (await world.client.get(said["jwks_uri"].removeprefix("http://test"))).json()["keys"]


async def test_an_app_is_registered_with_its_key_as_libraries_write_it(world: World) -> None:
    body = {"name": "Winkel", "scopes": ["orders:read"], "keys": [PUBLIC | {"key_ops": ["verify"], "ext": "true"}]}
    made = await world.network("POST", "/v1/apps", body)
    assert made["app"]["keys"] == [PUBLIC]
    token = await answer(world, signed(made["app"]["id"]))
    assert token["scope"] == "orders:read"


async def test_a_secret_ends_where_keys_begin_and_comes_back_without_them(world: World) -> None:
    """A leaked secret is useless once the app signs; an attacker is not told that it does."""
    made = await world.network("POST", "/v1/apps", {"name": "Winkel", "scopes": ["orders:read"]})
    app_id, form = made["app"]["id"], {"grant_type": "client_credentials", "client_id": made["app"]["id"]}

    async def ask(secret: str) -> tuple[int, str]:
        said = await world.client.post("/oauth/token", data=form | {"client_secret": secret})
        return said.status_code, said.json().get("facts", {}).get("how", "")

    found = []
    for keys in ([], [PUBLIC], []):
        version = (await world.network("GET", f"/v1/apps/{app_id}"))["version"]
        await world.network("PATCH", f"/v1/apps/{app_id}", {"keys": keys}, headers={"If-Match": f'"{version}"'})
        found.append((await ask(made["clientSecret"]), await ask("guessed")))
    assert found == [((200, ""), (401, "")), ((401, "signs"), (401, "")), ((200, ""), (401, ""))]


WRONG: dict[str, tuple[Json, str]] = {
    "audience": ({"aud": "http://elsewhere"}, "aud"),
    "two audiences": ({"aud": ["http://test", "http://elsewhere"]}, "aud"),
    "issuer": ({"iss": "another"}, "signature, iss, sub, exp or jti"),
    "expired": ({"exp": -60}, "exp"),
    "too long": ({"exp": 7200}, "exp more than ten minutes away, or iat to come"),
    "still to come": ({"iat": 3600}, "exp more than ten minutes away, or iat to come"),
    "no jti": ({"jti": None}, "signature, iss, sub, exp or jti"),
    "jti too long": ({"jti": "x" * 300}, "exp, iat or jti"),
    "unknown kid": ({"header": {"kid": "unknown"}}, "unknown kid"),
    "crit": ({"header": {"crit": ["exp"]}}, "crit"),
    "typ": ({"header": {"typ": "at+jwt"}}, "typ"),
    "another key": ({"key": new_key()}, "signature, iss, sub, exp or jti"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_one_that_is_not_right_lets_nobody_in_and_says_why(world: World, case: str) -> None:
    changes, reason = WRONG[case]
    now = int(time.time())
    moved = {name: now + value for name, value in changes.items() if name in ("exp", "iat")}
    app = await signer(world)
    refused = await answer(world, signed(app.login, **changes | moved))
    assert (refused["status"], refused["error"], refused["facts"]["reason"]) == (401, "invalid_client", reason)
    assert reason in refused["error_description"]
    assert await login(world, signed(app.login)) == 200


async def test_another_apps_key_signs_for_nobody_else(world: World) -> None:
    app, other = await signer(world), await world.app()
    assert await login(world, signed(app.login, sub=other.login, iss=other.login)) == 401
    assert await login(world, signed(app.login, sub=str(uuid.uuid4()))) == 401


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


async def test_an_app_logs_in_in_one_way_at_a_time(world: World) -> None:
    """RFC 6749, 2.3: two methods in one request are refused, even if both are right."""
    signing = await signer(world)
    other = await world.network("POST", "/v1/apps", {"name": "T", "scopes": ["orders:read"]})
    client_id, secret = other["app"]["id"], other["clientSecret"]
    grant = {"grant_type": "client_credentials"}
    named = grant | {"client_id": client_id}

    def asserted() -> dict[str, str]:
        return {"client_assertion_type": ASSERTION, "client_assertion": signed(signing.login)}

    async def ask(form: dict[str, str], *, basic: bool = False) -> tuple[int, str | None]:
        auth = httpx.BasicAuth(client_id, secret) if basic else httpx.Auth()
        said = await world.client.post("/oauth/token", data=form, auth=auth)
        return said.status_code, said.json().get("error")

    assert await ask(named | {"client_secret": secret} | asserted()) == (400, "invalid_request")
    assert await ask(named | {"client_secret": secret}, basic=True) == (400, "invalid_request")
    assert await ask(grant | asserted(), basic=True) == (400, "invalid_request")
    assert await ask(named | asserted()) == (401, "invalid_client")
    assert await ask(grant | {"client_id": signing.login}, basic=True) == (401, "invalid_client")
    assert await ask(grant | {"client_id": signing.login} | asserted()) == (200, None)
    assert await ask(named, basic=True) == await ask(named | {"client_secret": secret}) == (200, None)


async def test_a_login_that_is_refused_names_the_scheme_of_logins(world: World) -> None:
    """RFC 6749, 5.2; everywhere else the missing credential is a token."""
    refused = await world.client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=("x", "y"))
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="samen"')
    assert (await world.client.get("/v1/me")).headers["WWW-Authenticate"] == 'Bearer realm="samen"'


async def test_a_point_beside_the_curve_is_no_key_and_a_fragment_no_address(world: World) -> None:
    app = {"name": "T", "scopes": ["orders:read"]}
    for change in ({"x": PUBLIC["y"]}, {"y": "A" * 43}, {"x": "A"}, {"x": "_" * 43}, {"crv": "P-384"}):
        body = app | {"keys": [PUBLIC | change]}
        refused = await world.network("POST", "/v1/apps", body, status=422)
        assert refused["facts"]["rule"] == "key_not_usable", change
    for uri in ("https://example.org/cb#x", "https://example.org/cb#"):
        refused = await world.network("POST", "/v1/apps", app | {"redirectUris": [uri]}, status=422)
        assert refused["facts"]["rule"] == "redirect_uri_is_https"
    await world.network("POST", "/v1/apps", app | {"keys": [PUBLIC], "redirectUris": ["https://example.org/cb"]})


async def test_an_odd_assertion_is_refused_as_a_wrong_one_is(world: World) -> None:
    app = await signer(world)
    header = {"alg": "ES256", "kid": PRIVATE["kid"]}
    claims = json.dumps({"iss": app.login, "sub": app.login, "aud": "http://test", "jti": "x", "odd": 1})
    odd = ("[" * 1500 + "]" * 1500, "1e400", "NaN", "9" * 4400, '"\\ud800"')
    texts = [claims.replace('"odd": 1', f'"exp": {value}') for value in (*odd, "9" * 400, "-1e300", "{}", "[]")]
    for text in (*texts, "[]", "null", "{"):
        unsigned = f"{part(json.dumps(header).encode())}.{part(text.encode())}"
        assertion = f"{unsigned}.{part(jwk.construct(PRIVATE, 'ES256').sign(unsigned.encode()))}"
        if len(assertion) <= 4000:
            said = await answer(world, assertion)
            assert (said["status"], said["error"]) == (401, "invalid_client"), text[:100]
