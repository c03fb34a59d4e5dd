"""The feed of events: the worker publishes it, apps and staff read it."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from app.db.engine import Tx
from app.db.platform import feed
from app.domain.access import Right, Role
from app.domain.actors import Actor
from app.domain.errors import RuleRefused
from app.domain.platform.feed import EventType, PublicEvent, readable
from app.vocabulary import Doc, FeedPlace, Rows

After = Annotated[FeedPlace, Doc("The `cursor` of the previous answer; without one: from the beginning.")]
Types = Annotated[list[EventType], Field(max_length=50), Doc("Only these types of event; all types if it is left out.")]
FromNow = Annotated[bool, Doc("Return no events, but the present cursor, to start from now.")]


@dataclass(frozen=True)
class FeedPart:
    """Events in their order, and the cursor from which to continue; the same cursor if nothing is new."""

    items: tuple[PublicEvent, ...]
    position: int
    more: bool


async def list_events(
    tx: Tx,
    actor: Actor,
    *,
    after: After | None = None,
    limit: Rows = 100,
    types: Types | None = None,
    from_now: FromNow = False,
) -> FeedPart:
    """The events after a cursor in the feed, oldest first.

    An app sees the events of its orders and its cooperatives, staff those of their cooperative, everybody the public
    ones. A cursor past the end of the feed is refused: it dates from before the database was restored from a backup.
    Raises RuleRefused.
    """
    actor.require(Right.READ_EVENT)
    if from_now:
        return FeedPart((), await feed.head(tx), False)
    names = [name for name in readable(actor) if not types or name in types]
    place, places = int(after or 0), actor.cooperative_ids(Role.COORDINATOR, Role.TREASURER, Role.APP)
    found = await feed.read(tx, place, names, places, limit + 1)
    rows = tuple(found[:limit])
    more = len(found) > limit
    if place and not rows and place > await feed.head(tx):
        raise RuleRefused(rule="feed_not_there_yet", value=str(place))
    return FeedPart(rows, rows[-1].position if rows else place, more)


async def publish_events(tx: Tx, actor: Actor) -> int:
    """Give waiting events their place in the feed, and queue them for webhooks. Returns the number of events."""
    actor.require(Right.RUN_TIMER)
    return await feed.publish(tx)
