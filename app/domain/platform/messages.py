"""Messages: one for each recipient and event; each is sent once, and a failure delays no other message."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.selling.invoice_mails import InvoiceMail

LANGUAGE = "nl"
"""The language of messages about tasks."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(days=1)
MOST_TRIES = 14
"""With pauses that double up to a day, the last try is about five days after the first."""


class MessageState(StrEnum):
    """The state of a message."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


class Channel(StrEnum):
    """How a message is sent."""

    MAIL = "mail"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message about one event. It goes to a person, to the contact of an order, or to a cooperative that buys.

    `kind` is the task or the invoice mail that it is about, `note` why it was not sent. What it says, and its address,
    are read when it is sent: what was erased by then is not in it.
    """

    id: UUID
    cooperative_id: UUID
    event_id: UUID
    kind: str
    recipient_id: UUID | None = None
    """The person."""
    order_id: UUID | None = None
    """The order whose contact it goes to."""
    buyer_id: UUID | None = None
    """The cooperative that it goes to."""
    channel: Channel
    language: str
    state: MessageState
    tries: int
    next_try_at: datetime
    note: str = ""
    done_at: datetime | None = None

    @property
    def whose(self) -> UUID:
        """Whoever it goes to."""
        return self.recipient_id or self.order_id or self.buyer_id or self.id


@dataclass(frozen=True)
class Outcome:
    """The outcome of an attempt: `note` is empty if it was sent. `final`: another attempt is of no use."""

    note: str = ""
    final: bool = False


SENT = Outcome()


@dataclass(frozen=True, kw_only=True)
class Contents:
    """The present address of a message and the facts of its event. `address` is None for somebody without one."""

    address: str | None
    facts: dict[str, Any]
    subject_id: UUID
    """The subject of its event."""
    invoice: InvoiceMail | None = None
    """What it says about an invoice; None of a message about a task."""
    obstacle: Outcome | None = None
    """Why it is not sent now."""


def after(message: Message, outcome: Outcome, now: datetime) -> Message:
    """The message after an attempt."""
    tried = replace(message, tries=message.tries + 1, note=outcome.note[:200])
    if not outcome.note:
        return replace(tried, state=MessageState.SENT, done_at=now)
    if outcome.final or tried.tries >= MOST_TRIES:
        return replace(tried, state=MessageState.REFUSED, done_at=now)
    pause = min(FIRST_PAUSE * 2 ** (tried.tries - 1), LONGEST_PAUSE)
    return replace(tried, next_try_at=now + pause)
