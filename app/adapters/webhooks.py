"""Sends events to the addresses of apps, signed as Standard Webhooks; never to an address inside our own network."""

import asyncio
import ipaddress
import json
import socket
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook as Signer

from app.domain.feed import Audience, PublicEvent, audience_of
from app.domain.webhooks import Answer, Letter

PATIENCE = 15
"""Seconds for everything: the name, the connection, the answer."""
ORDERS, OFFERINGS, CATALOGUE = "/v1/orders", "/v1/offerings", "/v1/catalogue/offerings"
_WORLD = ipaddress.ip_network("2000::/3")
"""The IPv6 addresses that were ever given out to the public; no other stands for a host on the internet."""
_DISGUISES = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))
"""IPv6 addresses that stand for an IPv4 address (6to4, Teredo)."""
_INNER = (ipaddress.ip_network("168.63.129.16/32"), ipaddress.ip_network("192.88.99.0/24"))
"""Public by their number, but a cloud's own host and relays."""

NOTES: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, "the name of the address is not known"),
    (UnicodeError, "the name of the address is not known"),
    (TimeoutError, "no answer within 15 seconds"),
    (httpx.TimeoutException, "no answer within 15 seconds"),
    (httpx.ConnectError, "no connection: nothing listens there, or its certificate is not good"),
    (Exception, "the connection broke before an answer came"),
)


class NotAllowed(Exception):
    """The address is none that we send to."""


def event_json(event: PublicEvent | Letter, prefix: str) -> dict[str, Any]:
    """An event as the feed and the webhooks show it: thin; what it is about is read from `resource`.

    `prefix`: the path below which the API is reached; mostly empty.
    """
    known = event.delivery if isinstance(event, Letter) else event
    event_id, subject = event.delivery.event_id if isinstance(event, Letter) else event.id, str(known.subject_id)
    return {
        "type": known.name,
        "timestamp": event.created_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "id": str(event_id),
            "cooperativeId": str(event.cooperative_id),
            "subjectId": subject,
            "resource": f"{prefix}{_place_of(known.name)}/{subject}",
            "sequence": event.sequence,
            "cursor": str(known.position),
        },
    }


def _place_of(name: str) -> str:
    """Where who may know of an event can read what it is about."""
    if name.startswith("order."):
        return ORDERS
    return CATALOGUE if audience_of(name) is Audience.PUBLIC else OFFERINGS


class Sender:
    """One client for all addresses. `local`: outside production also to this machine, without TLS.

    `prefix`: the path below which the API is reached.
    """

    def __init__(self, *, local: bool = False, patience: float = PATIENCE, prefix: str = "") -> None:
        self._prefix = prefix
        self._local = local
        self._patience = patience
        nothing = CookieJar(DefaultCookiePolicy(allowed_domains=[]))  # receivers may share an address
        self._client = httpx.AsyncClient(timeout=patience, follow_redirects=False, trust_env=False, cookies=nothing)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(self, letter: Letter, now: datetime) -> Answer:
        """Post one event. What goes wrong on the way is an answer too."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._post(letter, now)
        except NotAllowed as error:
            return Answer(None, str(error))
        except (httpx.HTTPError, OSError, TimeoutError, UnicodeError) as error:
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
        answer = await self._client.send(request, stream=True)  # what it says besides its status is not read
        await answer.aclose()
        return Answer(answer.status_code)

    async def _address(self, host: str, port: int) -> str:
        """The one address that is connected to, after all of the name's were looked at. Raises NotAllowed."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(row[4][0]) for row in found]
        if not all(is_public(address) or (self._local and is_near(address)) for address in addresses):
            raise NotAllowed("the address is inside a private network")
        return addresses[0]


def is_near(address: str) -> bool:
    """Whether an address is this machine's or a private network's; what only reaches the next link never is."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return found.is_private and not found.is_link_local and not found.is_unspecified


def is_public(address: str) -> bool:
    """Whether an address is out on the internet: not ours, not the machine's, none that only stands for another."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if isinstance(found, ipaddress.IPv6Address):
        odd = found not in _WORLD or any(found in disguise for disguise in _DISGUISES)
    else:
        odd = any(found in inner for inner in _INNER)
    return found.is_global and not found.is_multicast and not odd
