"""REST: what happened, as a feed that is read on from where one was."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import Field

from app.adapters.addresses import prefix_at
from app.adapters.webhooks import event_json
from app.api.deps import RunDep, noun
from app.api.models import Out, Written
from app.domain.feed import place_of
from app.domain.page import MAX_PAGE
from app.usecases.feed import list_events

router = noun("events", "/events")
Place = Annotated[str, Field(pattern=r"^[0-9]{1,18}$", examples=["1042"])]


class EventOf(Out):
    """`sequence` counts the events of one subject, those for others too; what it is now is read at `resource`."""

    id: UUID
    cooperative_id: UUID
    subject_id: UUID
    resource: str
    sequence: int
    cursor: Place


class EventOut(Out):
    """The same as a webhook is sent."""

    type: str
    timestamp: datetime
    data: EventOf


class FeedOut(Out):
    """`cursor` goes into `after` of the next request, also where nothing was new; `more`: ask again at once."""

    items: list[EventOut]
    cursor: Place
    more: bool


@router.get("")
async def events(
    run: RunDep,
    request: Request,
    after: Annotated[
        Place | None, Query(description="`cursor` of the answer before; none: from the beginning.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE), Written] = MAX_PAGE,
    types: Annotated[
        list[Annotated[str, Field(max_length=60)]] | None, Query(max_length=50, description="Only these; default all.")
    ] = None,
    from_now: Annotated[
        bool, Query(alias="fromNow", description="No events, but the cursor of this moment: for who begins here.")
    ] = False,
) -> FeedOut:
    """What happened, oldest first: to an app's orders and cooperatives, and to everything that is on offer."""
    found = await run(list_events, after=place_of(after), limit=limit, kinds=tuple(types or ()), from_now=from_now)
    items = [EventOut.model_validate(event_json(event, prefix_at(request))) for event in found.events]
    return FeedOut(items=items, cursor=str(found.position), more=found.more)
