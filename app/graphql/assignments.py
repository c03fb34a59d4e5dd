"""GraphQL: a job as it moves, for whoever watches it."""

from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from app.contract import assignments as contract
from app.contract.shape import show
from app.domain.assignments import OVER
from app.graphql.context import Info
from app.graphql.engine import type_of
from app.graphql.types import Id
from app.graphql.watch import watch
from app.usecases.assignments import get_assignment

Assignment: Any = type_of(contract.Assignment)


@strawberry.type
class AssignmentSubscription:
    @strawberry.subscription(description="A job as it stands, now and after every change; ends when it is over.")
    async def assignment(self, info: Info, id: Id) -> AsyncGenerator[Assignment, None]:
        look = watch(
            info.context,
            lambda run: run(get_assignment, assignment_id=id),
            lambda assignment: assignment.state in OVER,
        )
        async for found in look:
            yield show(contract.Assignment, found, info.context.viewer)
