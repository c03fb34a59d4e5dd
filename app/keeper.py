"""Watches over the embedded database of this process: a server that was killed is started again."""

import contextlib
import logging
import threading
from collections.abc import Iterator

from app.db.embedded import EmbeddedPostgres

log = logging.getLogger("samen.database")
LOOK = 1.0
"""Seconds between two looks."""
LONGEST_PAUSE = 60.0
"""Seconds between two tries to start a server that does not start."""


class Keeper(threading.Thread):
    """Looks whether the server runs; a thread of its own, because starting it takes seconds."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        super().__init__(name="keeper", daemon=True)
        self._postgres = postgres
        self._ended = threading.Event()

    def run(self) -> None:
        pause = LOOK
        while not self._ended.wait(pause):
            pause = LOOK if self._look() else min(pause * 2, LONGEST_PAUSE)

    def end(self) -> None:
        """Stop looking; a start that is under way is waited for."""
        self._ended.set()
        self.join()

    def _look(self) -> bool:
        """Start the server if it is gone. Several processes may do so at once: one of them starts it."""
        try:
            if not self._postgres.running() and self._postgres.start():
                log.warning("the embedded database was gone; it is started again")
        except Exception as error:  # noqa: BLE001  the thread must not end: the next look may go well
            log.error("the embedded database does not start: %s", str(error)[:500])
            return False
        return True


@contextlib.contextmanager
def kept_running(postgres: EmbeddedPostgres) -> Iterator[None]:
    """Keeps the server running for as long as it is used. Who stops it at the end is not the keeper's business."""
    keeper = Keeper(postgres)
    keeper.start()
    try:
        yield
    finally:
        keeper.end()
