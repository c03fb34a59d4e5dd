"""GraphQL: the decision about all that a file of offerings holds for review; files are sent by REST."""

import time
from typing import Annotated, Any

import strawberry

from app.contract.offering_imports import OfferingImport
from app.contract.shape import show
from app.graphql.context import Info
from app.graphql.engine import WORDS, input_of, type_of
from app.graphql.types import Id
from app.usecases.offering_imports import ReviewImport, review_import

PATIENCE = 5
"""Seconds: a document ends before it would be stopped for taking too long."""
Import: Any = type_of(OfferingImport)
ReviewInput: Any = input_of(ReviewImport)


@strawberry.type
class OfferingImportMutation:
    @strawberry.mutation(
        description="Publish or send back all that an import holds for review. What takes longer than five seconds is "
        "left: `held` says how many, and the same mutation goes on."
    )
    async def move_offering_import(
        self, info: Info, id: Id, input: Annotated[ReviewInput, strawberry.argument(description=WORDS["input"])]
    ) -> Import | None:
        run, ends, given = info.context.run, time.monotonic() + PATIENCE, vars(input)
        found, after = await run(review_import, import_id=id, contents=given)
        while after is not None and time.monotonic() < ends:
            found, after = await run(review_import, import_id=id, contents=given, after=after)
        return show(OfferingImport, found, info.context.viewer)
