"""Rate limits, counted for all processes together."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.db.engine import Database, Tx
from app.db.failures import DatabaseFailed
from app.db.platform.rates import forget_windows, spend
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.platform.rates import Left, Rate, old_window, window_of

MOST_CLIENTS = 10_000
"""The number of clients that a process remembers; the one that was idle longest is dropped first."""


@dataclass
class Purse:
    """The units that one process reserved from a client's window and has not spent yet."""

    began: datetime | None = None
    units: int = 0
    taken: int = 0
    """The units that all processes had reserved at the last query."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Rates:
    """The rate limits of an installation. A process reserves units in parts, so that most requests need no query."""

    def __init__(self, database: Database, rates: Mapping[str, Rate], now: Callable[[], datetime]) -> None:
        self._database = database
        self._rates = rates
        self._now = now
        self._purses: OrderedDict[str, Purse] = OrderedDict()

    async def spend(self, client: str, name: str, units: int, *, owed: bool = False) -> Left | None:
        """Spend units of a client's rate; None if there is no limit. `owed` units are spent even beyond the limit.

        If the database is down, full or busy, nobody is limited: the request itself will report that.
        """
        rate = self._rates[name]
        if not rate.limit:
            return None
        began, seconds = window_of(self._now())
        purse = self._purse(client)
        async with purse.lock:
            if purse.began != began:
                purse.began, purse.units, purse.taken = began, 0, 0
            if purse.units < units and (owed or purse.taken < rate.limit):
                part = units - purse.units if owed else max(rate.part, units - purse.units)
                try:
                    purse.taken = await spend(self._database, client, began, part)
                except DatabaseFailed:
                    return None
                over = 0 if owed else purse.taken - rate.limit
                purse.units += part - min(max(over, 0), part)
            allowed = owed or purse.units >= units
            if allowed:
                purse.units -= units
            left = max(rate.limit - purse.taken, 0) + max(purse.units, 0)
            return Left(rate, left, seconds, allowed)

    def _purse(self, client: str) -> Purse:
        purse = self._purses.setdefault(client, Purse())
        self._purses.move_to_end(client)
        if len(self._purses) > MOST_CLIENTS:
            self._purses.popitem(last=False)
        return purse


async def forget_rates(tx: Tx, actor: Actor) -> None:
    """Delete the counters of past windows."""
    actor.require(Right.RUN_TIMER)
    await forget_windows(tx, old_window(tx.now))
