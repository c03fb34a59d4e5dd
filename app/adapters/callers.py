"""Who is calling: read from the token once a request, for whoever asks."""

import logging

from starlette.requests import HTTPConnection

from app.adapters.tokens import bearer, identify
from app.domain.actors import Identity
from app.domain.errors import DomainError

audit = logging.getLogger("samen.audit")


async def caller(connection: HTTPConnection) -> Identity:
    """The identity behind a request's token, nobody's without one. Raises TokenRefused, however often it is asked."""
    found: Identity | DomainError | None = getattr(connection.state, "identity", None)
    if found is None:
        token = bearer(connection.headers.get("authorization"))
        try:
            found = await identify(token, connection.app.state.wiring.issuers)
        except DomainError as refused:
            audit.info("refused", extra={"code": refused.code})
            found = refused
        connection.state.identity = found
    if isinstance(found, DomainError):
        raise found
    return found
