"""Sends webhooks and mails concurrently, beside events and timers."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from app.adapters.invoice_mails import invoice_mail_text
from app.adapters.mail import Mail, MailFailed
from app.adapters.messages import mail_text
from app.adapters.metrics import FAILURES, MAILS, WEBHOOKS
from app.adapters.webhooks import Sender
from app.db.engine import Database
from app.db.failures import DatabaseFailed
from app.domain.platform.messages import SENT, Contents, Message, Outcome
from app.domain.platform.webhooks import Answer, Letter
from app.running.run import SystemRun
from app.usecases.platform.messages import begin_message, claim_messages, finish_message
from app.usecases.platform.webhooks import claim_deliveries, finish_delivery

log = logging.getLogger("samen.worker")
T = TypeVar("T")
Claim = Callable[[int, Counter[UUID]], Awaitable[list[T]]]
"""Claims up to a number of rows, given how many each owner has under way."""
WEBHOOKS_AT_ONCE = 32
MOST_OF_APP = 8
"""The most webhooks of one app at a time, so that a slow receiver leaves room for others."""
MAILS_AT_ONCE = 4
IDLE = 0.5
"""Seconds between two queries if nothing was due."""
LONGEST_PAUSE = 8.0
"""The most seconds between two attempts while something fails."""
GRACE = 20
"""Seconds to finish running work after `stop`. An interrupted sending is repeated when its lease ends."""


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Waits, but not beyond `stop`."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def keep(stop: asyncio.Event, what: str, act: Callable[[], Awaitable[int]], idle: float = IDLE) -> None:
    """Repeats `act` until `stop`, with a pause after it returned 0.

    After any failure it goes on, after a longer pause.
    """
    wait = idle
    while not stop.is_set():
        try:
            done, wait = await act(), idle
        except DatabaseFailed as error:
            log.warning("the database does not answer; trying again", extra={"what": what, **error.facts})
            done, wait = 0, min(wait * 2, LONGEST_PAUSE)
        except Exception as error:  # noqa: BLE001  a bug in one part must not stop the others
            tell_failure(what, None, error)
            done, wait = 0, min(wait * 2, LONGEST_PAUSE)
        if not done:
            await pause(stop, wait)


def tell_failure(what: str, row_id: UUID | None, error: Exception) -> None:
    """Counts a failure and logs it with the id of its row: a bug with its traceback, the database in one line."""
    FAILURES.labels(what).inc()
    extra = {"what": what, "id": str(row_id or "-")}
    if isinstance(error, DatabaseFailed):
        log.warning("failed", extra={**extra, **error.facts})
    else:
        log.error("failed", extra=extra, exc_info=error)


@contextlib.contextmanager
def telling(what: str, row_id: UUID) -> Iterator[None]:
    """Counts and logs any failure with one row, so that it stops no other."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  a bug in one row must not stop the others
        tell_failure(what, row_id, error)


class Queue(Generic[T]):
    """Claims rows and sends them concurrently, at most `most` at a time. `send` raises nothing."""

    def __init__(
        self,
        what: str,
        most: int,
        claim: Claim[T],
        send: Callable[[T], Coroutine[Any, Any, None]],
        whose: Callable[[T], UUID],
    ) -> None:
        self._what, self._most = what, most
        self._claim, self._send, self._whose = claim, send, whose
        self._under_way: dict[asyncio.Task[None], UUID] = {}

    async def once(self) -> int:
        """Sends what is due. Returns the number. Raises Unavailable."""
        rows = await self._claim(self._most, Counter())
        await asyncio.gather(*(self._send(row) for row in rows))
        return len(rows)

    async def keep(self, stop: asyncio.Event) -> None:
        """Sends what is due until `stop`; as soon as one has ended, the next one starts."""
        await keep(stop, self._what, partial(self._begin, stop))
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _begin(self, stop: asyncio.Event) -> int:
        """Starts as many as there is room for, then waits for room or for the next.

        Returns the number that is running.
        """
        self._under_way = {task: whose for task, whose in self._under_way.items() if not task.done()}
        rows = await self._claim(self._most - len(self._under_way), Counter(self._under_way.values()))
        for row in rows:
            self._under_way[asyncio.create_task(self._send(row))] = self._whose(row)
        full = len(self._under_way) == self._most
        if full or (self._under_way and not rows):
            turn = asyncio.create_task(stop.wait())
            ends = {turn, *self._under_way}
            await asyncio.wait(ends, timeout=None if full else IDLE, return_when=asyncio.FIRST_COMPLETED)
            turn.cancel()
        return len(self._under_way)


def webhooks(database: Database, sender: Sender, now: Callable[[], datetime]) -> Queue[Letter]:
    """The webhooks that are due."""
    run = SystemRun(database, now=now)

    async def claim(limit: int, under_way: Counter[UUID]) -> list[Letter]:
        busy = tuple(app_id for app_id, count in under_way.items() if count >= MOST_OF_APP)
        return await run(claim_deliveries, limit=limit, share=MOST_OF_APP, busy=busy) or []

    async def send(letter: Letter) -> None:
        """Sends one and records the outcome; without a record it is sent again when its lease ends."""
        answer = Answer(None, "it could not be sent")
        with telling("webhook", letter.delivery.id):
            answer = await sender.send(letter, now())
        WEBHOOKS.labels("arrived" if answer.good else "failed").inc()
        with telling("webhook", letter.delivery.id):
            await run(finish_delivery, letter=letter, answer=answer)

    return Queue("webhooks", WEBHOOKS_AT_ONCE, claim, send, lambda letter: letter.webhook.app_id)


def mails(database: Database, mail: Mail, now: Callable[[], datetime], base: str) -> Queue[Message]:
    """The mails that are due: one for each recipient, so that a refused address affects nobody else."""

    async def claim(limit: int, _: Counter[UUID]) -> list[Message]:
        return await SystemRun(database, now=now)(claim_messages, limit=limit) or []

    async def send(message: Message) -> None:
        """Sends one and records the outcome; without a record it is sent again when its lease ends."""
        run = SystemRun(database, message.cooperative_id, now=now)
        with telling("mail", message.id):
            contents = await run(begin_message, message=message)
            if contents is None:
                return
            outcome = await _mailed(mail, message, contents, base)
            MAILS.labels("sent" if outcome is SENT else "refused" if outcome.final else "failed").inc()
            await run(finish_message, message=message, outcome=outcome)

    return Queue("mails", MAILS_AT_ONCE, claim, send, lambda message: message.whose)


async def _mailed(mail: Mail, message: Message, contents: Contents, base: str) -> Outcome:
    """Sends one mail and returns the outcome."""
    if contents.address is None:
        return Outcome("no mail address", final=True)
    if contents.obstacle is not None:
        return contents.obstacle
    about = contents.invoice
    if about is None:
        subject, body = mail_text(message.kind, contents.facts, message.language)
    else:
        subject, body = invoice_mail_text(about, base)
    try:
        await mail.send(
            contents.address,
            subject,
            body,
            mark=str(message.id),
            name=about.sender if about else None,
            reply_to=about.reply_to if about else None,
            files=about.files if about else (),
        )
    except MailFailed as error:
        log.warning("mail failed", extra={"id": str(message.id), "reason": str(error), "final": error.final})
        return Outcome(str(error), final=error.final)
    return SENT
