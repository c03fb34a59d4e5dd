"""Sealed text: AES-GCM under a key of the member's own, itself wrapped by the installation's key."""

import base64
import hashlib
import hmac
import os
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

NONCE = 12


class Sealing:
    """Seals and opens with the installation's key of 32 bytes; who deletes a member's wrapped key erases their text."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the sealing key is not 32 bytes long")
        self._key = key

    @classmethod
    def of(cls, text: str) -> "Sealing":
        """From base64. Raises ValueError if the text is not 32 bytes in base64."""
        return cls(base64.b64decode(text))

    def pseudonym(self, cooperative_id: UUID, member_id: UUID) -> str:
        """The same for a member in every report of one cooperative; nobody without the key can tell whose it is."""
        about = b"pseudonym" + cooperative_id.bytes + member_id.bytes
        return hmac.new(self._key, about, hashlib.sha256).hexdigest()[:12]

    def token(self, about: bytes) -> str:
        """An unguessable token, derived from the id, so that it need not be stored."""
        return base64.urlsafe_b64encode(hmac.digest(self._key, b"token" + about, "sha256")[:24]).decode()

    def fingerprint(self) -> bytes:
        """The key's fingerprint, which reveals nothing of the key."""
        return hmac.digest(self._key, b"fingerprint", "sha256")

    def new_key(self) -> bytes:
        """A key for one member, wrapped."""
        return aes_key_wrap(self._key, AESGCM.generate_key(256))

    def unwrap(self, wrapped: bytes) -> bytes:
        """A member's key. Raises InvalidUnwrap if another key of an installation wrapped it."""
        return aes_key_unwrap(self._key, wrapped)

    def seal(self, wrapped: bytes, text: str, about: bytes) -> bytes:
        """The text sealed under a wrapped key, bound to what it is `about`."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self.unwrap(wrapped)).encrypt(nonce, text.encode(), about)

    def open(self, wrapped: bytes, sealed: bytes, about: bytes) -> str:
        """The plain text."""
        return AESGCM(self.unwrap(wrapped)).decrypt(sealed[:NONCE], sealed[NONCE:], about).decode()


def key_of(sealing: Sealing | None) -> Sealing:
    """The key, where it is needed. Raises RuntimeError in a process that has none."""
    if sealing is None:
        raise RuntimeError("this process has no key for sealed facts")
    return sealing
