"""The certificates that our clients trust: the authorities of the system, and those that an operator adds."""

import ssl
from functools import lru_cache
from typing import Literal


@lru_cache
def trusted(_: Literal["http", "smtp", "otlp"]) -> ssl.SSLContext:
    """A TLS context with the system's store, `SSL_CERT_FILE` and `SSL_CERT_DIR`; made once for each protocol.

    Each protocol has its own, because clients write the protocols that they speak (ALPN) into the context.
    """
    return ssl.create_default_context()


def certificate_fault(error: BaseException) -> str | None:
    """The fault in a server's certificate, in OpenSSL's words; None for any other error."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
        cause = cause.__cause__ or cause.__context__
    return None
