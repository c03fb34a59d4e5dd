"""Forged, stale and foreign tokens: each is refused for its one fault, and its twin without the fault is accepted.

Every token is made for the application under test, by the issuer of people that it trusts, with the key that it trusts.
So the only fault of a forged token is the one in its name.
"""

import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from app.adapters.issuers import RemoteKeys
from app.adapters.tokens import Issuer, KeyRing, identify, new_key, read_token
from app.domain.errors import IssuerUnavailable, TokenRefused
from app.keys import people_issuer
from tests.forge import Forge
from tests.live import free_port
from tests.world import Caller, Json, World

FOREIGN = new_key()
PUBLIC = {name: value for name, value in FOREIGN.items() if name != "d"}


class Fault(NamedTuple):
    """Why a token is refused, how to make it, and its nearest valid twin."""

    reason: str
    forged: Callable[[Forge], str]
    twin: Callable[[Forge], str] = Forge.signed


FAULTS = {
    "not a token": Fault("malformed", lambda f: "abc.def.ghi"),
    "unsigned": Fault("algorithm", lambda f: f.unsigned("none")),
    "unsigned in capitals": Fault("algorithm", lambda f: f.unsigned("NONE")),
    "unsigned, says otherwise": Fault("signature", lambda f: f.unsigned("ES256")),
    "hmac with the public key's DER": Fault("algorithm", lambda f: f.hashed(f.der)),
    "hmac with the public key's PEM": Fault("algorithm", lambda f: f.hashed(f.pem)),
    "hmac with the key's id": Fault("algorithm", lambda f: f.hashed(f.key["kid"].encode())),
    "hmac, says otherwise": Fault("signature", lambda f: f.hashed(f.der, "ES256")),
    "claims changed after signing": Fault("signature", lambda f: f.tampered(sub="network")),
    "signed by a stranger under our key id": Fault("signature", lambda f: f.signed(FOREIGN)),
    "signed by a stranger under their key id": Fault(
        "unknown_key", lambda f: f.signed(FOREIGN, {"kid": FOREIGN["kid"]})
    ),
    "a stranger's key inside the token": Fault(
        "signature",
        lambda f: f.signed(FOREIGN, {"jwk": PUBLIC}),
        lambda f: f.signed(header={"jwk": PUBLIC}),
    ),
    "the address of a stranger's keys inside the token": Fault(
        "unknown_key",
        lambda f: f.signed(FOREIGN, {"kid": FOREIGN["kid"], "jku": "http://127.0.0.1/keys"}),
        lambda f: f.signed(header={"jku": "http://127.0.0.1/keys"}),
    ),
    "unknown key id": Fault("unknown_key", lambda f: f.signed(header={"kid": "other"})),
    "no key id": Fault("unknown_key", lambda f: f.signed(header={"kid": None})),
    "another algorithm than the key's": Fault("algorithm", lambda f: f.signed(header={"alg": "ES384"})),
    "critical extension": Fault("crit", lambda f: f.signed(header={"crit": ["exp"]})),
    "an id token": Fault("type", lambda f: f.signed(header={"typ": "JWT"})),
    "a logout token": Fault("type", lambda f: f.signed(header={"typ": "logout+jwt"})),
    "of no type": Fault("type", lambda f: f.signed(header={"typ": None})),
    "expired": Fault("expired", lambda f: f.aged(-600, -60), lambda f: f.aged(-540, 60)),
    "no end": Fault("claim_missing exp", lambda f: f.signed(exp=None)),
    "no beginning": Fault("claim_missing iat", lambda f: f.signed(iat=None)),
    "from the future": Fault("not_yet", lambda f: f.aged(300, 600), lambda f: f.aged(0, 600)),
    "too long": Fault("lifetime", lambda f: f.aged(0, 601), lambda f: f.aged(0, 600)),
    "not yet valid": Fault("not_yet", lambda f: f.before(300), lambda f: f.before(0)),
    "for somebody else": Fault("audience", lambda f: f.signed(aud="other")),
    "for nobody": Fault("claim_missing aud", lambda f: f.signed(aud=None)),
    "another issuer": Fault("unknown_issuer", lambda f: f.signed(iss="http://elsewhere")),
    "no issuer": Fault("unknown_issuer", lambda f: f.signed(iss=None)),
    "no subject": Fault("claim_missing sub", lambda f: f.signed(sub=None)),
    "scopes as a list": Fault("claim_wrong scope", lambda f: f.signed(scope=["catalogue:read"])),
    "an app that is no text": Fault(
        "claim_wrong client_id", lambda f: f.signed(client_id=7), lambda f: f.signed(client_id=None)
    ),
    "end as a text": Fault("claim_wrong exp", lambda f: f.signed(exp=str(int(time.time()) + 600))),
    "end as a boolean": Fault("claim_wrong exp", lambda f: f.signed(exp=True)),
}


