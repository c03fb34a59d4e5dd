"""The public keys of OIDC providers: fetched when needed, kept for ten minutes, asked for twice a minute at most."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from app.adapters.strict_json import read_json

KEPT = 600
"""Seconds after which keys that could not be fetched anew are not trusted any more: a withdrawn key is gone by then."""
FRESH = 300
"""Seconds after which they are fetched anew, before the old ones are over."""
ASKED_AGAIN = 30
"""Seconds between two questions, however many tokens name an unknown key."""
MOST_BYTES = 200_000
log = logging.getLogger("samen.issuers")


class RemoteKeys:
    """The keys of one issuer."""

    def __init__(self, issuer: str, jwks_url: str = "", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._clock = clock
        self._keys: dict[str, Mapping[str, Any]] = {}
        self._fetched = self._asked = float("-inf")
        self._lock = asyncio.Lock()

    def get(self, kid: str, /) -> Mapping[str, Any] | None:
        """The key, where it is known and not too old."""
        return self._keys.get(kid) if self._clock() - self._fetched < KEPT else None

    async def fetch(self, kid: str) -> None:
        """Fetch the keys where this one is not known or they are old. A provider that is away changes nothing."""
        if not self._due(kid):
            return
        async with self._lock:
            if not self._due(kid):  # somebody else was faster
                return
            self._asked = self._clock()
            try:
                self._keys = await self._ask()
                self._fetched = self._clock()
            except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
                log.warning("keys not fetched", extra={"issuer": self._issuer, "reason": type(error).__name__})

    def _due(self, kid: str) -> bool:
        now = self._clock()
        wanted = kid not in self._keys or now - self._fetched > FRESH
        return wanted and now - self._asked >= ASKED_AGAIN

    async def _ask(self) -> dict[str, Mapping[str, Any]]:
        async with httpx.AsyncClient(timeout=5, follow_redirects=False, trust_env=False) as client:
            url = self._jwks_url
            if not url:
                found = await self._json(client, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                if found["issuer"] != self._issuer:
                    raise ValueError("another issuer")
                url = found["jwks_uri"]
            keys = (await self._json(client, url))["keys"]
        return {str(key["kid"]): key for key in keys if key.get("use", "sig") == "sig" and "kid" in key}

    async def _json(self, client: httpx.AsyncClient, url: str) -> Any:
        answer = (await client.get(url)).raise_for_status()
        if len(answer.content) > MOST_BYTES:
            raise ValueError("too large")
        return read_json(answer.content)
