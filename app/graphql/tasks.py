"""GraphQL: tasks."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from app.adapters.messages import task_text
from app.domain import events as domain
from app.domain.access import Role
from app.graphql.context import Info
from app.graphql.types import Connection, Node, page_of, show
from app.usecases.tasks import do_task, list_tasks


@strawberry.type
class Task(Node):
    cooperative_id: UUID
    role: Role
    member_id: UUID | None
    what: str
    text: str
    subject_id: UUID
    facts: JSON
    created_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    version: int

    @classmethod
    def of(cls, task: domain.Task, language: str) -> "Task":
        return show(cls, task, text=task_text(task.what, task.facts, language))


@strawberry.type
class TaskQuery:
    @strawberry.field(description="The caller's own tasks and those of their offices, newest first.")
    async def tasks(
        self, info: Info, first: int = 20, after: str | None = None, done: bool = False
    ) -> Connection[Task]:
        page = page_of(first, after)
        found = await info.context.run(list_tasks, page=page, done=done)
        return Connection.of(found, lambda row: Task.of(row, info.context.language), page)


@strawberry.type
class TaskMutation:
    @strawberry.mutation(description="Tick a task off.")
    async def do_task(self, info: Info, id: UUID, expected_version: int | None = None) -> Task:
        return Task.of(
            await info.context.run(do_task, task_id=id, expected_version=expected_version), info.context.language
        )
