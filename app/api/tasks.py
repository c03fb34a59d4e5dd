"""REST: tasks."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from app.adapters.messages import task_text
from app.api.deps import LanguageDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Out, PageOut, Version, When
from app.domain.access import Role
from app.domain.events import Task
from app.usecases.tasks import do_task, list_tasks

router = noun("tasks", "/tasks")


class TaskOut(Out):
    id: UUID
    cooperative_id: UUID
    role: Role
    member_id: UUID | None
    what: str
    text: str = ""
    subject_id: UUID
    facts: dict[str, Any]
    created_at: When
    due_at: When | None
    done_at: When | None
    version: Version

    @classmethod
    def of(cls, task: Task, language: str) -> "TaskOut":
        text = task_text(task.what, task.facts, language)
        return cls.model_validate(task).model_copy(update={"text": text})


@router.get("")
async def list_all(
    run: RunDep, page: PageDep, language: LanguageDep, request: Request, response: Response, done: bool = False
) -> PageOut[TaskOut]:
    """The caller's own tasks and those of their offices, newest first."""
    found = await run(list_tasks, page=page, done=done)
    link_next(request, response, found)
    return PageOut.of(found, lambda task: TaskOut.of(task, language))


@router.post("/{task_id}/completions")
async def do(task_id: UUID, run: RunDep, language: LanguageDep, seen: SeenDep, response: Response) -> TaskOut:
    """Tick a task off."""
    task = await run(do_task, task_id=task_id, expected_version=seen)
    tag(response, task.version)
    return TaskOut.of(task, language)
