"""The third face, the worker: claims due events and timers, runs their use cases, sends webhooks and mails."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID

from app.adapters.addresses import base_of, prefix_of
from app.adapters.mail import Mail
from app.adapters.metrics import EVENTS, SEEN
from app.adapters.papers import files_of
from app.adapters.telemetry import statement_span
from app.adapters.webhooks import Sender
from app.db.engine import Database, opened
from app.db.failures import DatabaseFailed
from app.db.logins import READER_ROLE, WORKER_ROLE, Logins
from app.domain.days import day_of
from app.domain.errors import DomainError
from app.domain.platform.events import Event, Timer
from app.keys import sealing
from app.running.run import SystemRun, Unavailable
from app.sending import GRACE, IDLE, LONGEST_PAUSE, keep, mails, pause, tell_failure, webhooks
from app.settings import Settings
from app.usecases.books.nettings import list_pairs_to_net, propose_for_pair
from app.usecases.books.seals import finish_check, seal_books, start_check
from app.usecases.books.transit_items import list_transit_to_watch, watch_transit
from app.usecases.buying.joint_purchases import close_on_time, top_up_on_time
from app.usecases.buying.purchase_invoices import invoice_purchase, list_due_purchases
from app.usecases.earning.agreements import warn_of_limit
from app.usecases.ledger import check_books
from app.usecases.market.offering_imports import stop_lapsed_imports
from app.usecases.market.offerings import expire_hold, show_prices
from app.usecases.people.members import end_trial, remind_of_exit
from app.usecases.people.permissions import warn_of_lapse
from app.usecases.platform.events import claim_due, deliver_event, forget_keys, give_back, put_off
from app.usecases.platform.feed import publish_events
from app.usecases.platform.messages import forget_messages
from app.usecases.platform.privacy import forget_old
from app.usecases.platform.rates import forget_rates
from app.usecases.selling.assignments import approve_on_time
from app.usecases.selling.invoice_months import (
    issue_collective,
    list_due_invoices,
    list_missing,
    tell_missing,
    watch_missing,
)
from app.usecases.selling.invoices import get_paper, issue_due, keep_invoice_files
from app.usecases.selling.orders import complete_silently, expire_order
from app.usecases.selling.reminders import remind_customer, tell_overdue
from app.usecases.selling.unpaid_vat import take_back_unpaid_vat

log = logging.getLogger("samen.worker")
BATCH = 100
SEAL_EVERY = 5
"""Seconds between two links of the chain of seals."""
LAPSED_EVERY = 60
"""Seconds between two searches for imports whose process is gone."""
SWEEP_EVERY = 3600
"""Seconds between two deletions of data whose retention is over."""
STEPS: dict[str, tuple[Callable[..., Awaitable[None]], str]] = {
    "accept_by": (expire_order, "order_id"),
    "complete": (complete_silently, "order_id"),
    "trial_end": (end_trial, "member_id"),
    "exit_target": (remind_of_exit, "member_id"),
    "limit_unknown": (warn_of_limit, "agreement_id"),
    "permission_lapses": (warn_of_lapse, "permission_id"),
    "stock_hold": (expire_hold, "hold_id"),
    "purchase_closes": (close_on_time, "purchase_id"),
    "purchase_tops_up": (top_up_on_time, "purchase_id"),
    "vat_unpaid": (take_back_unpaid_vat, "order_id"),
    "invoice": (issue_due, "order_id"),
    "invoice_overdue": (tell_overdue, "invoice_id"),
    "invoice_reminder": (remind_customer, "invoice_id"),
    "invoice_purchase": (invoice_purchase, "purchase_id"),
    "invoices_missing": (tell_missing, "cooperative_id"),
    "approve": (approve_on_time, "assignment_id"),
}
"""The use case of each kind of timer, and what it calls the timer's subject."""
DRAWS = "invoice_files"
"""The timer that makes the files of an invoice."""
OF_ONE_ROW = frozenset({"busy", "cancelled"})
"""Failures that concern one row; the rest of the batch continues."""


