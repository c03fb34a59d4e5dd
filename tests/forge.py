"""Makes valid and forged tokens of a provider."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from jose import jwk

from tests.world import Json


def part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Forge:
    """Makes tokens for noor, correct except for the given changes. None leaves a claim out."""

    issuer: str
    key: Json

    def claims(self, **changes: Any) -> Json:
        now = int(time.time())
        made = {"iss": self.issuer, "aud": "samen", "sub": "noor", "iat": now, "exp": now + 600, "jti": "1"}
        made |= {"client_id": "tests", "scope": "catalogue:read"} | changes
        return {name: value for name, value in made.items() if value is not None}

    def header(self, **changes: Any) -> Json:
        made = {"typ": "at+jwt", "kid": self.key["kid"], "alg": "ES256"} | changes
        return {name: value for name, value in made.items() if value is not None}

    def text(self, header: Json, claims: Json) -> str:
        return f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"

    def signed(self, key: Json | None = None, header: Json | None = None, **changes: Any) -> str:
        text = self.text(self.header(**(header or {})), self.claims(**changes))
        return f"{text}.{part(jwk.construct(key or self.key, 'ES256').sign(text.encode()))}"

    def hashed(self, key: bytes, algorithm: str = "HS256") -> str:
        """Signed with the public key, as if it were a shared secret."""
        text = self.text(self.header(alg=algorithm), self.claims())
        return f"{text}.{part(hmac.new(key, text.encode(), hashlib.sha256).digest())}"

    def unsigned(self, algorithm: str) -> str:
        return self.text(self.header(alg=algorithm), self.claims()) + "."

    def aged(self, begins: int, ends: int, **changes: Any) -> str:
        """A token that began and ends a number of seconds from now."""
        now = int(time.time())
        return self.signed(iat=now + begins, exp=now + ends, **changes)

    def before(self, seconds: int) -> str:
        """A token that is not valid for some seconds yet."""
        return self.signed(nbf=int(time.time()) + seconds)

    def tampered(self, **changes: Any) -> str:
        head, _, signature = self.signed().split(".")
        return f"{head}.{part(json.dumps(self.claims(**changes)).encode())}.{signature}"

    @property
    def pem(self) -> bytes:
        found: bytes = jwk.construct(self.key, "ES256").public_key().to_pem()
        return found

    @property
    def der(self) -> bytes:
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        return serialization.load_pem_public_key(self.pem).public_bytes(serialization.Encoding.DER, spki)
