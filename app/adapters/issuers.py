"""Public keys of OIDC providers: fetched in the background, trusted for ten minutes; callers wait for a missing key.

A provider that does not answer is asked again soon; one fetch at a time, however many callers wait for it.
"""

import asyncio
import contextlib
import logging
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.adapters.certificates import trusted
from app.adapters.strict_json import read_json
from app.domain.errors import IssuerUnavailable

KEPT = 600
"""Seconds after which keys that could not be refreshed are not trusted any more: so a withdrawn key is gone by then."""
FRESH = 300
"""Seconds after which keys are refreshed, before the old ones expire."""
PATIENCE = 5
"""Seconds that one fetch may take: the discovery document and the keys."""
PAUSE, LONGEST_PAUSE = 0.5, 2
"""Seconds between a failed fetch and the next one that callers wait for; each failure doubles them."""
SLOWEST = 30
"""The most seconds between two fetches in the background while they fail; the first pause is one second."""
UNKNOWN_FETCHES, UNKNOWN_WINDOW = 2, 60
"""The fetches that unknown key ids may cause, and in how many seconds, while the provider answers."""
MOST_BYTES = 200_000
MOST_ABSENT = 1_000
"""Unknown key ids that are remembered until the next fetch."""
log = logging.getLogger("samen.issuers")


@dataclass
class _Fetch:
    """One fetch of the keys, shared by all callers that wait for it; it began at `began` on the event loop's clock."""

    unknown: bool
    """Whether an unknown key id caused it."""
    began: float = float("inf")
    task: "asyncio.Task[bool]" = field(init=False)
    """True if it was answered, False if it failed."""


