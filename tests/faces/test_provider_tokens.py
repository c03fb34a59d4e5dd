"""The requirements for providers: each row of the table in docs/operations.md, with a real provider's tokens."""

import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI
from jose import jwk

from app.adapters.logs import JsonLines
from app.adapters.tokens import ASYMMETRIC, LIFETIME, LONGEST, Issuer, new_key, read_token
from app.db.logins import logins_at
from app.keys import people_issuer
from app.main import build
from app.settings import Settings, TrustedIssuer
from tests.faces.test_subscriptions import said, socket
from tests.forge import Forge, part
from tests.provider import Provider, provider_at
from tests.world import Json, World

PAGE = Path(__file__).parent.parent.parent / "docs" / "operations.md"
Make = Callable[[Forge], str]


@dataclass(frozen=True)
class Row:
    """Tokens that are accepted, and tokens that are refused, by reason and claim."""

    taken: tuple[Make, ...]
    refused: dict[str, tuple[Make, ...]]


def signed(**changes: Any) -> Make:
    return lambda forge: forge.signed(**changes)


def header(**changes: Any) -> Make:
    return lambda forge: forge.signed(header=changes)


def dated(claim: str, seconds: float, *, fraction: bool = False) -> Make:
    """A token whose claim is a number of seconds from now; it lives as long as allowed."""

    def made(forge: Forge) -> str:
        moment = time.time() + seconds
        changes: Json = {claim: moment if fraction else int(moment)}
        beside: Json = {"exp": {"iat": moment - 300}, "iat": {"exp": moment + 300}}
        return forge.signed(**(changes | beside.get(claim, {})))

    return made


def lasting(seconds: float, begins: float = 0) -> Make:
    def made(forge: Forge) -> str:
        now = int(time.time()) + begins
        return forge.signed(iat=now, exp=now + seconds)

    return made


def of_another_algorithm(forge: Forge) -> str:
    """A good signature by the provider's key, but with an algorithm that is not allowed."""
    text = forge.text(forge.header(alg="ES512"), forge.claims())
    return f"{text}.{part(jwk.construct(forge.key, 'ES256').sign(text.encode()))}"


ROWS = {
    "form": Row((signed(),), {"malformed": (lambda f: "opaque", lambda f: "a.b.c", signed(padding="x" * LONGEST))}),
    "`iss`": Row((signed(),), {"unknown_issuer": (lambda f: f.signed(iss=f.issuer + "/"), signed(iss=None))}),
    "`typ` (header)": Row(
        tuple(
            header(typ=typ) for typ in ("at+jwt", "JWT", "AT+JWT", "jwt", "application/at+jwt", "Application/AT+JWT")
        ),
        {"type": tuple(header(typ=typ) for typ in ("Bearer", "text/at+jwt", "logout+jwt", 7, None))},
    ),
    "`alg` (header)": Row(
        (signed(),), {"algorithm": (of_another_algorithm, lambda f: f.unsigned("none"), lambda f: f.hashed(f.pem))}
    ),
    "`crit` (header)": Row((signed(),), {"crit": (header(crit=["exp"]),)}),
    "`kid` (header)": Row((signed(),), {"unknown_key": (header(kid="other"), header(kid=None), header(kid=1))}),
    "signature": Row((signed(),), {"signature": (lambda f: f.tampered(sub="network"), lambda f: f.unsigned("ES256"))}),
    "`exp`": Row(
        (dated("exp", -29), dated("exp", -29, fraction=True), dated("exp", 300, fraction=True)),
        {
            "claim_missing exp": (signed(exp=None),),
            "claim_wrong exp": (signed(exp="4102444800"), signed(exp=True), signed(exp=10**400), signed(exp=[1])),
            "expired": (dated("exp", -31), dated("exp", -600)),
        },
    ),
    "`iat`": Row(
        (dated("iat", 28), dated("iat", -1, fraction=True)),
        {
            "claim_missing iat": (signed(iat=None),),
            "claim_wrong iat": (signed(iat="1"), signed(iat=False), signed(iat=-(10**400))),
            "not_yet": (dated("iat", 33), dated("iat", 3600)),
        },
    ),
    "`nbf`": Row(
        (dated("nbf", 28), dated("nbf", -60, fraction=True), signed(nbf=None)),
        {"claim_wrong nbf": (signed(nbf="1"), signed(nbf=True)), "not_yet": (dated("nbf", 33), dated("nbf", 3600))},
    ),
    "lifetime": Row(
        (lasting(LIFETIME), lasting(LIFETIME, -0.4), lasting(LIFETIME, -0.123456)),
        {"lifetime": (lasting(LIFETIME + 1), lasting(LIFETIME + 0.5), lasting(3600), lasting(LIFETIME + 60, -60))},
    ),
    "`aud`": Row(
        (signed(aud="samen"), signed(aud=["samen"]), signed(aud=["account", "samen"])),
        {
            "claim_missing aud": (signed(aud=None),),
            "claim_wrong aud": (signed(aud=7), signed(aud=["samen", 7]), signed(aud={"samen": 1})),
            "audience": (signed(aud="other"), signed(aud=[]), signed(aud=["samen/"])),
        },
    ),
    "`sub`": Row(
        (signed(sub="8f7c"), signed(sub="Zoë")),
        {
            "claim_missing sub": (signed(sub=None), signed(sub="")),
            "claim_wrong sub": (signed(sub=7), signed(sub="a\nb"), signed(sub=["noor"])),
        },
    ),
    "app": Row(
        (signed(client_id="shop", azp=None), signed(client_id=None, azp="shop"), signed(client_id="shop", azp="other")),
        {
            "claim_wrong client_id": (signed(client_id=7), signed(client_id="a\nb")),
            "claim_wrong azp": (signed(client_id=None, azp=["shop"]),),
        },
    ),
    "`scope`": Row(
        (signed(scope="openid catalogue:read"), signed(scope=None), signed(scope=None, scp=["orders:read"])),
        {"claim_wrong scope": (signed(scope=["catalogue:read"]), signed(scope=7))},
    ),
    "`jti`": Row((signed(jti=None), signed(jti="")), {}),
}


