"""The third face: works off what is due, claims events and timers, runs their use case, writes to who has to know."""

import asyncio
import contextlib
import logging
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from app.adapters.mail import Mail
from app.adapters.messages import NL, task_text
from app.adapters.metrics import EVENTS, WEBHOOKS
from app.adapters.telemetry import statement_span
from app.adapters.webhooks import Sender
from app.db.engine import BOOKS_ROLE, OUTCOME_UNKNOWN, RETRYABLE, WORKER_ROLE, Database, opened
from app.db.outbox import claim_events, claim_timers
from app.domain.events import MAIL, Event, Timer
from app.domain.webhooks import Answer, Letter
from app.keys import sealing
from app.settings import Settings
from app.usecases.agreements import warn_of_limit
from app.usecases.assignments import approve_on_time
from app.usecases.events import deliver_event, forget_keys, list_addresses
from app.usecases.feed import publish_events
from app.usecases.joint_purchases import close_on_time, top_up_on_time
from app.usecases.members import end_trial, remind_of_exit
from app.usecases.nettings import propose_monthly
from app.usecases.offerings import expire_hold
from app.usecases.orders import complete_silently, expire_order
from app.usecases.permissions import warn_of_lapse
from app.usecases.privacy import forget_old
from app.usecases.rates import forget_rates
from app.usecases.run import SystemRun, Unavailable
from app.usecases.seals import run_check, seal_books
from app.usecases.webhooks import claim_deliveries, finish_delivery

log = logging.getLogger("samen.worker")
BATCH = 100
NO_ANSWER = (Unavailable, *OUTCOME_UNKNOWN, *RETRYABLE)
"""The database is away or busy: what was claimed comes back when its lease ends."""
SEAL_EVERY = 5
"""Seconds between two links of the chain."""
AT_ONCE = 32
"""Webhooks that are sent side by side."""
MOST_OF_APP = 8
"""Of one app: one that answers slowly leaves the rest to others."""
IDLE = 0.5
"""Seconds between two looks when nothing was due."""


class MailFailed(Exception):
    """A mail did not go out; its event comes back."""


