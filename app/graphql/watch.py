"""What subscriptions share: look, show what changed, look again until it is over."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from app.graphql.budget import begin_event
from app.graphql.context import Context
from app.usecases.run import Run
from app.usecases.steps.audit import unwritten, write

T = TypeVar("T")
LOOK = 1.0
"""Seconds between two looks for a subscriber."""


async def watch(
    context: Context, look: Callable[[Run], Awaitable[T]], over: Callable[[T], bool]
) -> AsyncGenerator[T, None]:
    """What `look` finds, now and after every change; ends when it is over.

    Each look asks for the token anew, and costs a unit; the audit log has those that showed something. Raises TooFast.
    """
    shown: T | None = None
    while True:
        with unwritten() as lines:
            found = await look(context.run)
        if found != shown:
            write(lines)
            shown = found
            begin_event()
            yield found
        if over(found):
            return
        await asyncio.sleep(LOOK)
        await context.pay(1)
