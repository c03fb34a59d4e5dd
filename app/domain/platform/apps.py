"""Apps: third-party clients with their own credentials, scopes, and the cooperatives that they work for."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from app.domain.access import SELLABLE_SCOPES, Scope
from app.domain.errors import RuleRefused
from app.domain.people.power import PowerKind


class RateClass(StrEnum):
    """The class of a rate limit."""

    STANDARD = "standard"
    PARTNER = "partner"


@dataclass(frozen=True, kw_only=True)
class App:
    """`id` is the client_id. `cooperative_ids` are the cooperatives whose offerings and orders it may handle."""

    id: UUID
    name: str
    scopes: tuple[Scope, ...]
    registered_at: datetime
    registered_by: UUID | None = None
    cooperative_ids: tuple[UUID, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    rate_class: RateClass = RateClass.STANDARD
    disabled_at: datetime | None = None
    disabled_by: UUID | None = None
    keys: tuple[dict[str, str], ...] = ()
    """Public JWKs. With them it authenticates by signing (private_key_jwt) instead of by a secret."""
    last_used_at: datetime | None = None
    """Its last login."""
    version: int = 1

    @property
    def kids(self) -> tuple[str, ...]:
        """The ids of its keys."""
        return tuple(key["kid"] for key in self.keys)


def powers_changed(before: App, after: App) -> tuple[PowerKind, ...]:
    """The events for the trail of power that follow from a change of an app."""
    switched = PowerKind.APP_ENABLED if after.disabled_at is None else PowerKind.APP_DISABLED
    kinds = {
        PowerKind.SCOPES_CHANGED: after.scopes != before.scopes,
        PowerKind.KEYS_CHANGED: after.keys != before.keys,
        switched: (after.disabled_at is None) != (before.disabled_at is None),
    }
    return tuple(kind for kind, differs in kinds.items() if differs)


@dataclass(frozen=True)
class Granted:
    """The scopes and the rate limit of an app that logged in."""

    scopes: frozenset[str]
    rate_class: RateClass


@dataclass(frozen=True)
class AppWithSecret:
    """An app with its secret, which is shown only here."""

    app: App
    client_secret: str


MOST_KEYS = 5
_PUBLIC = {"EC": {"kty", "crv", "x", "y"}, "RSA": {"kty", "n", "e"}}
_BESIDE = {"kid", "alg", "use"}
_NOT_KEPT = {"key_ops", "ext", "x5t", "x5t#S256"}
"""Other members of a JWK, which have no effect here."""
_SIGNS = {"EC": {"ES256"}, "RSA": {"RS256"}}


def allowed_keys(stated: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], ...]:
    """The public keys in stored form. Raises RuleRefused for a private, weak or unknown one, or one without `kid`."""
    keys = tuple({name: value for name, value in key.items() if name not in _NOT_KEPT} for key in stated)
    kids = [key.get("kid") for key in keys]
    if len(keys) > MOST_KEYS or len(set(kids)) < len(kids):
        raise RuleRefused(rule="most_keys", value=str(MOST_KEYS))
    for key in keys:
        kind = key.get("kty", "")
        named = set(key)
        if not all(isinstance(value, str) for value in key.values()):
            raise RuleRefused(rule="key_not_usable", value=str(key.get("kid", ""))[:100])
        if named & {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}:
            raise RuleRefused(rule="key_is_private", value=key.get("kid", ""))
        whole = kind in _PUBLIC and _PUBLIC[kind] <= named <= _PUBLIC[kind] | _BESIDE and key.get("kid")
        # An RSA key has at least 2048 bits.
        strong = _is_on_curve(key) if kind == "EC" else len(key.get("n", "")) >= 342
        if not whole or not strong or key.get("alg") not in _SIGNS[kind] or key.get("use", "sig") != "sig":
            raise RuleRefused(rule="key_not_usable", value=key.get("kid", ""))
    return keys


_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def _is_on_curve(key: dict[str, Any]) -> bool:
    """Whether x and y are a point of P-256 (SEC 2, 2.4.2): no signature can be verified with any other."""
    texts = (str(key.get("x")), str(key.get("y")))
    if key.get("crv") != "P-256" or not all(re.fullmatch("[A-Za-z0-9_-]{43}", text) for text in texts):
        return False
    x, y = (int.from_bytes(base64.urlsafe_b64decode(f"{text}="), "big") for text in texts)
    return x < _P and y < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0


def allowed_redirects(uris: Sequence[str]) -> tuple[str, ...]:
    """Returns the addresses. Raises RuleRefused for one with a fragment, or that is neither https nor local."""
    for uri in uris:
        if not _is_https_or_local(uri):
            raise RuleRefused(rule="redirect_uri_is_https", value=uri)
    return tuple(uris)


def _is_https_or_local(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or "#" in uri:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


def allowed_scopes(scopes: Sequence[Scope]) -> tuple[Scope, ...]:
    """The scopes, each once. Raises RuleRefused for one that an app cannot have for itself."""
    for scope in scopes:
        if scope not in SELLABLE_SCOPES:
            raise RuleRefused(rule="app_scope", value=scope)
    return tuple(dict.fromkeys(scopes))
