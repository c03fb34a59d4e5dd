"""Tokens: made for apps, and verified from every trusted issuer. The only module that uses python-jose.

The library is strict only on request: every check that it omits by default is made here. EdDSA, JWE, PEM and DER never
reach it.
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
from jose import jwk, jws, jwt
from jose.exceptions import JOSEError
from jose.utils import base64url_decode

from app.adapters.strict_json import read_json
from app.domain.actors import VISITOR, Identity
from app.domain.errors import ClientRefused, TokenRefused

LIFETIME = 600
"""The lifetime of a token in seconds; longer ones are refused."""
LEEWAY = 30
LONGEST = 8000
"""Characters of a token; those of providers with many roles have about 3,000."""
DEEPEST = 16
"""Levels of brackets in its header or its claims."""
LATEST = 1e12
"""The latest date in seconds: beyond it floats are not exact enough."""
SHOWN = 200
"""The most characters of a refused token's text that go into the log."""
REQUIRED = ("exp", "iat", "aud", "iss", "sub")
"""The claims of a person's token; RFC 9068 wants `jti` too, which many providers leave out and nothing here needs."""
ASYMMETRIC = frozenset({"ES256", "ES384", "ES512", "RS256", "RS384", "RS512"})


class Keys(Protocol):
    """Public JWKs by kid."""

    def get(self, kid: str, /) -> Mapping[str, Any] | None: ...


