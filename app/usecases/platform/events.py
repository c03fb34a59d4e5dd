"""Handles events: opens and closes tasks, and writes messages about them."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.db import revisions
from app.db.books.fund_floors import fund_now
from app.db.engine import Tx, uuid7
from app.db.market.offering_imports import holds_any
from app.db.platform import outbox
from app.db.platform.idempotency import forget
from app.db.platform.messages import add_invoice_message, add_messages
from app.db.platform.outbox import close_tasks, lag_seconds, names_after, open_tasks, tasks, tell
from app.db.selling.invoices import settled_invoices
from app.domain.access import Right, Role
from app.domain.actors import Actor
from app.domain.errors import NotMigrated
from app.domain.platform.events import (
    CLOSED_WITH_INVOICE,
    ENDS,
    LESS_HELD,
    LOWERS_FUND,
    MAIL,
    NOTHING_HELD,
    SETTLES,
    WRITES,
    Event,
    Opening,
    Task,
    Timer,
    closings,
    openings,
)
from app.domain.platform.messages import LANGUAGE
from app.usecases.declared.visitors import open_to_visitors


async def claim_due(tx: Tx, actor: Actor, *, limit: int) -> tuple[list[Timer], list[Event]]:
    """Timers and events that are due, at most `limit` of each, leased for a minute."""
    actor.require(Right.RUN_TIMER)
    return await outbox.claim_timers(tx, limit), await outbox.claim_events(tx, limit)


async def put_off(tx: Tx, actor: Actor, *, row_id: UUID, timer: bool) -> None:
    """Record that a timer or an event failed: it is tried again, each time after a longer wait."""
    actor.require(Right.RUN_TIMER)
    await outbox.put_off(tx, row_id, timer=timer)


async def give_back(tx: Tx, actor: Actor, *, timer_ids: list[UUID], event_ids: list[UUID]) -> None:
    """Release the lease of timers and events that were claimed and not started."""
    actor.require(Right.RUN_TIMER)
    await outbox.give_back(tx, timer_ids, event_ids)


async def deliver_event(tx: Tx, actor: Actor, *, event: Event, mail: bool = False) -> None:
    """Close the tasks that an event ends, and open those that it calls for; with `mail`, write messages to their
    people, and to the customer of an invoice.

    The event of an import that lost an offering is handled here, after the commit: two people who decide about its last
    two offerings at once cannot see that nothing is left.
    """
    actor.require(Right.RUN_TIMER)
    if event.name == LESS_HELD:
        if not await holds_any(tx, event.subject_id):
            await tell(tx, NOTHING_HELD, event.cooperative_id, event.subject_id)
        return
    # An older version wrote this event when the task was open already.
    if event.name == MAIL:
        task = await tasks.find(tx, id=event.subject_id)
        opened = [task] if task is not None else []
    else:
        await _look_at_fund(tx, event)
        later = await names_after(tx, event)
        await close_tasks(tx, event.subject_id, closings(event, later))
        for invoice_id in await settled_invoices(tx, event.subject_id) if event.name in SETTLES else ():
            await close_tasks(tx, invoice_id, CLOSED_WITH_INVOICE)
        event = await _written(tx, event, mail=mail)
        opened = await _not_open_yet(tx, event, openings(event, later))
        if opened:
            await tasks.add(tx, *opened)
    for task in opened if mail else ():
        await add_messages(tx, event.id, task, LANGUAGE)


async def forget_keys(tx: Tx, actor: Actor) -> None:
    """Delete request keys after seven days."""
    actor.require(Right.RUN_TIMER)
    await forget(tx)


@open_to_visitors
async def get_lag(tx: Tx, actor: Actor) -> float:
    """The seconds that the oldest undelivered event has waited. The readiness probe asks this; open to all.

    Raises NotMigrated if the schema is older than this code; a newer one is an upgrade under way.
    """
    actor.require(Right.READ_PUBLIC)
    if (current := await revisions.current(tx)) < revisions.newest():
        raise NotMigrated(current=current, needed=revisions.newest())
    return await lag_seconds(tx)


async def _look_at_fund(tx: Tx, event: Event) -> None:
    """Tells that the fund is below its floor after an act that follows a rule."""
    if event.name in LOWERS_FUND:
        now = await fund_now(tx, event.cooperative_id, tx.today)
        if now.balance_cents < now.floor_cents:
            await tell(tx, "fund.below_floor", event.cooperative_id, event.cooperative_id)


async def _written(tx: Tx, event: Event, *, mail: bool) -> Event:
    """Writes the message to a customer that an event calls for; the event tells whether it is written."""
    kind = WRITES.get(event.name)
    if kind is None:
        return event
    written = mail and await add_invoice_message(tx, event.id, kind, event.subject_id)
    return replace(event, facts=event.facts | {"mailed": written})


async def _not_open_yet(tx: Tx, event: Event, wanted: list[Opening]) -> list[Task]:
    """The tasks that an event opens. A task that some event closes is opened once: a later opening finds it open."""
    made = [task for opening in wanted for task in _tasks(event, opening, tx)]
    if not any(task.what in ENDS for task in made):
        return made
    there = {_whose(task) for task in await open_tasks(tx, event.subject_id)}
    return [task for task in made if task.what not in ENDS or _whose(task) not in there]


def _whose(task: Task) -> tuple[object, ...]:
    return task.cooperative_id, task.role, task.what, task.member_id


def _tasks(event: Event, opening: Opening, tx: Tx) -> list[Task]:
    """The tasks of an opening: one for an office, or one for each maker."""
    whom = [UUID(member) for member in event.facts.get("members", [])] if opening.role is Role.MEMBER else [None]
    due = event.facts.get(opening.due or "")
    facts = {key: value for key, value in event.facts.items() if key != "members"}
    return [
        Task(
            id=uuid7(),
            cooperative_id=event.cooperative_id,
            role=opening.role,
            what=opening.what,
            subject_id=event.subject_id,
            facts=facts,
            created_at=tx.now,
            due_at=datetime.fromisoformat(due) if due else None,
            member_id=member,
        )
        for member in whom
    ]
