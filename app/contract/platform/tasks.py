"""Tasks: what somebody has to do, for whom and until when."""

from datetime import datetime
from typing import Any

from app.adapters.messages import task_text
from app.contract.operation import Key, Noun
from app.contract.shape import computed, shape
from app.domain.access import Role
from app.domain.platform import events as domain
from app.ids import AnyId, CooperativeId, MemberId, TaskId
from app.usecases.platform.tasks import do_task, list_tasks


@shape(domain.Task)
class Task:
    """A task at a cooperative."""

    id: TaskId
    cooperative_id: CooperativeId
    """The cooperative of the task."""
    role: Role
    """The role that has to do it."""
    member_id: MemberId | None
    """The member who has to do it, if it is for one member."""
    what: str
    """The task, as a code."""
    text: str = computed(lambda task, viewer: task_text(task.what, task.facts, viewer.language))
    """The task, in the caller's language."""
    subject_id: AnyId
    """The id of its subject."""
    facts: dict[str, Any]
    """The facts in the text, by name."""
    created_at: datetime
    """When it was opened."""
    due_at: datetime | None
    """The deadline, if there is one."""
    done_at: datetime | None
    """When it was done; null if it is still open."""
    version: int


tasks = Noun("tasks")
tasks.get("/tasks", list_tasks, Task)
tasks.move("/tasks/{task_id}/completions", do_task, Task, key=Key.KEPT)
