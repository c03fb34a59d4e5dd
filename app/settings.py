"""The one typed settings class; every value is read from `SAMEN_*` variables."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.access import Scope


class TrustedIssuer(BaseModel):
    """An OIDC provider. `name` is its issuer, exactly as in its tokens; what is not set fits Keycloak."""

    name: str
    """Its issuer, exactly as in its tokens."""
    audience: str = ""
    """What its tokens must be made for. Unset: SAMEN_AUDIENCE."""
    jwks_url: str = ""
    """Where its keys are. Unset: as `/.well-known/openid-configuration` of the issuer says."""
    algorithms: frozenset[str] = frozenset({"RS256", "ES256"})
    """What it signs with."""
    types: frozenset[str] = frozenset({"at+jwt", "JWT"})
    """What its access tokens call themselves (`typ`)."""
    client_claim: str = "azp"
    """Where they name the app."""
    scopes: frozenset[Scope] = frozenset()
    """What every token of it may do besides what it says: for a provider that cannot be taught our scopes."""


class Settings(BaseSettings):
    """What an installation may choose. Only `main`, `worker`, `cli` and `alembic` read it."""

    model_config = SettingsConfigDict(env_prefix="SAMEN_", extra="ignore")

    environment: Literal["development", "production"] = "development"
    """`production` switches off the demo, GraphiQL and the built-in issuer of people."""
    database_url: str | None = None
    """A PostgreSQL server of version 18 or newer. Unset: the embedded one is started."""
    data_dir: Path | None = None
    """Where the embedded database and the signing keys live. Default: `.samen/` of the working directory."""
    host: str = "127.0.0.1"
    """Where it listens."""
    port: int = 8000
    """The port of the API."""
    public_url: str = ""
    """Issuer of the tokens and base of the links that people receive. Unset: this machine and the port."""
    audience: str = "samen"
    """What tokens must be made for."""
    issuers: list[TrustedIssuer] = []
    """OIDC providers whose people may come in, as JSON: `[{"name": "https://id.example.org/realms/samen"}]`."""
    signing_keys: SecretStr | None = None
    """Private JWK set as JSON, newest first. Unset: made once and kept in the data directory."""
    sealing_key: SecretStr | None = None
    """32 random bytes in base64, for sealed facts about members. Unset: made once and kept in the data directory."""
    pool_size: int = 10
    """Connections of one process."""
    catalogue_pool_size: int = 10
    """Connections of one process for the public catalogue."""
    smtp_url: str | None = None
    """`smtp://user:password@host:587`. Unset: no mail is sent."""
    mail_from: str = "samen@localhost"
    """Who mails come from."""
    log_level: str = "INFO"
    """Of the lines on stderr."""
    graphql_seconds: float = 10
    """How long a GraphQL document may run; then it is stopped, and what is under way is undone."""
    rate_visitor: int = 600
    """Units a minute for an address without a token: a request one, a login ten, GraphQL by what it asks; 0: no end."""
    rate_standard: int = 3000
    """Units a minute for a person or an app."""
    rate_partner: int = 30_000
    """Units a minute for an app of the rate class `partner`."""
    connections_per_address: int = 200
    """Connections of one address at one process; 0: no end. A proxy in `FORWARDED_ALLOW_IPS` has no limit."""
    drain_seconds: float = 0
    """How long it still takes requests after SIGTERM, while `/readyz` is 503; behind a proxy 10."""
    metrics_port: int | None = None
    """Where Prometheus reads `/metrics`. Unset: nowhere. It is a port of its own, not for the internet."""
    metrics_host: str = "127.0.0.1"
    """Where that port listens."""
    otlp_endpoint: str | None = None
    """The OpenTelemetry collector that gets traces, such as `http://127.0.0.1:4318`. Unset: no traces."""

    @model_validator(mode="after")
    def _public_url_of_the_port(self) -> Self:
        self.public_url = self.public_url.rstrip("/") or f"http://127.0.0.1:{self.port}"
        return self

    @property
    def production(self) -> bool:
        return self.environment == "production"


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
