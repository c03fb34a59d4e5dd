"""Requests that read a file for minutes: a stopping server cancels them, and waits until their end is recorded."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
PATIENCE = 10
"""Seconds that a stopping server waits for the ends of its files to be recorded."""


class Uploads:
    """The files that this process is reading now."""

    def __init__(self) -> None:
        self.stopping = False
        self._reading: set[asyncio.Task[Any]] = set()

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """While the present request reads a file, `stop` cancels it."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a request runs in a task
        self._reading.add(task)
        try:
            yield
        finally:
            self._reading.discard(task)

    def stop(self) -> None:
        """Cancels all requests that read a file."""
        self.stopping = True
        for task in self._reading:
            task.cancel()

    async def finish(self, act: Coroutine[Any, Any, T]) -> T:
        """Runs the act that ends a file, even if the request is cancelled meanwhile."""
        task = asyncio.ensure_future(act)
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)
        return await asyncio.shield(task)

    async def settled(self) -> None:
        """Waits until the end of every file is recorded."""
        if self._reading:
            await asyncio.wait(set(self._reading), timeout=PATIENCE)
