"""Tasks: what somebody has to do, for whom and until when."""

from dataclasses import replace
from typing import Annotated

from app.db.engine import Tx
from app.db.platform.outbox import list_tasks as load_page
from app.db.platform.outbox import tasks
from app.domain.access import Right, Role
from app.domain.actors import Actor, Party
from app.domain.errors import WrongState
from app.domain.page import Page, PageRequest
from app.domain.platform.events import Task
from app.ids import TaskId
from app.usecases.declared.version import expect
from app.vocabulary import Doc, Version

Done = Annotated[bool, Doc("Whether to list the tasks that are done; otherwise the open ones.")]


async def list_tasks(tx: Tx, actor: Actor, *, page: PageRequest, done: Done = False) -> Page[Task]:
    """The caller's own tasks and those of their offices, newest first."""
    actor.require(Right.READ_TASK, own=(Party(Role.MEMBER),))
    offices = [(h.cooperative_id, h.role) for h in actor.holdings if h.member_id is None and h.cooperative_id]
    return await load_page(tx, page, offices=offices, member_ids=actor.members_with(Right.READ_TASK), done=done)


async def do_task(tx: Tx, actor: Actor, *, task_id: TaskId, expected_version: Version | None = None) -> Task:
    """Mark a task as done. Raises WrongState if it was done, Stale, NotFound."""
    task = await tasks.get(tx, task_id, lock=True)
    own = actor.as_member(task.member_id)
    actor.require(Right.DO_TASK, task.cooperative_id, own=own)
    expect(task.version, expected_version)
    if task.done_at is not None:
        raise WrongState(verb="do", state="done", possible=[])
    return await tasks.save(tx, replace(task, done_at=tx.now, done_by=actor.person_id))
