"""Public events: few facts, a position in one feed, and a number for each subject."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Scope
from app.domain.actors import Actor


class Audience(StrEnum):
    """The audience of an event: everybody, or its cooperative and the app through which it came."""

    PUBLIC = "public"
    PARTIES = "parties"


class EventType(StrEnum):
    """The type of an event."""

    ORDER_PLACED = "order.placed"
    ORDER_ACCEPTED = "order.accepted"
    ORDER_REFUSED = "order.refused"
    ORDER_EXPIRED = "order.expired"
    ORDER_STARTED = "order.started"
    ORDER_DELIVERED = "order.delivered"
    ORDER_COMPLETED = "order.completed"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_PAID = "order.paid"
    ORDER_PAYMENT_REVERSED = "order.payment_reversed"
    ORDER_REFUNDED = "order.refunded"
    ORDER_REPAID = "order.repaid"
    INVOICE_ISSUED = "invoice.issued"
    INVOICE_SENT = "invoice.sent"
    INVOICE_OVERDUE = "invoice.overdue"
    CREDIT_NOTE_ISSUED = "credit_note.issued"
    OFFERING_SUBMITTED = "offering.submitted"
    OFFERING_SENT_BACK = "offering.sent_back"
    OFFERING_WITHDRAWN = "offering.withdrawn"
    OFFERING_PUBLISHED = "offering.published"
    OFFERING_CHANGED = "offering.changed"
    OFFERING_STOCK_SET = "offering.stock_set"
    OFFERING_PAUSED = "offering.paused"
    OFFERING_RESUMED = "offering.resumed"
    OFFERING_ARCHIVED = "offering.archived"


@dataclass(frozen=True)
class Kind:
    """A kind of event that is published, and the scope that a token needs to read it."""

    audience: Audience
    scope: Scope
    about: str


_ORDER = (Audience.PARTIES, Scope.ORDERS_READ)
_DRAFT = (Audience.PARTIES, Scope.OFFERINGS_READ)
_OFFERED = (Audience.PUBLIC, Scope.CATALOGUE_READ)
KINDS: dict[EventType, Kind] = {
    EventType.ORDER_PLACED: Kind(*_ORDER, "A customer ordered; the cooperative answers before `acceptBy`."),
    EventType.ORDER_ACCEPTED: Kind(*_ORDER, "The cooperative takes the order on."),
    EventType.ORDER_REFUSED: Kind(*_ORDER, "The cooperative does not take the order on."),
    EventType.ORDER_EXPIRED: Kind(*_ORDER, "Nobody answered in time; what was held is free again."),
    EventType.ORDER_STARTED: Kind(*_ORDER, "The work has begun."),
    EventType.ORDER_DELIVERED: Kind(*_ORDER, "The work is done; the customer confirms, or has 14 days to object."),
    EventType.ORDER_COMPLETED: Kind(*_ORDER, "The customer confirmed, or said nothing for 14 days."),
    EventType.ORDER_CANCELLED: Kind(*_ORDER, "The order is off."),
    EventType.ORDER_PAID: Kind(*_ORDER, "All of it is paid."),
    EventType.ORDER_PAYMENT_REVERSED: Kind(*_ORDER, "A payment was undone; what it paid may be due again."),
    EventType.ORDER_REFUNDED: Kind(*_ORDER, "Its price is lower; what was paid beyond it is owed back."),
    EventType.ORDER_REPAID: Kind(*_ORDER, "Money went back to the customer."),
    EventType.INVOICE_ISSUED: Kind(*_ORDER, "An invoice has its number."),
    EventType.INVOICE_SENT: Kind(*_ORDER, "An invoice or a credit note went to its customer."),
    EventType.INVOICE_OVERDUE: Kind(*_ORDER, "Something of an invoice is due, and its last day to pay is over."),
    EventType.CREDIT_NOTE_ISSUED: Kind(*_ORDER, "A credit note has its number; `refersTo` names the invoice."),
    EventType.OFFERING_SUBMITTED: Kind(*_DRAFT, "A member asks for a review."),
    EventType.OFFERING_SENT_BACK: Kind(*_DRAFT, "The coordinator asks for changes."),
    EventType.OFFERING_WITHDRAWN: Kind(*_DRAFT, "It needs no review for now; its maker took it back."),
    EventType.OFFERING_PUBLISHED: Kind(*_OFFERED, "It can be ordered."),
    EventType.OFFERING_CHANGED: Kind(*_OFFERED, "Something that is published changed: price, words, terms."),
    EventType.OFFERING_STOCK_SET: Kind(*_OFFERED, "There are more or fewer units in all."),
    EventType.OFFERING_PAUSED: Kind(*_OFFERED, "It cannot be ordered for now."),
    EventType.OFFERING_RESUMED: Kind(*_OFFERED, "It can be ordered again."),
    EventType.OFFERING_ARCHIVED: Kind(*_OFFERED, "It is not offered any more."),
}


@dataclass(frozen=True, kw_only=True)
class PublicEvent:
    """`position` is its place in the feed; `sequence` counts all events of its subject, for any reader."""

    id: UUID
    name: str
    cooperative_id: UUID
    subject_id: UUID
    created_at: datetime
    position: int
    sequence: int


def audience_of(name: str) -> Audience | None:
    """The audience of an event; None for an internal event."""
    return KINDS[EventType(name)].audience if name in KINDS else None


def readable(actor: Actor) -> tuple[EventType, ...]:
    """The kinds of event that the token's scopes allow to read."""
    return readable_with(actor.scopes)


def readable_with(scopes: frozenset[str]) -> tuple[EventType, ...]:
    """The kinds of event that these scopes allow to read."""
    return tuple(name for name, kind in KINDS.items() if kind.scope in scopes)
