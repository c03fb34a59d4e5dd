"""Tokens: made for apps, read from every issuer that is trusted. The only place that uses python-jose.

The library is strict only when told so: every check that it leaves out by default is made here. EdDSA, JWE, PEM and
DER never reach it.
"""

import json
import time
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jwt
from jose.exceptions import JOSEError
from jose.utils import base64url_decode

from app.adapters.strict_json import read_json
from app.domain.actors import VISITOR, Identity
from app.domain.errors import ClientRefused, TokenRefused

LIFETIME = 600
"""Seconds that a token lives; older ones and longer ones are refused."""
LEEWAY = 30
LONGEST = 8000
"""Characters of a token; those of providers with many roles have about 3,000."""
DEEPEST = 16
"""Levels of brackets in its header or its claims."""
REQUIRED = {f"require_{claim}": True for claim in ("exp", "iat", "aud", "iss", "sub", "jti")}
ASYMMETRIC = frozenset({"ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256"})


class Keys(Protocol):
    """Public JWKs by kid."""

    def get(self, kid: str, /) -> Mapping[str, Any] | None: ...


@runtime_checkable
class FetchedKeys(Keys, Protocol):
    """Keys of another's, which are fetched where one is not known."""

    async def fetch(self, kid: str) -> None: ...


@dataclass(frozen=True)
class Issuer:
    """One issuer that is trusted. `keys` are public JWKs by kid; `people` tells whether `sub` is a person."""

    name: str
    keys: Keys
    audience: str
    algorithms: frozenset[str] = frozenset({"ES256"})
    types: frozenset[str] = frozenset({"at+jwt"})
    client_claim: str = "client_id"
    people: bool = True
    scopes: frozenset[str] = frozenset()
    """What each of its tokens may do besides what it says: for a provider that does not know our scopes."""


@dataclass(frozen=True)
class Claims:
    """What a checked token says. `subject` is None for an app that acts for itself."""

    issuer: str
    subject: str | None
    client_id: str | None
    scopes: frozenset[str]
    rate: str = "standard"


def read_token(token: str, issuers: Iterable[Issuer], now: float | None = None) -> Claims:
    """The claims of a token that one of `issuers` signed for us. Raises TokenRefused with the reason."""
    now = time.time() if now is None else now
    try:
        header, stated = _opened(token)
        issuer = next((issuer for issuer in issuers if issuer.name == stated.get("iss")), None)
        if issuer is None:
            raise TokenRefused(reason="unknown_issuer")
        claims: dict[str, Any] = jwt.decode(  # noqa: TID251  the one place
            token,
            dict(_key(header, issuer)),
            algorithms=sorted(issuer.algorithms & ASYMMETRIC),
            audience=issuer.audience,
            issuer=issuer.name,
            options={**REQUIRED, "leeway": LEEWAY, "verify_at_hash": False},
        )
    except (JOSEError, ValueError, TypeError, AttributeError) as error:
        raise TokenRefused(reason=_reason(error)) from None
    issued, ends = claims["iat"], claims["exp"]
    if type(issued) is not int or type(ends) is not int:
        raise TokenRefused(reason="claims")
    if issued > now + LEEWAY or ends - issued > LIFETIME:
        raise TokenRefused(reason="lifetime")
    client = claims.get(issuer.client_claim)
    scopes = claims.get("scope", "")
    if not isinstance(scopes, str) or not (client is None or isinstance(client, str)):
        raise TokenRefused(reason="claims")
    subject = str(claims["sub"]) if issuer.people else None
    if not all(text.isprintable() for text in (subject or "", client or "")):
        raise TokenRefused(reason="claims")
    granted = frozenset(scopes.split()) | issuer.scopes
    rate = str(claims.get("rate", "standard")) if not issuer.people else "standard"
    return Claims(issuer.name, subject, client, granted, rate)


