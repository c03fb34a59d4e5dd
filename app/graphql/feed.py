"""GraphQL: what happened, as a feed that is read on from where one was."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.adapters.webhooks import event_json
from app.domain.errors import RuleRefused
from app.domain.feed import PublicEvent, place_of
from app.domain.page import MAX_PAGE
from app.graphql.context import Info
from app.usecases.feed import list_events


@strawberry.type(description="`sequence` counts the events of one subject; `resource` is where it is read.")
class Event:
    id: UUID
    type: str
    timestamp: datetime
    cooperative_id: UUID
    subject_id: UUID
    resource: str
    sequence: int
    cursor: str

    @classmethod
    def of(cls, event: PublicEvent, prefix: str) -> "Event":
        shown = event_json(event, prefix)["data"]
        return cls(
            id=event.id,
            type=event.name,
            timestamp=event.created_at,
            cooperative_id=event.cooperative_id,
            subject_id=event.subject_id,
            resource=shown["resource"],
            sequence=event.sequence,
            cursor=shown["cursor"],
        )


@strawberry.type(description="`cursor` goes into `after` of the next request, also where nothing was new.")
class Feed:
    events: list[Event]
    cursor: str
    more: bool


@strawberry.type
class FeedQuery:
    @strawberry.field(
        description="What happened, oldest first, to an app's orders and cooperatives and to the catalogue."
    )
    async def events(
        self,
        info: Info,
        first: int = 100,
        after: str | None = None,
        types: list[str] | None = None,
        from_now: bool = False,
    ) -> Feed:
        if not 1 <= first <= MAX_PAGE:
            raise RuleRefused(rule="first_1_to_100", value=first)
        found = await info.context.run(
            list_events, after=place_of(after), limit=first, kinds=tuple(types or ()), from_now=from_now
        )
        events = [Event.of(event, info.context.prefix) for event in found.events]
        return Feed(events=events, cursor=str(found.position), more=found.more)
