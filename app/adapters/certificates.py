"""Whose certificates we trust when we call others: the authorities of the system, and those that an operator adds."""

import ssl
from functools import lru_cache
from typing import Literal


@lru_cache
def trusted(_: Literal["http", "smtp", "otlp"]) -> ssl.SSLContext:
    """A context that judges servers by the system's store, `SSL_CERT_FILE` and `SSL_CERT_DIR`; made once a protocol.

    Each protocol has its own, because clients write the protocols that they speak (ALPN) into the context.
    """
    return ssl.create_default_context()


def certificate_fault(error: BaseException) -> str | None:
    """What is wrong with the certificate of a server, in OpenSSL's words; None if something else is wrong."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
        cause = cause.__cause__ or cause.__context__
    return None