class RemoteKeys:
    """The keys of one issuer. `https`: they are fetched by TLS only."""

    def __init__(
        self,
        issuer: str,
        jwks_url: str = "",
        *,
        https: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._https = https
        self._clock = clock
        self._keys: dict[str, Mapping[str, Any]] = {}
        self._fetched = float("-inf")
        self._failed = float("-inf")
        self._failures = 0
        self._absent: set[str] = set()
        self._for_unknown: deque[float] = deque(maxlen=UNKNOWN_FETCHES)
        self._current: _Fetch | None = None

    def get(self, kid: str, /) -> Mapping[str, Any] | None:
        """The key of this id; None if the provider has no such key.

        Raises IssuerUnavailable if the keys are too old.
        """
        if not self._in_time:
            raise IssuerUnavailable
        return self._keys.get(kid)

    async def fetch(self, kid: str) -> None:
        """Waits until it is clear whether this key exists; returns at once if it is known. Raises IssuerUnavailable.

        It may turn out not to exist: then `get` returns None. Unknown ids cause two fetches a minute at most. Beyond
        that, an id can only be verified if the last fetch was made for it.
        """
        try:
            async with asyncio.timeout(PATIENCE + LONGEST_PAUSE):
                await self._answer_for(kid)
        except TimeoutError:
            raise IssuerUnavailable from None

    async def keep_fresh(self) -> None:
        """Fetches the keys now and every five minutes, after a failure sooner; runs until it is cancelled."""
        pause = 1
        while True:
            if await asyncio.shield(self._started(unknown=False).task):
                wait, pause = FRESH, 1
            else:
                wait, pause = pause, min(pause * 2, SLOWEST)
            await asyncio.sleep(wait)

    async def close(self) -> None:
        """Cancels a running fetch."""
        if self._current is not None:
            self._current.task.cancel()
            await asyncio.wait([self._current.task])

    @property
    def _in_time(self) -> bool:
        """Whether the keys are recent enough to trust."""
        return self._clock() - self._fetched < KEPT

    def _knows(self, kid: str) -> bool:
        return self._in_time and kid in self._keys

    async def _answer_for(self, kid: str) -> None:
        """Waits for a fetch that began after this call, or for any that brings the key. Raises IssuerUnavailable."""
        arrived = asyncio.get_running_loop().time()
        while not self._knows(kid):
            under_way = self._current is not None and not self._current.task.done()
            if self._in_time and kid in self._absent:
                return
            if self._in_time and not under_way and not self._may_fetch_for_unknown():
                raise IssuerUnavailable
            current = self._started(unknown=self._in_time)
            # Shielded: a caller that disconnects does not end the fetch for the others.
            answered = await asyncio.shield(current.task)
            if current.began >= arrived and not self._knows(kid):
                if not answered:
                    raise IssuerUnavailable
                if len(self._absent) < MOST_ABSENT:
                    self._absent.add(kid)
                return

    def _may_fetch_for_unknown(self) -> bool:
        """Whether the limit allows one more fetch. While the provider fails, the pause between fetches is the limit."""
        times = self._for_unknown
        return self._failures > 0 or len(times) < UNKNOWN_FETCHES or self._clock() - times[0] >= UNKNOWN_WINDOW

    def _started(self, *, unknown: bool) -> _Fetch:
        """The running fetch, or a new one."""
        if self._current is None or self._current.task.done():
            self._current = _Fetch(unknown)
            self._current.task = asyncio.create_task(self._carry_out(self._current))
        return self._current

    async def _carry_out(self, current: _Fetch) -> bool:
        """Fetches the keys, after a pause if the last fetch failed. Returns whether the provider gave them."""
        loop = asyncio.get_running_loop()
        pause = min(PAUSE * 2 ** max(self._failures - 1, 0), LONGEST_PAUSE)
        await asyncio.sleep(self._failed + pause - loop.time())
        current.began = loop.time()
        target = _Target(self._jwks_url or f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            async with asyncio.timeout(PATIENCE):
                self._keys = await self._fetched_keys(target)
        except Exception as error:  # noqa: BLE001  whatever a provider answers, it is tried again
            self._failed, self._failures = loop.time(), self._failures + 1
            facts = {
                "issuer": self._issuer,
                "url": target.shown,
                "reason": type(error).__name__,
                "words": _words(error),
            }
            log.warning("keys not fetched", extra=facts)
            return False
        self._fetched, self._failures, self._absent = self._clock(), 0, set()
        # A failed fetch does not count, since it gave no answer about the key.
        if current.unknown:
            self._for_unknown.append(self._fetched)
        return True

    async def _fetched_keys(self, target: "_Target") -> dict[str, Mapping[str, Any]]:
        """The signature keys by id. Raises the errors of the connection and of bad answers."""
        async with httpx.AsyncClient(
            verify=trusted("http"), timeout=PATIENCE, follow_redirects=False, trust_env=False
        ) as client:
            if not self._jwks_url:
                document = await self._json(client, target.url)
                if document["issuer"] != self._issuer:
                    raise ValueError("the discovery document is another issuer's")
                target.url = document["jwks_uri"]
            keys = (await self._json(client, target.url))["keys"]
        return {str(key["kid"]): key for key in keys if key.get("use", "sig") == "sig" and "kid" in key}

    async def _json(self, client: httpx.AsyncClient, url: str) -> Any:
        if self._https and not url.startswith("https://"):
            raise ValueError("the address of the keys has to be https in production")
        # No compression: a small answer could expand to any size.
        async with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer:
            answer.raise_for_status()
            content = b""
            async for part in answer.aiter_raw():
                content += part
                if len(content) > MOST_BYTES:
                    raise ValueError(f"the answer has more than {MOST_BYTES} bytes")
        return read_json(content)


@dataclass
class _Target:
    """The address that is being fetched."""

    url: str

    @property
    def shown(self) -> str:
        """The address for the log: without a password or a query. Text that is no address is shown too."""
        return re.sub("//[^/]*@", "//", str(self.url)[:500]).partition("?")[0]


def _words(error: Exception) -> str:
    """The log text of a failure, without the whole address, which may contain a password."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return f"no answer within {PATIENCE} seconds"
    if isinstance(error, httpx.HTTPStatusError):
        return f"the answer is HTTP {error.response.status_code}"
    return str(error)[:500]


@contextlib.asynccontextmanager
async def kept_fresh(remote: Iterable[RemoteKeys]) -> AsyncIterator[None]:
    """Fetches the keys of these providers in the background until the context ends."""
    keys = list(remote)
    tasks = [asyncio.create_task(one.keep_fresh()) for one in keys]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *(one.close() for one in keys), return_exceptions=True)
