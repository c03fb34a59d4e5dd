"""The public keys of OIDC providers: fetched in the background, kept for ten minutes, waited for by whoever needs them.

A provider that does not answer is asked again soon, and by one question at a time, however many callers wait for it.
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
"""Seconds after which keys that could not be fetched anew are not trusted any more: a withdrawn key is gone by then."""
FRESH = 300
"""Seconds after which they are fetched anew, before the old ones are over."""
PATIENCE = 5
"""Seconds for everything that one question takes: the discovery document and the keys."""
PAUSE = 0.5
"""Seconds between a question that failed and the next one that callers wait for."""
SLOWEST = 30
"""Seconds between two questions in the background, at most, while they fail; the first pause is one second."""
UNKNOWN_ASKED, UNKNOWN_WINDOW = 2, 60
"""How many questions unknown key ids cause within so many seconds, as long as the provider answers them."""
MOST_BYTES = 200_000
log = logging.getLogger("samen.issuers")


@dataclass
class _Question:
    """One question to the provider, which all who wait for it share; it began at `began` on the event loop's clock."""

    unknown: bool
    """Whether an unknown key id caused it."""
    began: float = float("inf")
    task: "asyncio.Task[bool]" = field(init=False)
    """True once it was answered, False if it failed."""


class RemoteKeys:
    """The keys of one issuer. `https`: its keys are taken from addresses with TLS only."""

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
        self._failing = False
        self._unknown_asked: deque[float] = deque(maxlen=UNKNOWN_ASKED)
        self._question: _Question | None = None

    def get(self, kid: str, /) -> Mapping[str, Any] | None:
        """The key of this id; None if the provider has none of it. Raises IssuerUnavailable if the keys are too old."""
        if not self._in_time:
            raise IssuerUnavailable
        return self._keys.get(kid)

    async def fetch(self, kid: str) -> None:
        """Wait until the keys can tell whether this one is known; at once if it is. Raises IssuerUnavailable.

        The answer may be no: then `get` returns None. An unknown id asks the provider twice a minute at most.
        """
        try:
            async with asyncio.timeout(PATIENCE + PAUSE):
                await self._answer_for(kid)
        except TimeoutError:
            raise IssuerUnavailable from None

    async def keep_fresh(self) -> None:
        """Fetch the keys now and every five minutes, after a failure sooner; runs until it is cancelled."""
        pause = 1
        while True:
            if await asyncio.shield(self._asked(unknown=False).task):
                wait, pause = FRESH, 1
            else:
                wait, pause = pause, min(pause * 2, SLOWEST)
            await asyncio.sleep(wait)

    async def close(self) -> None:
        """Give up a question that is under way."""
        if self._question is not None:
            self._question.task.cancel()
            await asyncio.wait([self._question.task])

    @property
    def _in_time(self) -> bool:
        """Whether the keys are young enough to judge by."""
        return self._clock() - self._fetched < KEPT

    def _knows(self, kid: str) -> bool:
        return self._in_time and kid in self._keys

    async def _answer_for(self, kid: str) -> None:
        """Wait for a question that began after this call, or for any that brings the key. Raises IssuerUnavailable."""
        arrived = asyncio.get_running_loop().time()
        while not self._knows(kid):
            under_way = self._question is not None and not self._question.task.done()
            if self._in_time and not under_way and not self._may_ask_for_unknown():
                return
            question = self._asked(unknown=self._in_time)
            # shielded: whoever hangs up does not end the question for the others
            answered = await asyncio.shield(question.task)
            if question.began >= arrived and not self._knows(kid):
                if answered:
                    return
                raise IssuerUnavailable

    def _may_ask_for_unknown(self) -> bool:
        """Whether the bound leaves a question. While the provider fails, the pause between questions bounds them."""
        asked = self._unknown_asked
        return self._failing or len(asked) < UNKNOWN_ASKED or self._clock() - asked[0] >= UNKNOWN_WINDOW

    def _asked(self, *, unknown: bool) -> _Question:
        """The question that is under way, or a new one."""
        if self._question is None or self._question.task.done():
            self._question = _Question(unknown)
            self._question.task = asyncio.create_task(self._ask(self._question))
        return self._question

    async def _ask(self, question: _Question) -> bool:
        """Fetch the keys, half a second after the last failure at the earliest. Returns whether they were had."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._failed + PAUSE - loop.time())
        question.began = loop.time()
        place = _Place(self._jwks_url or f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            async with asyncio.timeout(PATIENCE):
                self._keys = await self._fetched_keys(place)
        except Exception as error:  # noqa: BLE001  whatever a provider answers, it is asked again
            self._failed, self._failing = loop.time(), True
            facts = {"issuer": self._issuer, "url": place.shown, "reason": type(error).__name__, "words": _words(error)}
            log.warning("keys not fetched", extra=facts)
            return False
        self._fetched, self._failing = self._clock(), False
        if question.unknown:  # one that failed does not count: it told nothing of the key
            self._unknown_asked.append(self._fetched)
        return True

    async def _fetched_keys(self, place: "_Place") -> dict[str, Mapping[str, Any]]:
        """The keys for signatures, by id. Raises whatever is wrong with the connection or the answer."""
        async with httpx.AsyncClient(
            verify=trusted("http"), timeout=PATIENCE, follow_redirects=False, trust_env=False
        ) as client:
            if not self._jwks_url:
                document = await self._json(client, place.url)
                if document["issuer"] != self._issuer:
                    raise ValueError("the discovery document is another issuer's")
                place.url = document["jwks_uri"]
            keys = (await self._json(client, place.url))["keys"]
        return {str(key["kid"]): key for key in keys if key.get("use", "sig") == "sig" and "kid" in key}

    async def _json(self, client: httpx.AsyncClient, url: str) -> Any:
        if self._https and not url.startswith("https://"):
            raise ValueError("the address of the keys has to be https in production")
        answer = (await client.get(url)).raise_for_status()
        if len(answer.content) > MOST_BYTES:
            raise ValueError("too large")
        return read_json(answer.content)


@dataclass
class _Place:
    """The address that is asked at the moment."""

    url: str

    @property
    def shown(self) -> str:
        """For the log: without a password or a query. An address that is none is shown too."""
        return re.sub("//[^/]*@", "//", str(self.url)[:500]).partition("?")[0]


def _words(error: Exception) -> str:
    """What the log says of a failure, without the whole address, which may hold a password."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return f"no answer within {PATIENCE} seconds"
    if isinstance(error, httpx.HTTPStatusError):
        return f"the answer is HTTP {error.response.status_code}"
    return str(error)[:500]


@contextlib.asynccontextmanager
async def kept_fresh(remote: Iterable[RemoteKeys]) -> AsyncIterator[None]:
    """The keys of these providers are fetched in the background until the context ends."""
    keys = list(remote)
    tasks = [asyncio.create_task(one.keep_fresh()) for one in keys]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *(one.close() for one in keys), return_exceptions=True)