def rows_of_the_page() -> dict[str, str]:
    """The reasons of each row of the table, by its first cell."""
    section = PAGE.read_text(encoding="utf-8").partition("### What a provider must give\n")[2].partition("\n### ")[0]
    cells = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {first.strip(): last.strip() for first, _, last in cells[1:]}


def test_the_page_has_the_rows_of_these_tests_and_their_reasons() -> None:
    tested = {name: {reason.split()[0] for reason in row.refused} for name, row in ROWS.items()}
    assert {name: set(re.findall("`([a-z_]+)`", reasons)) for name, reasons in rows_of_the_page().items()} == tested


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[Provider]:
    async with provider_at() as found:
        yield found


@pytest.fixture(scope="module")
async def application(settings: Settings, database_url: str, provider: Provider) -> AsyncIterator[FastAPI]:
    """The application; it trusts the provider by only its name and scopes."""
    trusted = TrustedIssuer.model_validate({"name": provider.issuer, "scopes": ["catalogue:read"]})
    app = build(settings.model_copy(update={"issuers": [trusted]}), logins_at(database_url))
    async with app.router.lifespan_context(app):
        yield app


async def asked(app: FastAPI, token: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/v1/me", headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})


@pytest.mark.parametrize("name", ROWS)
async def test_a_token_is_taken_or_refused_as_the_page_says(
    name: str, application: FastAPI, provider: Provider
) -> None:
    for number, make in enumerate(ROWS[name].taken):
        answer = await asked(application, make(provider.forge))
        assert answer.status_code == 200, (number, answer.text)
    for stated, forged in ROWS[name].refused.items():
        expected = dict(zip(("reason", "claim"), stated.split(), strict=False))
        for number, make in enumerate(forged):
            answer = await asked(application, make(provider.forge))
            facts = (answer.status_code, answer.json().get("code"), answer.json().get("facts"))
            assert facts == (401, "token_refused", expected), (stated, number)


async def test_a_key_that_is_published_for_encryption_signs_nothing(settings: Settings, database_url: str) -> None:
    async with provider_at() as provider:
        provider.keys.append(new_key() | {"use": "enc"})
        trusted = TrustedIssuer.model_validate({"name": provider.issuer})
        app = build(settings.model_copy(update={"issuers": [trusted]}), logins_at(database_url))
        async with app.router.lifespan_context(app):
            good, other = (Forge(provider.issuer, key).signed() for key in provider.keys)
            assert (await asked(app, good)).status_code == 200
            assert (await asked(app, other)).json()["facts"] == {"reason": "unknown_key"}


@pytest.mark.parametrize("odd", [{"crv": "secp256k1"}, {"crv": None}, {"x": None}, {"kty": "OKP"}, {"kty": None}])
async def test_a_published_key_of_another_kind_lets_nobody_in(settings: Settings, database_url: str, odd: Json) -> None:
    async with provider_at() as provider:
        provider.keys.append(new_key() | odd)
        trusted = TrustedIssuer.model_validate({"name": provider.issuer})
        app = build(settings.model_copy(update={"issuers": [trusted]}), logins_at(database_url))
        async with app.router.lifespan_context(app):
            forged = provider.forge.signed(header={"kid": provider.keys[1]["kid"]})
            assert (await asked(app, forged)).json()["facts"] == {"reason": "signature"}
            assert (await asked(app, provider.token())).status_code == 200


@pytest.mark.parametrize("algorithm", sorted(ASYMMETRIC))
def test_a_token_by_each_algorithm_that_an_issuer_may_name_is_read(algorithm: str) -> None:
    curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
    private = (
        ec.generate_private_key(curves[algorithm]) if algorithm in curves else rsa.generate_private_key(65537, 2048)
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key = jwk.construct(private.private_bytes(encoding, form, serialization.NoEncryption()).decode(), algorithm)
    public = key.public_key().to_dict() | {"kid": "one", "alg": algorithm}
    forge = Forge("https://id.example.org", {"kid": "one"})
    text = forge.text(forge.header(alg=algorithm), forge.claims())
    issuer = Issuer(name=forge.issuer, keys={"one": public}, audience="samen", algorithms=frozenset({algorithm}))
    assert read_token(f"{text}.{part(key.sign(text.encode()))}", [issuer]).subject == "noor"


async def test_the_app_is_named_by_client_id_or_azp(application: FastAPI, provider: Provider, world: World) -> None:
    shop = (await world.app()).login
    for changes in ({"client_id": shop}, {"client_id": None, "azp": shop}, {"client_id": shop, "azp": "other"}):
        assert (await asked(application, provider.token(**changes))).json()["appId"] == shop
    assert (await asked(application, provider.token(client_id=None))).json()["appId"] is None


async def test_the_answer_names_what_is_wrong_as_rfc_6750_has_it(application: FastAPI, provider: Provider) -> None:
    async def challenge(token: str) -> str:
        return (await asked(application, token)).headers["www-authenticate"]

    text = "This token is not valid: it lacks exp. Ask for a new one."
    shown = f'Bearer realm="samen", error="invalid_token", error_description="{text}"'
    assert await challenge(provider.token(exp=None)) == shown
    assert (await challenge("opaque")).startswith('Bearer realm="samen", error="invalid_token", error_description="')


async def test_a_scope_that_is_missing_is_named_in_the_challenge(world: World) -> None:
    """RFC 6750, 3.1."""
    narrow = Forge(people_issuer(world.settings), world.keys.private[0]).signed(scope="catalogue:read")
    answer = await world.client.get("/v1/orders", headers={"Authorization": f"Bearer {narrow}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert answer.headers["www-authenticate"] == 'Bearer realm="samen", error="insufficient_scope", scope="orders:read"'


async def test_graphql_over_http_has_the_same_challenge(world: World) -> None:
    sent = {"Authorization": "Bearer opaque", "Accept-Language": "en"}
    refused = await world.client.post("/graphql", json={"query": "{ me { roles } }"}, headers=sent)
    text = "This token is not valid (malformed). Ask for a new one."
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == (
        f'Bearer realm="samen", error="invalid_token", error_description="{text}"'
    )


async def test_the_audit_log_says_what_is_wrong_and_whose_token_it_is(
    application: FastAPI, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """Never the token; its text is shortened and printable."""
    forged = {
        "missing": provider.token(exp=None),
        "signature": provider.forge.tampered(sub="canary"),
        "stranger": provider.token(iss="http://evil\n" + "x" * 1000),
        "opaque": "canary.of.nobody",
    }
    with caplog.at_level(logging.INFO, logger="samen.audit"):
        for token in forged.values():
            await asked(application, token)
    names = ("code", "reason", "claim", "issuer")
    lines = [vars(record) for record in caplog.records if record.name == "samen.audit"]
    assert [tuple(line.get(name) for name in names) for line in lines] == [
        ("token_refused", "claim_missing", "exp", provider.issuer),
        ("token_refused", "signature", None, provider.issuer),
        ("token_refused", "unknown_issuer", None, "http://evil?" + "x" * 188),
        ("token_refused", "malformed", None, None),
    ]
    told = "".join(JsonLines().format(record) for record in caplog.records)
    assert [token for token in (*forged.values(), "canary") if token in told] == []


async def test_the_audit_log_says_the_same_of_a_socket(
    world: World, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    issuer = people_issuer(world.settings)
    with caplog.at_level(logging.INFO, logger="samen.audit"):
        async with socket(address, Forge(issuer, world.keys.private[0]).signed(aud="other")) as connection:
            with pytest.raises(websockets.ConnectionClosedError):
                await said(connection)
    [line] = [vars(record) for record in caplog.records if record.name == "samen.audit"]
    assert (line["code"], line["reason"], line["issuer"]) == ("token_refused", "audience", issuer)
