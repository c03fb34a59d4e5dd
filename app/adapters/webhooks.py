"""Sends events to the addresses of apps, signed as Standard Webhooks; never to an address inside our own network."""

import asyncio
import ipaddress
import json
import socket
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook as Signer

from app.domain.feed import PublicEvent
from app.domain.webhooks import Answer, Letter

PATIENCE = 15
"""Seconds for everything: the name, the connection, the answer."""
RESOURCES = {"order": "/v1/orders", "offering": "/v1/offerings"}
_DISGUISES = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"))
"""IPv6 addresses that stand for an IPv4 address."""

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


def event_json(event: PublicEvent | Letter) -> dict[str, Any]:
    """An event as the feed and the webhooks show it: thin; what it is about is read from `resource`."""
    known = event.delivery if isinstance(event, Letter) else event
    event_id, subject = event.delivery.event_id if isinstance(event, Letter) else event.id, str(known.subject_id)
    return {
        "type": event.name,
        "timestamp": event.created_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "id": str(event_id),
            "cooperativeId": str(event.cooperative_id),
            "subjectId": subject,
            "resource": f"{RESOURCES[event.name.split('.')[0]]}/{subject}",
            "sequence": event.sequence,
            "cursor": str(known.position),
        },
    }


class Sender:
    """One client for all addresses. `local`: outside production also to this machine, without TLS."""

    def __init__(self, *, local: bool = False) -> None:
        self._local = local
        self._client = httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(self, letter: Letter, now: datetime) -> Answer:
        """Post one event. What goes wrong on the way is an answer too."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._post(letter, now)
        except NotAllowed as error:
            return Answer(None, str(error))
        except (httpx.HTTPError, OSError, TimeoutError, UnicodeError) as error:
            return Answer(None, next(words for kind, words in NOTES if isinstance(error, kind)))

    async def _post(self, letter: Letter, now: datetime) -> Answer:
        event_id = str(letter.delivery.event_id)
        body = json.dumps(event_json(letter), separators=(",", ":"))
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
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in disguise for disguise in _DISGUISES):
            return False
    return found.is_global and not found.is_multicast