@runtime_checkable
class FetchedKeys(Keys, Protocol):
    """Keys of a provider, fetched if one is not known. Both methods raise IssuerUnavailable."""

    async def fetch(self, kid: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """A trusted issuer. `keys` are public JWKs by kid; `people` tells whether `sub` is a person."""

    name: str
    keys: Keys
    audience: str
    algorithms: frozenset[str] = frozenset({"ES256"})
    types: frozenset[str] = frozenset({"at+jwt"})
    client_claims: tuple[str, ...] = ("client_id", "azp")
    """The claims that may name the app; the first one present counts (RFC 9068, Keycloak)."""
    people: bool = True
    scopes: frozenset[str] = frozenset()
    """Extra scopes of each of its tokens: for a provider that does not know our scopes."""


@dataclass(frozen=True)
class Claims:
    """The claims of a verified token. `subject` is None for an app that acts for itself."""

    issuer: str
    subject: str | None
    client_id: str | None
    scopes: frozenset[str]
    rate: str = "standard"


def read_token(token: str, issuers: Iterable[Issuer], now: float | None = None) -> Claims:
    """The claims of a token that one of `issuers` signed for this API.

    Raises TokenRefused with the reason, and IssuerUnavailable without keys of its issuer.
    """
    header, issuer = _issued(token, issuers)
    claims = _verified(token, header, issuer)
    _check_claims(claims, issuer, time.time() if now is None else now)
    client = next((claims[name] for name in issuer.client_claims if claims.get(name) is not None), None)
    rate = "standard" if issuer.people else str(claims.get("rate", "standard"))
    return Claims(
        issuer=issuer.name,
        subject=claims["sub"] if issuer.people else None,
        client_id=client,
        scopes=frozenset(claims.get("scope", "").split()) | issuer.scopes,
        rate=rate,
    )


def _issued(token: str, issuers: Iterable[Issuer]) -> tuple[dict[str, Any], Issuer]:
    """The header of a token and the issuer that it names; the signature is not verified yet. Raises TokenRefused."""
    try:
        header, stated = _opened(token)
    except ValueError:
        raise TokenRefused(reason="malformed") from None
    issuer = next((issuer for issuer in issuers if issuer.name == stated.get("iss")), None)
    if issuer is None:
        raise TokenRefused(reason="unknown_issuer")
    checks = {
        "crit": "crit" not in header,
        "type": media_type(header.get("typ")) in {media_type(known) for known in issuer.types},
        "algorithm": _allowed(header.get("alg"), issuer),
        "unknown_key": isinstance(header.get("kid"), str),
    }
    for reason, holds in checks.items():
        if not holds:
            raise TokenRefused(reason=reason)
    return header, issuer


def _allowed(algorithm: Any, issuer: Issuer) -> bool:
    return isinstance(algorithm, str) and algorithm in issuer.algorithms & ASYMMETRIC


def media_type(stated: Any) -> str:
    """A `typ` in the form to compare: lower case, without `application/` (RFC 7515, 4.1.9); "" if it is no text."""
    return stated.lower().removeprefix("application/") if isinstance(stated, str) else ""


def _verified(token: str, header: dict[str, Any], issuer: Issuer) -> dict[str, Any]:
    """The claims of a token, verified with the key that its header names. Raises TokenRefused, IssuerUnavailable."""
    key = issuer.keys.get(header["kid"])
    if key is None or key.get("alg", header["alg"]) != header["alg"]:
        raise TokenRefused(reason="unknown_key")
    try:
        signed = jws.verify(token, dict(key), algorithms=[header["alg"]])  # noqa: TID251  the one place
        claims: dict[str, Any] = read_json(signed, deepest=DEEPEST)
    except (JOSEError, ValueError, TypeError, AttributeError, KeyError):
        raise TokenRefused(reason="signature") from None
    return claims


def _check_claims(claims: dict[str, Any], issuer: Issuer, now: float) -> None:
    """Checks the claims of a verified token (RFC 7519, 4.1). Raises TokenRefused, which names the wrong claim."""
    for name in REQUIRED:
        if claims.get(name) in (None, ""):
            raise TokenRefused(reason="claim_missing", claim=name)
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    words = {"sub": claims["sub"], **{name: claims.get(name) for name in issuer.client_claims}}
    forms = {
        **{name: _is_date(claims[name]) for name in ("exp", "iat", "nbf") if claims.get(name) is not None},
        "aud": all(isinstance(audience, str) for audience in audiences),
        "iss": claims["iss"] == issuer.name,
        "scope": isinstance(claims.get("scope", ""), str),
        **{name: isinstance(word, str) and word.isprintable() for name, word in words.items() if word is not None},
    }
    for name, holds in forms.items():
        if not holds:
            raise TokenRefused(reason="claim_wrong", claim=name)
    begins = max(claims["iat"], claims["nbf"] if claims.get("nbf") is not None else claims["iat"])
    checks = {
        "audience": issuer.audience in audiences,
        "expired": claims["exp"] >= now - LEEWAY,
        "not_yet": begins <= now + LEEWAY,
        "lifetime": claims["exp"] - claims["iat"] <= LIFETIME,
    }
    for reason, holds in checks.items():
        if not holds:
            raise TokenRefused(reason=reason)


def _is_date(value: Any) -> bool:
    """Whether a claim is a NumericDate: seconds, which may have a fraction (RFC 7519, 2)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LATEST


def _opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, not verified yet. Raises ValueError if it is too long, too deep or no token.

    Segments are split and decoded like in python-jose, so its own parse has the same limits.
    """
    if len(token) > LONGEST:
        raise ValueError("too long")
    signed, _, _ = token.encode().rpartition(b".")
    head, _, body = signed.partition(b".")
    header, claims = (read_json(base64url_decode(part), deepest=DEEPEST) for part in (head, body))
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise ValueError("no objects")
    return header, claims


ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_ASSERTED = {f"require_{claim}": True for claim in ("exp", "aud", "iss", "sub", "jti")}


@dataclass(frozen=True)
class Assertion:
    """The assertion that an app signed to log in: valid once, until it ends."""

    id: str
    ends_at: datetime


def assertion_of(assertion: str) -> str:
    """The app that an assertion names; nothing is verified yet. Raises ClientRefused."""
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
    """An assertion that one of the app's keys signed for this API (RFC 7523). Raises ClientRefused with the reason."""
    known = {str(key["kid"]): key for key in keys}
    try:
        header, opened = _opened(assertion)
        stated = opened.get("aud")
        audience = stated[0] if isinstance(stated, list) and len(stated) == 1 else stated
        key = known.get(str(header.get("kid")), {})
        checks = {
            "unknown kid": bool(key),
            "crit": "crit" not in header,
            "typ": media_type(header.get("typ", "JWT")) in ("jwt", "client-authentication+jwt"),
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
            options={**_ASSERTED, "leeway": LEEWAY, "verify_at_hash": False},
        )
    except (JOSEError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise unsigned("exp" if "expired" in str(error) else "signature, iss, sub, exp or jti") from None
    ends, now, name = claims["exp"], time.time(), claims["jti"]
    issued = claims.get("iat", int(now))
    if type(ends) is not int or type(issued) is not int or not isinstance(name, str) or len(name) > 200:
        raise unsigned("exp, iat or jti")
    if ends > now + LIFETIME + LEEWAY or issued > now + LEEWAY:
        raise unsigned("exp more than ten minutes away, or iat to come")
    return Assertion(name, datetime.fromtimestamp(ends, UTC))


PUBLIC = ("kty", "crv", "x", "y", "alg", "use", "kid")
"""The members of a key that are published (RFC 7518 section 6.2.1); all others stay secret."""


@dataclass
class KeyRing:
    """Our own signing keys, newest first: the newest signs, all are published."""

    private: list[dict[str, Any]]
    public: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.public = {key["kid"]: {name: key[name] for name in PUBLIC if name in key} for key in self.private}

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
    """The caller that a token identifies; a visitor without one. Raises TokenRefused, IssuerUnavailable."""
    if token is None:
        return VISITOR
    claims = read_token(token, issuers)
    issuer = claims.issuer if claims.subject is not None else None
    return Identity(issuer, claims.subject, claims.client_id, claims.scopes, claims.rate)


async def identify(token: str | None, issuers: Iterable[Issuer]) -> Identity:
    """The caller, after the keys of the token's issuer are fetched. Raises TokenRefused, IssuerUnavailable."""
    if token is not None:
        header, issuer = _issued(token, issuers)
        if isinstance(issuer.keys, FetchedKeys):
            await issuer.keys.fetch(header["kid"])
    return identity_of(token, issuers)


def stated_issuer(token: str | None) -> str | None:
    """The issuer that a token names, for the log: not verified, shortened and printable."""
    try:
        stated = _opened(token or "")[1].get("iss")
    except ValueError:
        return None
    if not isinstance(stated, str):
        return None
    return "".join(letter if letter.isprintable() else "?" for letter in stated[:SHOWN])


def ends_at(token: str) -> float:
    """The end of a valid token, in Unix seconds: its `exp` plus the leeway for different clocks."""
    return float(_opened(token)[1]["exp"]) + LEEWAY


def bearer(header: str | None) -> str | None:
    """The token of an Authorization header."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