def facts_of(reason: str) -> Json:
    """The facts of a refusal: its reason and the wrong claim, if any."""
    return dict(zip(("reason", "claim"), reason.split(), strict=False))


@pytest.mark.parametrize("case", FAULTS)
async def test_a_forged_token_is_refused_by_both_faces_and_its_twin_is_not(world: World, case: str) -> None:
    forge, (reason, forged, twin) = Forge(people_issuer(world.settings), world.keys.private[0]), FAULTS[case]
    query = {"query": "{ me { roles } }"}

    async def asked(token: str) -> list[Json]:
        headers = {"Authorization": f"Bearer {token}"}
        rest = await world.client.get("/v1/me", headers=headers)
        graphql = await world.client.post("/graphql", json=query, headers=headers)
        return [{"status": answer.status_code} | answer.json() for answer in (rest, graphql)]

    for answer in await asked(forged(forge)):
        assert (answer["status"], answer["code"], answer["facts"]) == (401, "token_refused", facts_of(reason))
    rest, graphql = await asked(twin(forge))
    assert (rest["status"], rest["roles"]) == (200, ["customer"])
    assert graphql == {"status": 200, "data": {"me": {"roles": ["customer"]}}}


async def test_an_empty_token_is_none(world: World) -> None:
    nobody = {"Authorization": "Bearer "}
    rest = await world.client.get("/v1/me", headers=nobody)
    graphql = await world.client.post("/graphql", json={"query": "{ me { roles } }"}, headers=nobody)
    assert (rest.status_code, rest.json()["code"]) == (401, "unauthenticated")
    assert (graphql.status_code, graphql.json()["code"]) == (401, "token_refused")


def test_the_right_token_is_read() -> None:
    forge = Forge("http://issuer", new_key())
    trusted = [Issuer(name="http://issuer", keys=KeyRing([forge.key]).public, audience="samen")]
    found = read_token(forge.signed(client_id="app"), trusted)
    assert (found.issuer, found.subject, found.client_id) == ("http://issuer", "noor", "app")
    assert found.scopes == frozenset({"catalogue:read"})


def test_a_key_that_is_being_retired_still_counts_under_its_own_id() -> None:
    forge, old = Forge("http://issuer", new_key()), new_key()
    trusted = [Issuer(name="http://issuer", keys=KeyRing([forge.key, old]).public, audience="samen")]
    assert read_token(forge.signed(old, {"kid": old["kid"]}), trusted).subject == "noor"
    with pytest.raises(TokenRefused) as refused:
        read_token(forge.signed(old), trusted)
    assert refused.value.facts == {"reason": "signature"}


def test_a_key_signs_by_its_own_algorithm_only() -> None:
    """Even if its issuer uses several algorithms."""
    forge = Forge("http://issuer", new_key())
    both = Issuer(
        name="http://issuer",
        keys=KeyRing([forge.key]).public,
        audience="samen",
        algorithms=frozenset({"ES256", "ES384"}),
    )
    assert read_token(forge.signed(), [both]).subject == "noor"
    with pytest.raises(TokenRefused) as refused:
        read_token(forge.signed(header={"alg": "ES384"}), [both])
    assert refused.value.facts == {"reason": "unknown_key"}


async def test_an_issuer_whose_keys_cannot_be_had_lets_nobody_in() -> None:
    forge = Forge("http://issuer", new_key())
    away = RemoteKeys("http://issuer", f"http://127.0.0.1:{free_port()}/keys")
    with pytest.raises(IssuerUnavailable):
        await identify(forge.signed(), [Issuer(name="http://issuer", keys=away, audience="samen")])
    await away.close()


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
