"""The caller, read from the token once for each request."""

import logging

from starlette.requests import HTTPConnection

from app.adapters.tokens import bearer, identify, stated_issuer
from app.domain.actors import Identity
from app.domain.errors import DomainError, IssuerUnavailable

audit = logging.getLogger("samen.audit")


def note_refusal(refused: DomainError, token: str | None) -> None:
    """Logs in the audit log that a token was refused and why, with the issuer in it; never the token.

    A token that could not be verified was not refused.
    """
    if isinstance(refused, IssuerUnavailable):
        return
    stated = {"code": refused.code, "issuer": stated_issuer(token)}
    audit.info("refused", extra={name: value for name, value in (stated | refused.facts).items() if value is not None})


async def judged(connection: HTTPConnection) -> Identity | DomainError:
    """The identity behind a request's token (a visitor's without one), or the error that refuses it.

    Verified once a request.
    """
    kept: Identity | DomainError | None = getattr(connection.state, "identity", None)
    if kept is not None:
        return kept
    try:
        identity: Identity | DomainError = await identify(_token(connection), connection.app.state.wiring.issuers)
    except DomainError as refused:
        identity = refused
    connection.state.identity = identity
    return identity


async def caller(connection: HTTPConnection) -> Identity:
    """The identity behind a request's token; a visitor's without one.

    Raises TokenRefused and IssuerUnavailable at each call; the audit log gets one line.
    """
    identity = await judged(connection)
    if not isinstance(identity, DomainError):
        return identity
    if not getattr(connection.state, "noted", False):
        connection.state.noted = True
        note_refusal(identity, _token(connection))
    raise identity


def _token(connection: HTTPConnection) -> str | None:
    return bearer(connection.headers.get("authorization"))
