"""Who is calling: read from the token once a request, for whoever asks."""

import logging

from starlette.requests import HTTPConnection

from app.adapters.tokens import bearer, identify, stated_issuer
from app.domain.actors import Identity
from app.domain.errors import DomainError, IssuerUnavailable

audit = logging.getLogger("samen.audit")


def note_refusal(refused: DomainError, token: str | None) -> None:
    """Write in the audit log that a token was refused and why, with the issuer that it names; never the token.

    A token that nobody could judge was not refused.
    """
    if isinstance(refused, IssuerUnavailable):
        return
    stated = {"code": refused.code, "issuer": stated_issuer(token)}
    audit.info("refused", extra={name: value for name, value in (stated | refused.facts).items() if value is not None})


async def caller(connection: HTTPConnection) -> Identity:
    """The identity behind a request's token, nobody's without one.

    Raises TokenRefused and IssuerUnavailable, however often it is asked.
    """
    found: Identity | DomainError | None = getattr(connection.state, "identity", None)
    if found is None:
        token = bearer(connection.headers.get("authorization"))
        try:
            found = await identify(token, connection.app.state.wiring.issuers)
        except DomainError as refused:
            note_refusal(refused, token)
            found = refused
        connection.state.identity = found
    if isinstance(found, DomainError):
        raise found
    return found