def _opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims; no signature is checked yet. Raises ValueError for what is too long, too deep or no token.

    The segments are cut and decoded as python-jose does it, so whatever passes here is bounded when it parses again.
    """
    if len(token) > LONGEST:
        raise ValueError("too long")
    signed, _, _ = token.encode().rpartition(b".")
    head, _, body = signed.partition(b".")
    header, claims = (read_json(base64url_decode(part), deepest=DEEPEST) for part in (head, body))
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise ValueError("no objects")
    return header, claims


def _key(header: dict[str, Any], issuer: Issuer) -> Mapping[str, Any]:
    """The one public key that the header names; everything unusual about the header is refused."""
    key = issuer.keys.get(str(header.get("kid")))
    checks = {
        "crit": "crit" not in header,
        "type": header.get("typ") in issuer.types,
        "algorithm": header.get("alg") in issuer.algorithms & ASYMMETRIC,
        "unknown_key": key is not None and key.get("alg", header.get("alg")) == header.get("alg"),
    }
    for reason, holds in checks.items():
        if not holds:
            raise TokenRefused(reason=reason)
    assert key is not None  # noqa: S101  checked above
    return key


def _reason(error: Exception) -> str:
    return "expired" if "expired" in str(error) else "signature_or_claims"


ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Assertion:
    """What an app signed to log in: good once, until it ends."""

    id: str
    ends_at: datetime


def assertion_of(assertion: str) -> str:
    """Which app says that it signed this; nothing is checked yet. Raises ClientRefused."""
    try:
        return str(_opened(assertion)[1].get("sub"))[:100]
    except ValueError:
        raise unsigned("malformed") from None


def unsigned(reason: str) -> ClientRefused:
    """The refusal of an assertion, with the reason."""
    return ClientRefused(how="assertion", reason=reason)


def read_assertion(
    assertion: str, keys: Iterable[Mapping[str, Any]], client_id: str, audiences: Collection[str]
) -> Assertion:
    """An assertion that one of the app's keys signed for us (RFC 7523). Raises ClientRefused with the reason."""
    known = {str(key["kid"]): key for key in keys}
    try:
        header, opened = _opened(assertion)
        stated = opened.get("aud")
        audience = stated[0] if isinstance(stated, list) and len(stated) == 1 else stated
        key = known.get(str(header.get("kid")), {})
        checks = {
            "unknown kid": bool(key),
            "crit": "crit" not in header,
            "typ": header.get("typ", "JWT") in ("JWT", "client-authentication+jwt"),
            "alg": header.get("alg") == key.get("alg"),
            "aud": isinstance(audience, str) and audience.removesuffix("/") in audiences,
        }
        if wrong := [reason for reason, holds in checks.items() if not holds]:
            raise unsigned(wrong[0])
        claims: dict[str, Any] = jwt.decode(  # noqa: TID251  beside the one for tokens
            assertion,
            dict(key),
            algorithms=[key["alg"]],
            audience=audience,
            issuer=client_id,
            subject=client_id,
            options={**REQUIRED, "require_iat": False, "leeway": LEEWAY, "verify_at_hash": False},
        )
    except (JOSEError, ValueError, TypeError, AttributeError) as error:
        raise unsigned("exp" if "expired" in str(error) else "signature, iss, sub, exp or jti") from None
    ends, now, name = claims["exp"], time.time(), claims["jti"]
    issued = claims.get("iat", int(now))
    if type(ends) is not int or type(issued) is not int or not isinstance(name, str) or len(name) > 200:
        raise unsigned("exp, iat or jti")
    if ends > now + LIFETIME + LEEWAY or issued > now + LEEWAY:
        raise unsigned("exp more than ten minutes away, or iat to come")
    return Assertion(name, datetime.fromtimestamp(ends, UTC))


@dataclass
class KeyRing:
    """Our own signing keys, newest first: the newest signs, all of them are published."""

    private: list[dict[str, Any]]
    public: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.public = {key["kid"]: {k: v for k, v in key.items() if k != "d"} for key in self.private}

    @classmethod
    def of(cls, text: str) -> "KeyRing":
        """From a private JWK set as JSON."""
        return cls(json.loads(text)["keys"])

    def sign(self, claims: Mapping[str, Any]) -> str:
        key = self.private[0]
        header = {"typ": "at+jwt", "kid": key["kid"]}
        token: str = jwt.encode(dict(claims), key, algorithm=key["alg"], headers=header)
        return token

    def token(
        self,
        *,
        issuer: str,
        audience: str,
        subject: str,
        client_id: str,
        scopes: Iterable[str],
        name: str | None = None,
        rate: str | None = None,
    ) -> str:
        """A signed token that lives ten minutes."""
        now = int(time.time())
        claims = {"iss": issuer, "aud": audience, "sub": subject, "client_id": client_id, "iat": now}
        claims |= {"exp": now + LIFETIME, "jti": uuid.uuid4().hex, "scope": " ".join(sorted(scopes))}
        return self.sign(claims | ({"name": name} if name else {}) | ({"rate": rate} if rate else {}))


def new_key() -> dict[str, Any]:
    """A fresh private ES256 key as a JWK."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key: dict[str, Any] = jwk.construct(pem.decode(), "ES256").to_dict()
    return key | {"alg": "ES256", "use": "sig", "kid": uuid.uuid4().hex[:16]}


def identity_of(token: str | None, issuers: Iterable[Issuer]) -> Identity:
    """Who a token says is calling; nobody without one. Raises TokenRefused."""
    if token is None:
        return VISITOR
    claims = read_token(token, issuers)
    issuer = claims.issuer if claims.subject is not None else None
    return Identity(issuer, claims.subject, claims.client_id, claims.scopes, claims.rate)


async def identify(token: str | None, issuers: Iterable[Issuer]) -> Identity:
    """Who is calling, after the keys of the token's issuer were fetched where that is needed. Raises TokenRefused."""
    if token is not None:
        try:
            header, claims = _opened(token)
        except ValueError:
            raise TokenRefused(reason="malformed") from None
        keys = next((issuer.keys for issuer in issuers if issuer.name == claims.get("iss")), None)
        if isinstance(keys, FetchedKeys):
            await keys.fetch(str(header.get("kid")))
    return identity_of(token, issuers)


def ends_at(token: str) -> float:
    """When a token that was read is refused from, in Unix seconds: its `exp`, and the leeway for clocks that differ."""
    return float(_opened(token)[1]["exp"]) + LEEWAY


def bearer(header: str | None) -> str | None:
    """The token of an Authorization header."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