class Worker:
    """Works for all cooperatives, one at a time; any number of workers share the work.

    `outgoing` is the connection pool of webhooks and mails, so that events keep theirs. `base` is the public address of
    the API, for links in mails.
    """

    def __init__(
        self,
        database: Database,
        mail: Mail | None = None,
        *,
        books: Database | None = None,
        sender: Sender | None = None,
        outgoing: Database | None = None,
        base: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.database = database
        self.books = books
        self.now = now
        self._webhooks = webhooks(outgoing or database, sender, now) if sender else None
        self._mails = mails(outgoing or database, mail, now, base) if mail else None
        self._swept = time.monotonic()
        self._priced: date | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop`; running work gets some seconds to end. Webhooks, mails and seals run beside events."""
        parts = [queue.keep(stop) for queue in (self._webhooks, self._mails) if queue is not None]
        parts += [keep(stop, "work", partial(self.tick, stop)), keep(stop, "guard", self._look_after, SEAL_EVERY)]
        parts.append(keep(stop, "imports", self.sweep, LAPSED_EVERY))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part) for part in parts]
            await stop.wait()
            _, late = await asyncio.wait(tasks, timeout=GRACE + 5)
            for task in late:
                task.cancel()

    async def tick(self, stop: asyncio.Event | None = None) -> int:
        """Does what is due now, once; at `stop` it leaves the rest. Returns the number of timers and events.

        Raises Unavailable.
        """
        SEEN.set_to_current_time()
        timers, events = await self._run(claim_due, limit=BATCH) or ([], [])
        due: list[Timer | Event] = [*timers, *events]
        while due and not (stop is not None and stop.is_set()):
            row = due.pop(0)
            await (self._do(row, row.kind, self._fire(row)) if isinstance(row, Timer) else self._tell(row))
        if due:
            timer_ids = [row.id for row in due if isinstance(row, Timer)]
            event_ids = [row.id for row in due if isinstance(row, Event)]
            await self._run(give_back, timer_ids=timer_ids, event_ids=event_ids)
        published = await self._run(publish_events)
        return len(timers) + len(events) + (published or 0)

    async def send(self) -> int:
        """Sends the webhooks that are due, concurrently, once. Returns the number."""
        return await self._webhooks.once() if self._webhooks else 0

    async def write(self) -> int:
        """Sends the mails that are due, concurrently, once. Returns the number."""
        return await self._mails.once() if self._mails else 0

    async def guard(self) -> None:
        """Seals what was booked, and checks all books if that is due; logs a broken invariant as an error."""
        await self._run(seal_books)
        if self.books is None:
            return
        check = await self._run(start_check)
        if check is None:
            return
        found = await SystemRun(self.books, now=self.now)(check_books)
        done = await self._run(finish_check, check=check, broken=found or {})
        if done is not None and done.broken:
            log.error("books broken", extra={"invariants": sorted(done.broken)})

    async def sweep(self) -> int:
        """Stops the imports whose process is gone. Returns 0: there is always a pause."""
        await self._run(stop_lapsed_imports)
        return 0

    async def price(self) -> None:
        """Once a day, and at the start: shows what consumers pay at the rates of that day."""
        today = day_of(self.now())
        if today != self._priced:
            await self._run(show_prices)
            self._priced = today

    async def invoice(self) -> None:
        """Issues what was supplied and has no invoice, collective invoices too; starts the alarm of the rest."""
        if self.books is None:
            return
        alone, together = await SystemRun(self.books, now=self.now)(list_due_invoices) or ([], [])
        for place, (order_id,) in alone:
            await self._once(
                "invoice", order_id, SystemRun(self.database, place, now=self.now)(issue_due, order_id=order_id)
            )
        for place, order_ids in together:
            run = SystemRun(self.database, place, now=self.now)
            await self._once("invoice", order_ids[0], run(issue_collective, order_ids=order_ids))
        for place, purchase_id in await SystemRun(self.books, now=self.now)(list_due_purchases) or ():
            run = SystemRun(self.database, place, now=self.now)
            await self._once("invoice", purchase_id, run(invoice_purchase, purchase_id=purchase_id))
        for place, missing in await SystemRun(self.books, now=self.now)(list_missing) or ():
            run = SystemRun(self.database, place, now=self.now)
            await run(watch_missing, cooperative_id=place, missing=missing)

    async def net(self) -> None:
        """Proposes this month's nettings, for every pair of cooperatives without one."""
        if self.books is None:
            return
        for one, other in await SystemRun(self.books, now=self.now)(list_pairs_to_net) or []:
            try:
                await self._run(propose_for_pair, cooperative_id=one, with_cooperative_id=other)
            # The books of this pair need a person; the other pairs go on.
            except DomainError as refusal:
                log.warning("no netting", extra={"code": refusal.code, "between": [str(one), str(other)]})

    async def wait_for_bank(self) -> None:
        """Opens the task about what waits too long for a line of the bank, or closes it."""
        if self.books is None:
            return
        for place in await SystemRun(self.books, now=self.now)(list_transit_to_watch) or []:
            await SystemRun(self.database, place, now=self.now)(watch_transit, cooperative_id=place)

    @property
    def _run(self) -> SystemRun:
        return SystemRun(self.database, now=self.now)

    async def _look_after(self) -> int:
        """Seals the books, and sometimes sweeps. Returns 0: there is always a pause."""
        await self._once("guard", None, self.guard())
        await self._once("prices", None, self.price())
        if time.monotonic() - self._swept > SWEEP_EVERY:
            for forget in (forget_keys, forget_rates, forget_old, forget_messages):
                await self._once(forget.__name__, None, self._run(forget))
            await self._once("nettings", None, self.net())
            await self._once("invoices", None, self.invoice())
            await self._once("transit", None, self.wait_for_bank())
            self._swept = time.monotonic()
        return 0

    async def _once(self, what: str, row_id: UUID | None, act: Awaitable[object]) -> bool:
        """Whether one act succeeded; a failure is logged. Raises Unavailable if all others would fail too."""
        try:
            await act
        except Unavailable as error:
            if error.kind not in OF_ONE_ROW:
                raise
            tell_failure(what, row_id, error)
        except Exception as error:  # noqa: BLE001  a bug in one verb must not stop the others
            tell_failure(what, row_id, error)
        else:
            return True
        return False

    async def _do(self, row: Timer | Event, what: str, act: Awaitable[object]) -> bool:
        """Handles one row of a batch; a failed one comes back, each time later."""
        done = await self._once(what, row.id, act)
        if not done:
            await self._run(put_off, row_id=row.id, timer=isinstance(row, Timer))
        return done

    async def _tell(self, event: Event) -> None:
        if await self._do(event, event.name, self._deliver(event)):
            EVENTS.inc()

    async def _fire(self, timer: Timer) -> None:
        """Takes the step of a timer. Raises ValueError for a kind that nobody knows."""
        run = SystemRun(self.database, timer.cooperative_id, timer=timer.id, now=self.now)
        if timer.kind == DRAWS:
            await self._draw(run, timer.subject_id)
            return
        if timer.kind not in STEPS:
            raise ValueError(f"no such timer: {timer.kind}")
        step, subject = STEPS[timer.kind]
        await run(step, **{subject: timer.subject_id})

    async def _draw(self, run: SystemRun, invoice_id: UUID) -> None:
        """Makes the files of an invoice beside the events, and stores them. The timer ends with them."""
        paper = await SystemRun(self.database, run.cooperative_id, now=self.now)(get_paper, invoice_id=invoice_id)
        if paper is not None:
            files = await asyncio.to_thread(files_of, paper)
            await run(keep_invoice_files, invoice_id=invoice_id, files=files)

    async def _deliver(self, event: Event) -> None:
        run = SystemRun(self.database, event.cooperative_id, event=event.id, now=self.now)
        await run(deliver_event, event=event, mail=self._mails is not None)
        log.info("event", extra={"event": event.name, "subject": str(event.subject_id), "event_id": str(event.id)})


async def work(settings: Settings, logins: Logins) -> None:
    """A worker process, until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    log.info("worker started", extra={"mail": settings.smtp_url is not None})
    await keep_working(settings, logins, stop)
    log.info("worker stopped")


async def keep_working(settings: Settings, logins: Logins, stop: asyncio.Event) -> None:
    """A worker until `stop`; if the database is down, full or busy at the start, it waits."""
    wait = IDLE
    while not stop.is_set():
        try:
            async with worker_of(settings, logins) as worker:
                await worker.run(stop)
        except DatabaseFailed as failed:
            log.warning("waiting for the database", extra=failed.facts)
            wait = min(wait * 2, LONGEST_PAUSE)
            await pause(stop, wait)


@contextlib.asynccontextmanager
async def worker_of(settings: Settings, logins: Logins) -> AsyncIterator[Worker]:
    """A worker with everything that it needs. Raises DatabaseFailed."""
    told = statement_span if settings.otlp_endpoint else None
    async with (
        opened(logins, role=WORKER_ROLE, size=3, sealing=sealing(settings), on_statement=told) as database,
        opened(logins, role=WORKER_ROLE, size=2, sealing=sealing(settings), on_statement=told) as outgoing,
        opened(logins, role=READER_ROLE, size=1, on_statement=told) as books,
        Sender(
            local=not settings.production,
            networks=settings.webhook_networks,
            prefix=prefix_of(settings.public_url),
        ) as sender,
    ):
        yield Worker(
            database,
            mail_of(settings),
            books=books,
            sender=sender,
            outgoing=outgoing,
            base=base_of(settings.public_url),
        )


def mail_of(settings: Settings) -> Mail | None:
    """The mail sender, if it is configured."""
    return Mail(settings.smtp_url, settings.mail_from) if settings.smtp_url else None
