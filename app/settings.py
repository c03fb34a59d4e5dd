"""The one typed settings class; every value is read from `SAMEN_*` variables."""

import os
from collections.abc import Iterable, Sequence
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import from_json
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.domain.access import Scope
from app.domain.platform.destinations import never_in

PREFIX = "SAMEN_"
NOT_OURS = frozenset({"SAMEN_URL", "SAMEN_JUDGES", "SAMEN_LONG_RUNS"})
"""Variables of the shell that are not settings: `samen tokens` writes the first for the caller's own requests, and the
tests read the others.
"""


class SettingsWrong(RuntimeError):
    """Settings with which no process can start. The message has one sentence a line for each fault."""

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__("\n".join(faults))


def _json(value: Any) -> Any:
    """The value of a JSON text. Raises ValueError."""
    try:
        return from_json(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"It is no JSON ({error})") from None


def _address(*schemes: str) -> AfterValidator:
    """Checks that a text is empty, or a URL with one of these schemes, a host and a port."""
    return AfterValidator(partial(_check_address, schemes))


def _check_address(schemes: Sequence[str], text: str | None) -> str | None:
    """The text itself. Raises ValueError."""
    allowed = " or ".join(f"{scheme}://" for scheme in schemes)
    if not text:
        return text
    if not text.isprintable() or " " in text:
        raise ValueError("There is a blank or an invisible character in it")
    parts = urlsplit(text)
    try:
        whole = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValueError("Its port has to be a number from 1 to 65535") from None
    if not whole:
        raise ValueError(f"It has to begin with {allowed} and name a host")
    return text


def _database(text: str | None) -> str | None:
    """A URL of PostgreSQL, which may name several hosts, or a folder with a socket. Raises ValueError."""
    if not text:
        return text
    parts = urlsplit(text)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("It has to begin with postgresql://")
    # Several hosts have several ports; the driver parses them.
    if "," not in parts.netloc:
        try:
            _ = parts.port
        except ValueError:
            raise ValueError("Its port is no number. In a password / # ? @ are written as %2F %23 %3F %40") from None
    return text


def _base(text: str) -> str:
    """The base address without a final slash. Raises ValueError."""
    parts = urlsplit(text)
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("It has no place for a query or a fragment, nor for a login")
    return text.rstrip("/")


def _mailbox(text: str) -> str:
    """A mail address, with or without a name before it. Raises ValueError."""
    try:
        validate_email(text, check_deliverability=False, allow_display_name=True, test_environment=True)
    except EmailNotValidError:
        if text != NOBODY:
            raise ValueError("It has to be a mail address") from None
    return text


def _contact(text: str) -> str:
    """The URI of a contact: https://…, or mailto: with a mail address, which may be written without mailto:.

    Raises ValueError.
    """
    if text.startswith("https://"):
        _check_address(("https",), text)
        return text
    address = text.removeprefix("mailto:")
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError("It has to be a mail address or an https address") from None
    return f"mailto:{address}"


def _network(value: Any) -> IPv4Network | IPv6Network:
    """A network in CIDR notation. Raises ValueError."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        return ip_network(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError(f"It is no network such as 10.20.0.0/16 ({error})") from None


NOBODY = "samen@localhost"
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Seconds = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Port = Annotated[int, Field(ge=0, le=65535)]
Web = _address("http", "https")


class TrustedIssuer(BaseModel):
    """An OIDC provider. `name` is its issuer, exactly as in its tokens; the defaults fit Keycloak."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1), Web]
    """Its issuer, exactly as in its tokens."""
    audience: str = ""
    """The required audience of its tokens. Unset: SAMEN_AUDIENCE."""
    jwks_url: Annotated[str, Web] = ""
    """The URL of its keys. Unset: from `/.well-known/openid-configuration` of the issuer."""
    algorithms: frozenset[str] = frozenset({"RS256", "ES256"})
    """The algorithms with which it signs."""
    types: frozenset[str] = frozenset({"at+jwt", "JWT"})
    """The types of its access tokens (`typ`)."""
    client_claim: str = ""
    """The claim that names the app. Unset: `client_id` (RFC 9068), or else `azp` (Keycloak)."""
    scopes: frozenset[Scope] = frozenset()
    """Extra scopes of all its tokens: for a provider that cannot issue our scopes."""


