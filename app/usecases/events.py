"""Delivery of what happened: to tasks, and from there to mail."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.db.engine import Tx, uuid7
from app.db.idempotency import forget
from app.db.outbox import addresses, close_tasks, lag_seconds, tasks, tell
from app.domain.access import Actor, Right, Role
from app.domain.events import CLOSES, MAIL, OPENS, Event, Task


async def deliver_event(tx: Tx, actor: Actor, *, event: Event, mail: bool = False) -> None:
    """Close the tasks that an event ends, open those that it calls for; with `mail`, have their people written to."""
    actor.require(Right.RUN_TIMER)
    await close_tasks(tx, event.subject_id, CLOSES.get(event.name, ()))
    opened = [task for opening in OPENS.get(event.name, ()) for task in _tasks(event, opening.what, opening.role, tx)]
    due = {opening.what: event.facts.get(opening.due or "") for opening in OPENS.get(event.name, ())}
    opened = [replace(t, due_at=datetime.fromisoformat(str(due[t.what])) if due[t.what] else None) for t in opened]
    if opened:
        await tasks.add(tx, *opened)
    for task in opened if mail else ():
        to = await addresses(tx, task)
        if to:
            await tell(tx, MAIL, task.cooperative_id, task.id, **task.facts | {"addresses": to, "what": task.what})


async def forget_keys(tx: Tx, actor: Actor) -> None:
    """Drop request keys after seven days."""
    actor.require(Right.RUN_TIMER)
    await forget(tx)


async def get_lag(tx: Tx, actor: Actor) -> float:
    """Seconds that the oldest undelivered event waits: the readiness probe's question, open to all."""
    actor.require(Right.READ_PUBLIC)
    return await lag_seconds(tx)


def _tasks(event: Event, what: str, role: Role, tx: Tx) -> list[Task]:
    """One task for an office; for makers one each."""
    whom = [UUID(member) for member in event.facts.get("members", [])] if role is Role.MEMBER else [None]
    facts = {key: value for key, value in event.facts.items() if key != "members"}
    return [
        Task(uuid7(), event.cooperative_id, role, what, event.subject_id, facts, tx.now, member_id=member)
        for member in whom
    ]
