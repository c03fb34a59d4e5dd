"""Webhooks: an app gets signed events at a URL, with retries, at least once, in order by subject."""

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
"""The pauses after each failure, as the Standard Webhooks specification proposes; after the last one it is dropped."""
LONGEST_PAUSE = 2
"""The step up to which a whole webhook pauses after failures: half an hour, so that it recovers soon."""
BOTH_SECRETS = timedelta(hours=24)
"""How long the previous secret signs too."""
MOST_WEBHOOKS = 10
"""The most webhooks of one app."""


class SendingState(StrEnum):
    """The state of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class OffReason(StrEnum):
    """Why a webhook is disabled: the receiver answered 410, or somebody disabled it."""

    GONE = "gone"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """`kinds` are the types of event to send, empty for all. `retry_at`: after a failure nothing is sent before it."""

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
    """The reason why it was disabled."""
    version: int = 1


@dataclass(frozen=True)
class WebhookWithSecret:
    """A webhook with its secret, which is shown only here."""

    webhook: Webhook
    secret: str


@dataclass(frozen=True)
class Replay:
    """The events that are sent again."""

    count: int


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The delivery of one event to one webhook; `status` and `note` describe the last answer."""

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
    """A delivery to send: the event, the URL, and the secrets that sign it, newest first.

    `scopes` are the app's present ones.
    """

    delivery: Delivery
    webhook: Webhook
    scopes: tuple[str, ...]
    cooperative_id: UUID
    created_at: datetime
    sequence: int
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """The answer of the receiver: a status, or a note why there is none."""

    status: int | None
    note: str = ""

    final: bool = False
    """Another attempt is of no use."""

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
    """Raises RuleRefused if the host of the URL is, or resolves to, an address that webhooks may not go to.

    `addresses` are those of a name. None: it does not resolve yet; it may later, and each delivery checks again.
    """
    host = host_of(url)
    if not all(destinations.include(address) for address in (*addresses_in(host), *addresses)):
        raise RuleRefused(rule="webhook_url_is_public", value=host, field="url")


def host_of(url: str) -> str:
    """The host of a URL, without brackets and in lower case; empty if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _can_be_sent_to(url: str, *, local: bool) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    # It is no address, or has a bad port.
    except ValueError:
        return False
    return (
        bool(parts.hostname)
        and port != 0
        and not (parts.username or parts.password)
        and (parts.scheme == "https" or (local and parts.scheme == "http"))
    )


REFUSED = Answer(None, "the app may not read this any more", final=True)


def unreadable(letter: Letter) -> bool:
    """Whether the app has lost the scope that the event needs since the event was queued for it."""
    return KINDS[EventType(letter.delivery.name)].scope not in letter.scopes


def after(delivery: Delivery, webhook: Webhook, answer: Answer, now: datetime) -> tuple[Delivery, Webhook]:
    """The delivery and its webhook after an answer; 410 disables the webhook, as the receiver requests."""
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
        # It is one of many that failed together, so it counts once.
        failing = webhook
    else:
        failing = replace(failing, retry_at=now + BACKOFF[min(webhook.failures, LONGEST_PAUSE)])
    if delivery.attempts > len(BACKOFF):
        return replace(said, state=SendingState.FAILED, done_at=now), failing
    return replace(said, next_try_at=now + BACKOFF[delivery.attempts - 1]), failing
