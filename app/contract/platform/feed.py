"""The feed of events."""

from datetime import datetime
from functools import partial

from app.adapters.webhooks import resource_of
from app.contract.operation import Noun
from app.contract.shape import seen, shape, show
from app.domain.platform.feed import EventType, PublicEvent
from app.ids import AnyId, CooperativeId, EventId
from app.usecases.platform.feed import FeedPart, list_events
from app.vocabulary import FeedPlace


@shape(PublicEvent)
class EventData:
    """To what something happened. What it is now is read at `resource`."""

    id: EventId
    """The id of the event: the same if it is sent again."""
    cooperative_id: CooperativeId
    """The cooperative where it happened."""
    subject_id: AnyId
    """The order or the offering to which it happened."""
    resource: str = seen(lambda event, viewer: resource_of(event, viewer.prefix))
    """The path where that is read."""
    sequence: int
    """Its number among the events of the same subject, those that others see included."""
    cursor: FeedPlace = seen(lambda event, _: str(event.position))
    """Its place in the feed."""


@shape(PublicEvent)
class Event:
    """Something that happened, as a webhook is sent it too."""

    type: EventType = seen(lambda event, _: EventType(event.name))
    """What happened."""
    timestamp: datetime = seen(lambda event, _: event.created_at)
    """When it happened."""
    data: EventData = seen(partial(show, EventData))
    """To what."""


@shape(FeedPart)
class Feed:
    """A part of the feed."""

    items: list[Event]
    """The events, oldest first."""
    cursor: FeedPlace = seen(lambda part, _: str(part.position))
    """What goes into `after` of the next request, also if nothing was new."""
    more: bool
    """Whether there is more already: ask again at once."""


feed = Noun("events")
feed.get("/events", list_events, Feed)
