"""Webhooks: an address of an app that is told of events, signed, tried again, at least once, in order by subject."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from app.domain.errors import RuleRefused
from app.domain.platform.destinations import Address, Destinations, addresses_in
from app.domain.platform.feed import KINDS, EventType

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""How long to wait after each failure, as the Standard Webhooks specification proposes; then it is given up."""
LONGEST_PAUSE = 2
"""The step up to which a webhook as a whole pauses after failures: half an hour, so that it is told soon once well."""
BOTH_SECRETS = timedelta(hours=24)
"""How long the secret before the present one signs too."""
MOST_WEBHOOKS = 10
"""Of one app."""


class SendingState(StrEnum):
    """How far the sending of an event is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class OffReason(StrEnum):
    """Why nothing is sent any more: the address answered 410, or somebody switched it off."""

    GONE = "gone"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """`kinds` are the events that it wants, none for all. `retry_at`: after a failure nothing is sent before."""

    id: UUID
    app_id: UUID
    url: str
    kinds: tuple[EventType, ...]
    created_at: datetime
    failures: int = 0
    """In a row."""
    retry_at: datetime | None = None
    disabled_at: datetime | None = None
    reason: str = ""
    """Why it was disabled."""
    version: int = 1


@dataclass(frozen=True)
class WebhookWithSecret:
    """The only time that the secret is seen."""

    webhook: Webhook
    secret: str


@dataclass(frozen=True)
class Replay:
    """Events that are sent again."""

    count: int


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One event on its way to one webhook; `status` and `note` say what the address answered last."""

    id: UUID
    webhook_id: UUID
    app_id: UUID
    event_id: UUID
    name: str
    subject_id: UUID
    position: int
    state: SendingState
    attempts: int
    next_try_at: datetime
    status: int | None = None
    note: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What goes out: the event, to where, and the secrets that sign it, newest first. `scopes` are the app's now."""

    delivery: Delivery
    webhook: Webhook
    scopes: tuple[str, ...]
    cooperative_id: UUID
    created_at: datetime
    sequence: int
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or none and why."""

    status: int | None
    note: str = ""

    final: bool = False
    """Trying again is of no use."""

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def check_webhook(
    url: str, kinds: Sequence[EventType], scopes: Collection[str], destinations: Destinations
) -> tuple[EventType, ...]:
    """Returns the kinds, each once.

    Raises RuleRefused for a kind beyond the app's scopes, or a URL that is not https (outside production also http).
    """
    for kind in kinds:
        if KINDS[kind].scope not in scopes:
            raise RuleRefused(rule="event_needs_scope", value=KINDS[kind].scope)
    if not _can_be_sent_to(url, local=destinations.local):
        raise RuleRefused(rule="webhook_url_is_https", value=url, field="url")
    return tuple(dict.fromkeys(kinds))


def check_host(url: str, addresses: Collection[Address], destinations: Destinations) -> None:
    """Raises RuleRefused if the host of the URL is, or leads to, an address that webhooks do not go to.

    `addresses` are those of a name. None: nobody knows it yet; it may come to exist, and each delivery looks again.
    """
    host = host_of(url)
    if not all(destinations.include(address) for address in (*addresses_in(host), *addresses)):
        raise RuleRefused(rule="webhook_url_is_public", value=host, field="url")


def host_of(url: str) -> str:
    """The host that a URL names, without brackets and in lower case; empty if it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _can_be_sent_to(url: str, *, local: bool) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # no address at all, or no port
        return False
    return (
        bool(parts.hostname)
        and port != 0
        and not (parts.username or parts.password)
        and (parts.scheme == "https" or (local and parts.scheme == "http"))
    )


REFUSED = Answer(None, "the app may not read this any more", final=True)


def unreadable(letter: Letter) -> bool:
    """Whether the app has lost the scope that the event needs since it was written down for it."""
    return KINDS[EventType(letter.delivery.name)].scope not in letter.scopes


def after(delivery: Delivery, webhook: Webhook, answer: Answer, now: datetime) -> tuple[Delivery, Webhook]:
    """What becomes of a delivery and its webhook with the answer; 410 ends the webhook, as the receiver asks."""
    said = replace(delivery, status=answer.status, note=answer.note[:200])
    if answer.good:
        done = replace(said, state=SendingState.DELIVERED, done_at=now)
        return done, replace(webhook, failures=0, retry_at=None)
    if answer.final:
        return replace(said, state=SendingState.FAILED, done_at=now), webhook
    failing = replace(webhook, failures=webhook.failures + 1)
    if answer.status == 410:
        gone = replace(failing, retry_at=None, disabled_at=webhook.disabled_at or now, reason=OffReason.GONE)
        return replace(said, state=SendingState.FAILED, done_at=now), gone
    if webhook.retry_at is not None and webhook.retry_at > now:
        failing = webhook  # one of many that failed together
    else:
        failing = replace(failing, retry_at=now + BACKOFF[min(webhook.failures, LONGEST_PAUSE)])
    if delivery.attempts > len(BACKOFF):
        return replace(said, state=SendingState.FAILED, done_at=now), failing
    return replace(said, next_try_at=now + BACKOFF[delivery.attempts - 1]), failing
