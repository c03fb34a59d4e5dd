"""The feed of events: published by the worker, read by apps and staff."""

from dataclasses import dataclass

from app.db import feed
from app.db.engine import Tx
from app.domain.access import Right, Role
from app.domain.actors import Actor
from app.domain.errors import RuleRefused
from app.domain.feed import KINDS, PublicEvent, readable


@dataclass(frozen=True)
class FeedPart:
    """Events in their order, and the place after which to go on reading; the same place where nothing is new."""

    events: tuple[PublicEvent, ...]
    position: int
    more: bool


async def list_events(
    tx: Tx, actor: Actor, *, after: int = 0, limit: int = 100, kinds: tuple[str, ...] = (), from_now: bool = False
) -> FeedPart:
    """What happened after a place, oldest first: for an app what concerns its orders and its cooperatives, for staff
    their cooperative, for everybody what is public. `from_now`: nothing, and where the feed ends.

    Raises RuleRefused for a kind that does not exist, and for a place that is still to come: who read there, read
    before these books were restored from a copy.
    """
    actor.require(Right.READ_EVENT)
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise RuleRefused(rule="no_such_event", value=unknown[0])
    if from_now:
        return FeedPart((), await feed.head(tx), False)
    names = [name for name in readable(actor) if not kinds or name in kinds]
    places = actor.cooperative_ids(Role.COORDINATOR, Role.TREASURER, Role.APP)
    found = await feed.read(tx, after, names, places, limit + 1)
    rows = tuple(found[:limit])
    more = len(found) > limit
    if after and not rows and after > await feed.head(tx):
        raise RuleRefused(rule="feed_not_there_yet", value=str(after))
    return FeedPart(rows, rows[-1].position if rows else after, more)


async def publish_events(tx: Tx, actor: Actor) -> int:
    """Give waiting events their place in the feed, and the webhooks that want them a delivery. Returns how many."""
    actor.require(Right.RUN_TIMER)
    return await feed.publish(tx)
