"""Messages: one a person about what happened; each is sent once, and one that cannot be sent holds up no other."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

LANGUAGE = "nl"
"""Of every message."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(days=1)
MOST_TRIES = 14
"""With pauses that double up to a day, the last try is about five days after the first."""


class MessageState(StrEnum):
    """How far a message is."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


class Channel(StrEnum):
    """How a message is sent."""

    MAIL = "mail"


@dataclass(frozen=True, kw_only=True)
class Message:
    """What one person is told of one event. `kind` is the task that it is about, `note` why it was not sent."""

    id: UUID
    cooperative_id: UUID
    event_id: UUID
    kind: str
    recipient_id: UUID
    channel: Channel
    language: str
    state: MessageState
    tries: int
    next_try_at: datetime
    note: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True)
class Contents:
    """Where a message goes now, and the facts of its event. `address` is None for somebody who has none any more."""

    address: str | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What came of a try: `note` is empty where it was sent. `final`: another try is of no use."""

    note: str = ""
    final: bool = False


SENT = Outcome()


def after(message: Message, outcome: Outcome, now: datetime) -> Message:
    """What becomes of a message after a try."""
    tried = replace(message, tries=message.tries + 1, note=outcome.note[:200])
    if not outcome.note:
        return replace(tried, state=MessageState.SENT, done_at=now)
    if outcome.final or tried.tries >= MOST_TRIES:
        return replace(tried, state=MessageState.REFUSED, done_at=now)
    pause = min(FIRST_PAUSE * 2 ** (tried.tries - 1), LONGEST_PAUSE)
    return replace(tried, next_try_at=now + pause)
