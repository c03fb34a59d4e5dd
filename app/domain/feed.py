"""What happened, as others may read it: thin events with a place in one feed and a number for each thing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Scope
from app.domain.actors import Actor
from app.domain.errors import BadCursor


class Audience(StrEnum):
    """Who may know of an event: everybody, or the cooperative and the app through which it came."""

    PUBLIC = "public"
    PARTIES = "parties"


@dataclass(frozen=True)
class Kind:
    """A kind of event that is published, and the scope that a token needs to read it."""

    audience: Audience
    scope: Scope
    about: str


_ORDER = (Audience.PARTIES, Scope.ORDERS_READ)
_DRAFT = (Audience.PARTIES, Scope.OFFERINGS_READ)
_OFFERED = (Audience.PUBLIC, Scope.CATALOGUE_READ)
KINDS: dict[str, Kind] = {
    "order.placed": Kind(*_ORDER, "A customer ordered; the cooperative answers before `acceptBy`."),
    "order.accepted": Kind(*_ORDER, "The cooperative takes the order on."),
    "order.refused": Kind(*_ORDER, "The cooperative does not take the order on."),
    "order.expired": Kind(*_ORDER, "Nobody answered in time; what was held is free again."),
    "order.started": Kind(*_ORDER, "The work has begun."),
    "order.delivered": Kind(*_ORDER, "The work is done; the customer confirms, or has 14 days to object."),
    "order.completed": Kind(*_ORDER, "The customer confirmed, or said nothing for 14 days."),
    "order.cancelled": Kind(*_ORDER, "The order is off."),
    "order.paid": Kind(*_ORDER, "All of it is paid."),
    "order.payment_reversed": Kind(*_ORDER, "A payment was undone; what it paid may be due again."),
    "order.refunded": Kind(*_ORDER, "Money went back, all of it or a part."),
    "offering.submitted": Kind(*_DRAFT, "A member asks for a review."),
    "offering.sent_back": Kind(*_DRAFT, "The coordinator asks for changes."),
    "offering.withdrawn": Kind(*_DRAFT, "It needs no review for now; its maker took it back."),
    "offering.published": Kind(*_OFFERED, "It can be ordered."),
    "offering.changed": Kind(*_OFFERED, "Something that is published changed: price, words, terms."),
    "offering.stock_set": Kind(*_OFFERED, "There are more or fewer units in all."),
    "offering.paused": Kind(*_OFFERED, "It cannot be ordered for now."),
    "offering.resumed": Kind(*_OFFERED, "It can be ordered again."),
    "offering.archived": Kind(*_OFFERED, "It is not offered any more."),
}


@dataclass(frozen=True)
class PublicEvent:
    """`position` is its place in the feed; `sequence` counts the events of one subject, those for others too."""

    id: UUID
    name: str
    cooperative_id: UUID
    subject_id: UUID
    created_at: datetime
    position: int
    sequence: int


def audience_of(name: str) -> Audience | None:
    """Who may know of an event; None for what stays inside."""
    return KINDS[name].audience if name in KINDS else None


def readable(actor: Actor) -> tuple[str, ...]:
    """The kinds of event that the token's scopes open."""
    return readable_with(actor.scopes)


def readable_with(scopes: frozenset[str]) -> tuple[str, ...]:
    """The kinds of event that these scopes open."""
    return tuple(name for name, kind in KINDS.items() if kind.scope in scopes)


def place_of(cursor: str | None) -> int:
    """The place in the feed that a cursor names; the beginning without one. Raises BadCursor."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise BadCursor(cursor=cursor[:60])
    return int(cursor)