class Worker:
    """Works for every cooperative, one at a time; any number of workers share the work."""

    def __init__(
        self,
        database: Database,
        mail: Mail | None = None,
        *,
        books: Database | None = None,
        sender: Sender | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.database = database
        self.mail = mail
        self.books = books
        self.sender = sender
        self.now = now

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; a batch that began is finished. Webhooks go out beside it: slow ones hold up nobody."""
        sending = asyncio.create_task(self._keep_sending(stop))
        await self._keep_working(stop)
        await sending

    async def _keep_sending(self, stop: asyncio.Event) -> None:
        """As soon as one has answered the next goes out; those under way are waited for at the end."""
        under_way: dict[asyncio.Task[None], UUID] = {}
        while not stop.is_set():
            under_way = {task: app for task, app in under_way.items() if not task.done()}
            letters = await self._claimed(AT_ONCE - len(under_way), Counter(under_way.values()))
            for letter in letters:
                under_way[asyncio.create_task(self._send(letter))] = letter.webhook.app_id
            full = len(under_way) == AT_ONCE
            if full or not letters:
                turn = asyncio.create_task(stop.wait())
                await asyncio.wait(
                    {turn, *under_way}, timeout=None if full else IDLE, return_when=asyncio.FIRST_COMPLETED
                )
                turn.cancel()
        if under_way:
            await asyncio.wait(under_way)

    async def _keep_working(self, stop: asyncio.Event) -> None:
        swept = sealed = self.now()
        while not stop.is_set():
            try:
                done = await self.tick()
                if (self.now() - sealed).total_seconds() > SEAL_EVERY:
                    await self._once("guard", self.guard())
                    sealed = self.now()
                if (self.now() - swept).total_seconds() > 3600:
                    await SystemRun(self.database, now=self.now)(forget_keys)
                    await SystemRun(self.database, now=self.now)(forget_rates)
                    await SystemRun(self.database, now=self.now)(forget_old)
                    await self._once("nettings", self.net())
                    swept = self.now()
            except NO_ANSWER:
                log.warning("the database does not answer; trying again")
                done = 0
            if not done:
                try:
                    await asyncio.wait_for(stop.wait(), IDLE)
                except TimeoutError:
                    continue

    async def tick(self) -> int:
        """Do everything that is due now, once. Returns how many timers and events that were."""
        async with self.database.transaction(self.now()) as tx:
            timers = await claim_timers(tx, BATCH)
            events = await claim_events(tx, BATCH)
        for timer in timers:
            await self._once(timer.kind, self._fire(timer))
        for event in events:
            await self._once(event.name, self._deliver(event))
        EVENTS.inc(len(events))
        published = await SystemRun(self.database, now=self.now)(publish_events)
        return len(timers) + len(events) + (published or 0)

    async def send(self) -> int:
        """Send the webhooks that are due, side by side, once. Returns how many."""
        letters = await self._claimed(AT_ONCE, Counter())
        await asyncio.gather(*(self._send(letter) for letter in letters))
        return len(letters)

    async def _claimed(self, limit: int, under_way: Counter[UUID]) -> list[Letter]:
        """What is due to be sent; nothing where the database is away."""
        if self.sender is None:
            return []
        busy = tuple(app_id for app_id, count in under_way.items() if count >= MOST_OF_APP)
        try:
            run = SystemRun(self.database, now=self.now)
            return await run(claim_deliveries, limit=limit, share=MOST_OF_APP, busy=busy) or []
        except NO_ANSWER:
            return []
        except Exception:  # a bug here must not stop the rest
            log.exception("failed", extra={"what": "webhooks"})
            return []

    async def _send(self, letter: Letter) -> None:
        """Send one, and write down what came of it; what is not written down is sent again when its lease ends."""
        assert self.sender is not None  # noqa: S101  who claims has one
        try:
            answer = await self.sender.send(letter, self.now())
        except Exception:  # a bug in one must not stop the others
            log.exception("failed", extra={"what": "webhook"})
            answer = Answer(None, "it could not be sent")
        WEBHOOKS.labels("arrived" if answer.good else "failed").inc()
        run = SystemRun(self.database, now=self.now)
        with contextlib.suppress(*NO_ANSWER):
            await self._once("webhook", run(finish_delivery, letter=letter, answer=answer))

    async def guard(self) -> None:
        """Seal what was booked, and check all books when that is due; a broken invariant is an error in the log."""
        await SystemRun(self.database, now=self.now)(seal_books)
        if self.books is None:
            return
        check = await SystemRun(self.books, now=self.now)(run_check)
        if check is not None and check.broken:
            log.error("books broken", extra={"invariants": sorted(check.broken)})

    async def net(self) -> None:
        """Propose this month's nettings, for every pair of cooperatives that has none yet."""
        if self.books is not None:
            await SystemRun(self.books, now=self.now)(propose_monthly)

    async def _once(self, what: str, act: Awaitable[None]) -> None:
        """One row of a batch; what fails is logged and comes back when its lease ends, later each time."""
        try:
            await act
        except NO_ANSWER:
            raise
        except Exception:  # a bug in one verb must not stop the others
            log.exception("failed", extra={"what": what})

    async def _fire(self, timer: Timer) -> None:
        run = SystemRun(self.database, timer.cooperative_id, timer=timer.id, now=self.now)
        match timer.kind:
            case "accept_by":
                await run(expire_order, order_id=timer.subject_id)
            case "complete":
                await run(complete_silently, order_id=timer.subject_id)
            case "trial_end":
                await run(end_trial, member_id=timer.subject_id)
            case "exit_target":
                await run(remind_of_exit, member_id=timer.subject_id)
            case "limit_unknown":
                await run(warn_of_limit, agreement_id=timer.subject_id)
            case "permission_lapses":
                await run(warn_of_lapse, permission_id=timer.subject_id)
            case "stock_hold":
                await run(expire_hold, hold_id=timer.subject_id)
            case "purchase_closes":
                await run(close_on_time, purchase_id=timer.subject_id)
            case "purchase_tops_up":
                await run(top_up_on_time, purchase_id=timer.subject_id)
            case "approve":
                await run(approve_on_time, assignment_id=timer.subject_id)
            case unknown:
                raise ValueError(f"no such timer: {unknown}")

    async def _deliver(self, event: Event) -> None:
        run = SystemRun(self.database, event.cooperative_id, event=event.id, now=self.now)
        if event.name == MAIL:
            await self._write(event)
        await run(deliver_event, event=event, mail=self.mail is not None)
        log.info("event", extra={"event": event.name, "subject": str(event.subject_id), "event_id": str(event.id)})

    async def _write(self, event: Event) -> None:
        """Mail a task to who has to do it; what fails is tried again, so a mail may come twice but is not lost."""
        if self.mail is not None:
            run = SystemRun(self.database, event.cooperative_id, now=self.now)
            to = await run(list_addresses, task_id=event.subject_id)
            if not to:
                return
            text = task_text(event.facts["what"], event.facts, NL)
            try:
                await self.mail.send(to, text, f"{text}\n\nKijk bij uw taken in de app.\n")
            except OSError as error:  # what a mail server does is not the database's silence
                raise MailFailed(type(error).__name__) from error


async def work(settings: Settings, database_url: str) -> None:
    """A worker process: until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with worker_of(settings, database_url) as worker:
        await worker.run(stop)


@contextlib.asynccontextmanager
async def worker_of(settings: Settings, database_url: str) -> AsyncIterator[Worker]:
    """A worker with everything that it needs."""
    told = statement_span if settings.otlp_endpoint else None
    async with (
        opened(database_url, role=WORKER_ROLE, size=3, sealing=sealing(settings), on_statement=told) as database,
        opened(database_url, role=BOOKS_ROLE, size=1, on_statement=told) as books,
        Sender(local=not settings.production) as sender,
    ):
        yield Worker(database, mail_of(settings), books=books, sender=sender)


def mail_of(settings: Settings) -> Mail | None:
    """Mail where it is configured."""
    return Mail(settings.smtp_url, settings.mail_from) if settings.smtp_url else None
