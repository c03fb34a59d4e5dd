"""The requests library, which sends traces, with the system's certificate authorities instead of its own list.

A separate module, because the library is slow to import and most processes send no traces.
"""

from typing import Any

from requests.adapters import HTTPAdapter

from app.adapters.certificates import trusted


class SystemCertificates(HTTPAdapter):
    """Verifies servers like all our clients (`certificates.trusted`). A bundle that a caller gives is trusted too."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=trusted("otlp"), **pool)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        super().cert_verify(conn, url, verify, cert)
        if verify is True:
            conn.ca_certs = None