class Settings(BaseSettings):
    """The settings of an installation. Only `main`, `worker`, `cli` and `alembic` read them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    environment: Literal["development", "production"] = "development"
    """`production` switches off the demo, GraphiQL and the built-in issuer of people."""
    database_url: Annotated[str | None, AfterValidator(_database)] = None
    """A PostgreSQL server of version 18 or newer, as `samen_app`. Unset: the embedded one is started.

    Each other login has an address of its own; `samen migrate --roles` makes the logins and prints them.
    """
    database_url_worker: Annotated[str | None, AfterValidator(_database)] = None
    """The same database, as `samen_worker`."""
    database_url_catalogue: Annotated[str | None, AfterValidator(_database)] = None
    """The same database, as `samen_catalogue`, which reads what is for sale and nothing else."""
    database_url_reader: Annotated[str | None, AfterValidator(_database)] = None
    """The same database, as `samen_reader`, which checks the books and writes nothing."""
    database_url_owner: Annotated[str | None, AfterValidator(_database)] = None
    """The same database, as the owner of its tables: for `migrate`, `backup`, `restore`, `restored`, `appoint`."""
    data_dir: Path | None = None
    """The folder of the keys and the embedded database.

    Unset: `.samen/` of the working directory, not in production.
    """
    host: str = "127.0.0.1"
    """The address on which it listens."""
    port: Port = 8000
    """The port of the API."""
    public_url: Annotated[str, Web, AfterValidator(_base)] = ""
    """Issuer of the tokens and base of the links that people receive. Unset: this machine and the port."""
    audience: str = "samen"
    """The required audience of tokens."""
    issuers: Annotated[list[TrustedIssuer], NoDecode, BeforeValidator(_json)] = []
    """OIDC providers whose people may log in, as JSON: `[{"name": "https://id.example.org/realms/samen"}]`."""
    signing_keys: SecretStr | None = None
    """Private JWK set as JSON (ES256), newest first. Unset: in the data directory, where `samen keys` puts it."""
    sealing_key: SecretStr | None = None
    """32 random bytes in base64, which seal facts about members.

    Unset: in the data directory, like the signing keys.
    """
    pool_size: Annotated[int, Field(ge=1)] = 10
    """The database connections of one process."""
    catalogue_pool_size: Annotated[int, Field(ge=1)] = 10
    """The database connections of one process for the public catalogue."""
    smtp_url: Annotated[str | None, _address("smtp", "smtps")] = None
    """`smtp://user:password@host:587`. Unset: no mail is sent."""
    mail_from: Annotated[str, AfterValidator(_mailbox)] = NOBODY
    """The sender of mails."""
    security_contact: Annotated[str, AfterValidator(_contact)] = "mailto:security@example.org"
    """Whom to tell of a vulnerability (`/.well-known/security.txt`): a mail address, or an https address."""
    security_policy: Annotated[str, Web] = "https://example.org/samen/SECURITY.md"
    """The web page that says how to report a vulnerability."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    """The lowest level of log lines on stderr."""
    graphql_seconds: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)] = 10
    """The most seconds of a GraphQL document; then it is stopped, and running work is rolled back."""
    rate_visitor: Count = 600
    """Units a minute for an address without a token: a request costs one, a login ten, GraphQL by its size; 0: no
    limit.
    """
    rate_standard: Count = 3000
    """Units a minute for a person or an app."""
    rate_partner: Count = 30_000
    """Units a minute for an app of the rate class `partner`."""
    webhook_networks: Annotated[list[Network], NoDecode, BeforeValidator(_json)] = []
    """Private networks that webhooks may go to besides the internet, as JSON: `["10.20.0.0/16", "fd12:3456::/48"]`."""
    holds_per_person: Annotated[int, Field(ge=1)] = 3
    """The most holds of one person on one offering at a time."""
    holds_per_app: Annotated[int, Field(ge=1)] = 50
    """The same for an app, which holds for all of its guests."""
    hold_share: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.5")
    """The most that one buyer holds of what is left of an offering, as a share; one unit is always allowed."""
    connections_per_address: Count = 200
    """The most connections of one address at one process; 0: no limit.

    A proxy in `FORWARDED_ALLOW_IPS` has no limit.
    """
    drain_seconds: Seconds = 0
    """Seconds for which it answers requests after SIGTERM, while `/readyz` is 503. Behind a proxy take 10."""
    metrics_port: Port | None = None
    """The port where Prometheus reads `/metrics`. Unset: none. It is a separate port, not for the internet."""
    metrics_host: str = "127.0.0.1"
    """The address of that port."""
    otlp_endpoint: Annotated[str | None, Web] = None
    """The OpenTelemetry collector that gets traces, such as `http://127.0.0.1:4318`. Unset: no traces."""

    @field_validator("webhook_networks")
    @classmethod
    def _only_what_may_be_sent_to(cls, networks: list[IPv4Network | IPv6Network]) -> list[IPv4Network | IPv6Network]:
        for network in networks:
            if never := never_in(network):
                raise ValueError(f"{network} overlaps {never}, to which nothing is ever sent. Name a smaller network")
        return networks

    @model_validator(mode="after")
    def _public_url_of_the_port(self) -> Self:
        self.public_url = self.public_url or f"http://127.0.0.1:{self.port}"
        return self

    @property
    def folder(self) -> Path:
        """The data directory."""
        return self.data_dir or Path(".samen")

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded one: no setting gives an address of another."""
        return all(value is None for name, value in self if name.startswith("database_url"))

    @property
    def production(self) -> bool:
        return self.environment == "production"


