"""Watches the embedded database of this process: restarts a server that was killed."""

import contextlib
import logging
import threading
from collections.abc import Iterator

from app.db.embedded import EmbeddedPostgres

log = logging.getLogger("samen.database")
LOOK = 1.0
"""Seconds between two checks."""
LONGEST_PAUSE = 60.0
"""The most seconds between two attempts to start a server that does not start."""


class Keeper(threading.Thread):
    """Checks whether the server runs; in a thread, because starting it takes seconds."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        super().__init__(name="keeper", daemon=True)
        self._postgres = postgres
        self._ended = threading.Event()

    def run(self) -> None:
        pause = LOOK
        while not self._ended.wait(pause):
            pause = LOOK if self._look() else min(pause * 2, LONGEST_PAUSE)

    def end(self) -> None:
        """Stops checking; waits for a start that is running."""
        self._ended.set()
        self.join()

    def _look(self) -> bool:
        """Starts the server if it is gone. If several processes try at once, one of them starts it."""
        try:
            if not self._postgres.running() and self._postgres.start():
                log.warning("the embedded database was gone; it is started again")
        except Exception as error:  # noqa: BLE001  the thread must not end: the next look may go well
            log.error("the embedded database does not start: %s", str(error)[:500])
            return False
        return True


@contextlib.contextmanager
def kept_running(postgres: EmbeddedPostgres) -> Iterator[None]:
    """Keeps the server running while it is used. Stopping it at the end is not the keeper's task."""
    keeper = Keeper(postgres)
    keeper.start()
    try:
        yield
    finally:
        keeper.end()
