"""A private certificate authority, like an operator's: only clients that name it trust it."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1", "::1", "samen.test", "id.test", "shop.test", "hook.test")
"""The hosts in its certificate."""


@dataclass(frozen=True)
class Tls:
    """Files in PEM: the authority (for `SSL_CERT_FILE`), a server's certificate with its chain, the server's key."""

    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def at(cls, folder: Path) -> "Tls":
        """A new authority and one certificate for all `NAMES`, in `folder`."""
        authority = trustme.CA()
        issued = authority.issue_cert(*NAMES)
        files = cls(folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
        authority.cert_pem.write_to_path(files.authority)
        files.certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(files.key)
        return files

    def client(self) -> ssl.SSLContext:
        """Trusts this authority alone."""
        return ssl.create_default_context(cafile=self.authority)

    def server(self) -> ssl.SSLContext:
        """Uses the certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context