SHAPES = {
    "list_type": "It has to be a list in square brackets",
    "model_type": "It has to be an object with fields, in braces",
    "model_attributes_type": "It has to be an object with fields, in braces",
    "dict_type": "It has to be an object with fields, in braces",
}
"""Replaces pydantic's words, which name Python's types."""


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsWrong with a sentence for each fault."""
    names = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    variables = {name for name in os.environ if name.upper().startswith(PREFIX)} - NOT_OURS
    unknown = sorted(name for name in variables if name.upper() not in names)
    faults = [f"{name} is no setting.{_suggestion(name, names)}" for name in unknown]
    if os.environ.get(f"{PREFIX}ENVIRONMENT") == "":
        faults.append(f"{PREFIX}ENVIRONMENT is empty. Say development or production.")
    try:
        settings = Settings()
    except ValidationError as error:
        faults += [_sentence(one["loc"], one["type"], one["msg"]) for one in error.errors()]
    if faults:
        raise SettingsWrong(faults)
    return settings


def _sentence(path: Sequence[int | str], code: str, message: str) -> str:
    """The fault at a path of the settings. The value is not repeated, since it may be a secret."""
    setting = str(path[0])
    items = [{"issuers": "provider", "webhook_networks": "network"}.get(setting, "item"), *["item"] * len(path)]
    inner = [f"{part + 1}. {items.pop(0)}" if isinstance(part, int) else part for part in path[1:]]
    parts = [f"{PREFIX}{setting.upper()}", *inner]
    if code == "extra_forbidden":
        suggestion = _suggestion(parts[-1], TrustedIssuer.model_fields)
        return f"{', '.join(parts[:-1])}: there is no field {parts[-1]}.{suggestion}"
    return f"{', '.join(parts)}: {SHAPES.get(code, message.removeprefix('Value error, '))}."


def _suggestion(name: str, known: Iterable[str]) -> str:
    """The known name that an unknown name may have meant."""
    plain = {one.removeprefix(PREFIX): one for one in known}
    close = [plain[one] for one in get_close_matches(name.removeprefix(PREFIX), plain, n=1)]
    return f" Did you mean {close[0]}?" if close else " All of them: docs/settings.md."
