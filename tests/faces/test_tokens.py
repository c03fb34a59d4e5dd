"""Forged, stale and foreign tokens: each is refused, and the right one is let in."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from jose import jwk, jwt

from app.adapters.tokens import Issuer, KeyRing, new_key, read_token
from app.domain.errors import TokenRefused
from tests.world import Caller, World

NAME, AUDIENCE = "http://issuer", "samen"
OURS = KeyRing([new_key(), new_key()])
FOREIGN = KeyRing([new_key()])
KEY = OURS.private[0]
TRUSTED = [Issuer(NAME, OURS.public, AUDIENCE)]


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {
        "iss": NAME,
        "aud": AUDIENCE,
        "sub": "noor",
        "iat": now,
        "exp": now + 600,
        "jti": "1",
        "scope": "orders:read",
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def signed(key: dict[str, Any] = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    head = {"typ": "at+jwt", "kid": KEY["kid"]} | (header or {})
    token: str = jwt.encode(claims(**changes), key, algorithm="ES256", headers=head)
    return token


def by_hand(header: dict[str, Any], signature: bytes | None = None, key: bytes | None = None) -> str:
    def part(data: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    text = f"{part({'typ': 'at+jwt', 'kid': KEY['kid']} | header)}.{part(claims())}"
    if key is not None:
        signature = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature or b'').decode().rstrip('=')}"


def der() -> bytes:
    pem = jwk.construct(OURS.public[KEY["kid"]], "ES256").to_pem()
    return serialization.load_pem_public_key(pem).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def tampered() -> str:
    head, _, signature = signed().split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(sub="network")).encode()).decode().rstrip("=")
    return f"{head}.{body}.{signature}"


NOW = int(time.time())
FORGED = {
    "no token at all": "",
    "not a token": "abc.def.ghi",
    "unsigned": by_hand({"alg": "none"}),
    "unsigned in capitals": by_hand({"alg": "NONE"}),
    "hmac with the public key's DER": by_hand({"alg": "HS256"}, key=der()),
    "hmac with the public key's PEM": by_hand(
        {"alg": "HS256"}, key=jwk.construct(OURS.public[KEY["kid"]], "ES256").to_pem()
    ),
    "hmac with the key's id": by_hand({"alg": "HS256"}, key=KEY["kid"].encode()),
    "claims changed after signing": tampered(),
    "signed by a stranger under our key id": signed(FOREIGN.private[0]),
    "signed by a stranger under their own key id": signed(FOREIGN.private[0], {"kid": FOREIGN.private[0]["kid"]}),
    "signed by our other key": signed(OURS.private[1]),
    "a key inside the token": signed(FOREIGN.private[0], {"jwk": FOREIGN.public[FOREIGN.private[0]["kid"]]}),
    "a key address inside the token": signed(FOREIGN.private[0], {"jku": "http://127.0.0.1/keys"}),
    "unknown key id": signed(header={"kid": "other"}),
    "no key id": signed(header={"kid": None}),
    "critical extension": signed(header={"crit": ["exp"]}),
    "an id token": signed(header={"typ": "JWT"}),
    "a logout token": signed(header={"typ": "logout+jwt"}),
    "expired": signed(exp=NOW - 60, iat=NOW - 600),
    "no end": signed(exp=None),
    "no beginning": signed(iat=None),
    "from the future": signed(iat=NOW + 300, exp=NOW + 600),
    "too long": signed(exp=NOW + 3600),
    "not yet valid": signed(nbf=NOW + 300),
    "for somebody else": signed(aud="other"),
    "for nobody": signed(aud=None),
    "another issuer": signed(iss="http://elsewhere"),
    "no issuer": signed(iss=None),
    "no subject": signed(sub=None),
    "no id": signed(jti=None),
    "scopes as a list": signed(scope=["orders:read"]),
    "end as a text": signed(exp=str(NOW + 600)),
}


def test_the_right_token_is_read() -> None:
    found = read_token(signed(client_id="app"), TRUSTED)
    assert (found.issuer, found.subject, found.client_id, found.scopes) == (
        NAME,
        "noor",
        "app",
        frozenset({"orders:read"}),
    )


def test_a_key_that_is_being_retired_still_counts() -> None:
    old = OURS.private[1]
    assert read_token(signed(old, {"kid": old["kid"]}), TRUSTED).subject == "noor"


@pytest.mark.parametrize("case", FORGED)
def test_forged_tokens_are_refused(case: str) -> None:
    with pytest.raises(TokenRefused):
        read_token(FORGED[case], TRUSTED)


@pytest.mark.parametrize("case", [case for case in FORGED if FORGED[case]])
async def test_forged_tokens_are_refused_by_both_faces(world: World, case: str) -> None:
    forger = Caller(world.client, FORGED[case], case)
    assert (await forger("GET", "/v1/me", status=401))["code"] == "token_refused"
    answer = await forger.graphql("{ me { roles } }")
    assert answer.get("code") == "token_refused" or answer["errors"][0]["extensions"]["code"] == "token_refused"


async def test_an_app_cannot_pass_for_a_person(world: World) -> None:
    """Both kinds of tokens are signed by us; the issuer decides what `sub` means."""
    app = await world.app()
    me = await app("GET", "/v1/me")
    assert (me["person"], me["appId"], me["roles"]) == (None, app.login, ["app"])
    forged = world.keys.token(
        issuer=world.settings.public_url,
        audience="samen",
        subject="network",
        client_id="network",
        scopes=["network:write"],
    )
    body = {"cbsCode": "GM0001", "name": "Nergens"}
    await Caller(world.client, forged, "app as network")("POST", "/v1/municipalities", body, status=401)


async def test_client_credentials(world: World) -> None:
    made = await world.network("POST", "/v1/apps", {"name": "Test", "scopes": ["orders:read", "orders:write"]})
    client_id, secret = made["app"]["id"], made["clientSecret"]
    assert secret not in json.dumps(await world.network("GET", f"/v1/apps/{client_id}"))
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}

    async def ask(**changes: str) -> Any:
        return await world.client.post("/oauth/token", data=form | changes)

    assert (await ask()).json()["scope"] == "orders:read orders:write"
    assert (await ask(scope="orders:read")).json()["scope"] == "orders:read"
    too_much = await ask(scope="network:write")
    assert (too_much.status_code, too_much.json()["error"]) == (400, "invalid_scope")
    assert (await ask(client_secret="wrong")).json()["code"] == "client_refused"
    assert (await ask(client_id="nobody")).status_code == 401
    assert (await ask(grant_type="password")).status_code == 400
    basic = await world.client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret))
    assert basic.status_code == 200
    caller = Caller(world.client, basic.json()["access_token"], "app")
    await caller("GET", "/v1/orders")

    rotated = await world.network("POST", f"/v1/apps/{client_id}/secrets")
    assert (await ask()).status_code == 401
    assert (await ask(client_secret=rotated["clientSecret"])).status_code == 200
    await world.network("DELETE", f"/v1/apps/{client_id}")
    assert (await ask(client_secret=rotated["clientSecret"])).status_code == 401
    assert (await caller("GET", "/v1/orders", status=401))["code"] == "token_refused"


async def test_the_public_keys_are_published_and_hold_no_private_part(world: World) -> None:
    keys = (await world.visitor("GET", "/.well-known/jwks.json"))["keys"]
    assert {key["kid"] for key in keys} == set(world.keys.public)
    assert all("d" not in key for key in keys)
