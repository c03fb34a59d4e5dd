"""The checks before a process starts: all settings together, with one sentence for each fault."""

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from app.adapters.addresses import prefix_of
from app.adapters.tokens import ASYMMETRIC
from app.keys import faults_of_keys
from app.settings import NOBODY, Settings, SettingsWrong, TrustedIssuer


def check_settings(settings: Settings) -> None:
    """Checks all settings of a server or worker process. Raises SettingsWrong."""
    faults = [*_contradictions(settings), *(_unfit(settings) if settings.production else ()), *faults_of_keys(settings)]
    if faults:
        raise SettingsWrong(faults)


def _contradictions(settings: Settings) -> Iterator[str]:
    """The faults in every environment."""
    try:
        prefix_of(settings.public_url)
    except ValueError as error:
        yield str(error)
    names = [issuer.name for issuer in settings.issuers]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"SAMEN_ISSUERS names {name} twice."
    if settings.metrics_port == settings.port and settings.metrics_port:
        yield f"SAMEN_METRICS_PORT and SAMEN_PORT are both {settings.port}: each needs a port of its own."
    if settings.data_dir is not None and settings.data_dir.exists() and not settings.data_dir.is_dir():
        yield f"SAMEN_DATA_DIR: {settings.data_dir} is no directory."
    yield from _faults_of_certificates()
    if settings.public_url in names:
        yield "SAMEN_ISSUERS names SAMEN_PUBLIC_URL itself, which signs the tokens of apps."
    for issuer in settings.issuers:
        yield from _unreadable(issuer)


def _faults_of_certificates() -> Iterator[str]:
    """The faults of the certificate authorities in the environment; OpenSSL ignores them silently."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file is not None:
        try:
            ssl.create_default_context(cafile=file)
        except OSError as error:
            yield f"SSL_CERT_FILE: {file} holds no certificates that can be read ({error})."
    if folder is not None and not all(Path(one).is_dir() for one in folder.split(os.pathsep)):
        yield f"SSL_CERT_DIR: {folder} is no directory."


def _unreadable(issuer: TrustedIssuer) -> Iterator[str]:
    """The reasons why no token of a provider could ever be read."""
    if unknown := sorted(issuer.algorithms - ASYMMETRIC):
        known = ", ".join(sorted(ASYMMETRIC))
        yield f"SAMEN_ISSUERS: {issuer.name} cannot sign with {', '.join(unknown)}. Take one of {known}."
    for field in ("algorithms", "types"):
        if not getattr(issuer, field):
            yield f"SAMEN_ISSUERS: {issuer.name} has no {field} of tokens. Name at least one, or leave it out."


def _unfit(settings: Settings) -> Iterator[str]:
    """The faults in production only."""
    if not settings.public_url.startswith("https://"):
        yield f"SAMEN_PUBLIC_URL has to be an https address in production; it is {settings.public_url}."
    if not settings.issuers:
        yield "SAMEN_ISSUERS has to name at least one provider in production, or nobody can log in."
    addresses = [address for issuer in settings.issuers for address in (issuer.name, issuer.jwks_url) if address]
    for address in addresses:
        if not address.startswith("https://"):
            yield f"SAMEN_ISSUERS: {_without_secrets(address)} has to be https in production."
    if settings.smtp_url and settings.mail_from == NOBODY:
        yield "SAMEN_MAIL_FROM has to be set when SAMEN_SMTP_URL is: mail servers refuse that of a nameless machine."
    if settings.security_contact == Settings.model_fields["security_contact"].default:
        yield "SAMEN_SECURITY_CONTACT has to be set in production: security.txt tells people to write there."
    if settings.embedded and settings.data_dir is None:
        yield "SAMEN_DATABASE_URL or SAMEN_DATA_DIR has to be set: in production the books have a place of their own."


def _without_secrets(address: str) -> str:
    """A URL without login and query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
