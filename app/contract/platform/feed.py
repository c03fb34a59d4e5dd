"""The feed of events."""

from datetime import datetime
from functools import partial

from app.adapters.webhooks import resource_of
from app.contract.operation import Noun
from app.contract.shape import computed, shape, show
from app.domain.platform.feed import EventType, PublicEvent
from app.ids import AnyId, CooperativeId, EventId
from app.usecases.platform.feed import FeedPart, list_events
from app.vocabulary import FeedPlace


@shape(PublicEvent)
class EventData:
    """The subject of an event. Read its present state at `resource`."""

    id: EventId
    """The id of the event: the same if it is sent again."""
    cooperative_id: CooperativeId
    """The cooperative."""
    subject_id: AnyId
    """The id of the subject, such as an order or an offering."""
    resource: str = computed(lambda event, viewer: resource_of(event, viewer.prefix))
    """The path of the subject."""
    sequence: int
    """Its number among all events of the same subject, also those that the caller cannot see."""
    cursor: FeedPlace = computed(lambda event, _: str(event.position))
    """The cursor of the event in the feed."""


@shape(PublicEvent)
class Event:
    """An event, in the form that webhooks get too."""

    type: EventType = computed(lambda event, _: EventType(event.name))
    """The type of event."""
    timestamp: datetime = computed(lambda event, _: event.created_at)
    """When it happened."""
    data: EventData = computed(partial(show, EventData))
    """The subject."""


@shape(FeedPart)
class Feed:
    """A part of the feed."""

    items: list[Event]
    """The events, oldest first."""
    cursor: FeedPlace = computed(lambda part, _: str(part.position))
    """The value for `after` in the next request, even if there was nothing new."""
    more: bool
    """Whether there are more events already: then ask again at once."""


feed = Noun("events")
feed.get("/events", list_events, Feed)
