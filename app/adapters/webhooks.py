"""Sends events to the URLs of apps, signed as Standard Webhooks; never to an address inside our own network."""

import asyncio
import json
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook as Signer

from app.adapters.certificates import certificate_fault, trusted
from app.domain.platform.destinations import Address, Destinations, Network, address_of
from app.domain.platform.feed import Audience, PublicEvent, audience_of
from app.domain.platform.webhooks import Answer, Delivery, Letter

PATIENCE = 15
"""The most seconds for a delivery: the name, the connection, the answer."""
CATALOGUE = "/v1/catalogue/offerings"
PLACES = {
    "order": "/v1/orders",
    "invoice": "/v1/invoices",
    "credit_note": "/v1/invoices",
    "offering": "/v1/offerings",
}
"""Where the subject of an event is read, by the first word of its type, unless everybody may read it."""
LOOK_UP = 2.0
"""The most seconds that the set-up of a webhook waits for the name service."""
_look_ups = ThreadPoolExecutor(4, "webhook-names")
"""Separate threads, so that a look-up that hangs blocks no other work."""

NOTES: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, "the name of the address is not known"),
    (UnicodeError, "the name of the address is not known"),
    (TimeoutError, "no answer within 15 seconds"),
    (httpx.TimeoutException, "no answer within 15 seconds"),
    (httpx.ConnectError, "no connection: nothing listens there, or its certificate is not good"),
    (Exception, "the connection broke before an answer came"),
)


class NotAllowed(Exception):
    """The address is not an allowed destination."""


def event_json(event: PublicEvent | Letter, prefix: str) -> dict[str, Any]:
    """An event as the feed and the webhooks show it: few facts; its subject is read from `resource`.

    `prefix`: the path prefix by which the API is reached; usually empty.
    """
    known = event.delivery if isinstance(event, Letter) else event
    event_id = event.delivery.event_id if isinstance(event, Letter) else event.id
    return {
        "type": known.name,
        "timestamp": event.created_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "id": str(event_id),
            "cooperativeId": str(event.cooperative_id),
            "subjectId": str(known.subject_id),
            "resource": resource_of(known, prefix),
            "sequence": event.sequence,
            "cursor": str(known.position),
        },
    }


def resource_of(event: PublicEvent | Delivery, prefix: str) -> str:
    """The path where the subject of an event can be read."""
    noun = event.name.partition(".")[0]
    place = CATALOGUE if audience_of(event.name) is Audience.PUBLIC else PLACES[noun]
    return f"{prefix}{place}/{event.subject_id}"


async def look_up(host: str) -> tuple[Address, ...]:
    """The present addresses of a name; none if it does not resolve within two seconds."""
    resolving = asyncio.get_running_loop().run_in_executor(_look_ups, _resolved, host)
    try:
        return await asyncio.wait_for(resolving, LOOK_UP)
    # Text that cannot be a name raises a UnicodeError, which is a ValueError.
    except (OSError, TimeoutError, ValueError):
        return ()


def _resolved(host: str) -> tuple[Address, ...]:
    """Raises OSError for an unknown name, ValueError for text that cannot be a name."""
    return tuple(address_of(str(row[4][0])) for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))


class Sender:
    """One client for all destinations: the internet and `networks`.

    `local`: outside production also private ones, without TLS. `prefix`: the path prefix by which the API is reached.
    """

    def __init__(
        self,
        *,
        local: bool = False,
        networks: Iterable[Network] = (),
        patience: float = PATIENCE,
        prefix: str = "",
    ) -> None:
        self._prefix = prefix
        self._destinations = Destinations(local, tuple(networks))
        self._patience = patience
        # Receivers may share an address.
        nothing = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.AsyncClient(
            verify=trusted("http"), timeout=patience, follow_redirects=False, trust_env=False, cookies=nothing
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(self, letter: Letter, now: datetime) -> Answer:
        """Posts one event. Failures on the way are returned as an answer too."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._post(letter, now)
        except NotAllowed as error:
            return Answer(None, str(error))
        except (httpx.HTTPError, OSError, TimeoutError, UnicodeError) as error:
            if fault := certificate_fault(error):
                return Answer(None, f"its certificate is not good: {fault}")
            return Answer(None, next(words for kind, words in NOTES if isinstance(error, kind)))

    async def _post(self, letter: Letter, now: datetime) -> Answer:
        event_id = str(letter.delivery.event_id)
        body = json.dumps(event_json(letter, self._prefix), separators=(",", ":"))
        signatures = [Signer(secret).sign(event_id, now, body) for secret in letter.secrets]
        parts = urlsplit(letter.webhook.url)
        host = parts.hostname or ""
        address = await self._address(host, parts.port or (443 if parts.scheme == "https" else 80))
        headers = {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": "Samen-Webhooks/1",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
            "Samen-Delivery": str(letter.delivery.id),
        }
        url = httpx.URL(letter.webhook.url).copy_with(host=address)
        request = self._client.build_request(
            "POST", url, content=body, headers=headers, extensions={"sni_hostname": host}
        )
        # The body of the answer is not read.
        answer = await self._client.send(request, stream=True)
        await answer.aclose()
        return Answer(answer.status_code)

    async def _address(self, host: str, port: int) -> str:
        """The one address to connect to, after all addresses of the name were checked. Raises NotAllowed."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(row[4][0]) for row in found]
        if not all(self._destinations.include(address_of(address)) for address in addresses):
            raise NotAllowed("the address is inside a private network")
        return addresses[0]
