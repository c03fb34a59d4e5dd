"""Apps: third-party clients with their own credentials, scopes, and the cooperatives that they work for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Scope
from app.domain.errors import RuleRefused

SELLABLE_SCOPES = frozenset(
    {Scope.CATALOGUE_READ, Scope.OFFERINGS_READ, Scope.OFFERINGS_WRITE, Scope.ORDERS_READ, Scope.ORDERS_WRITE}
)
"""What an app can be given for itself; more it only gets through a person's token."""


class RateClass(StrEnum):
    STANDARD = "standard"
    PARTNER = "partner"


@dataclass(frozen=True)
class App:
    """`id` is the client_id. `cooperative_ids` are the cooperatives whose offerings and orders it may handle."""

    id: UUID
    name: str
    scopes: tuple[Scope, ...]
    cooperative_ids: tuple[UUID, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    rate_class: RateClass = RateClass.STANDARD
    disabled_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True)
class AppWithSecret:
    """The only time that the secret is seen."""

    app: App
    client_secret: str


def allowed_redirects(uris: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses themselves. Raises RuleRefused for one that is neither https nor local."""
    for uri in uris:
        if not uri.startswith(("https://", "http://localhost", "http://127.0.0.1")):
            raise RuleRefused(rule="redirect_uri_is_https", value=uri)
    return uris


def allowed_scopes(scopes: tuple[Scope, ...]) -> tuple[Scope, ...]:
    """The scopes, each once. Raises RuleRefused for one that no app gets for itself."""
    for scope in scopes:
        if scope not in SELLABLE_SCOPES:
            raise RuleRefused(rule="app_scope", value=scope)
    return tuple(dict.fromkeys(scopes))
