"""GraphQL: what no table declares: mutations of their own form, and fields that REST has as files."""

import time
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from app.adapters.drawings import thermometer_svg
from app.contract.books.remittances import Remittance
from app.contract.market.offering_imports import OfferingImport
from app.contract.people.members import Thermometer
from app.contract.platform import apps
from app.contract.shape import show
from app.domain.books.remittances import line_data
from app.graphql.context import Info
from app.graphql.engine import WORDS, extend, input_of, type_of
from app.graphql.types import Id
from app.usecases.market.offering_imports import ReviewImport, review_import
from app.usecases.platform.apps import disable_app
from app.usecases.platform.privacy import erase_me

PATIENCE = 5
"""Seconds: a document ends before it would be stopped for taking too long."""
App: Any = type_of(apps.App)
Import: Any = type_of(OfferingImport)
ReviewInput: Any = input_of(ReviewImport)


@strawberry.type
class IrregularMutation:
    @strawberry.mutation(description="Forget the caller. First end offices, membership and orders.")
    async def forget_me(self, info: Info) -> bool | None:
        await info.context.run(erase_me)
        return True

    @strawberry.mutation(
        description="Shut an app out, at once.",
        deprecation_reason="Use changeApp, enabled: false. Until 2027-06-01.",
    )
    async def disable_app(self, info: Info, id: Id) -> App | None:
        disabled = await info.context.run(disable_app, app_id=id)
        return show(apps.App, disabled, info.context.viewer)

    @strawberry.mutation(
        description="Publish or send back all that an import holds for review. What takes longer than five seconds is "
        "left: `held` says how many, and the same mutation goes on."
    )
    async def move_offering_import(
        self, info: Info, id: Id, input: Annotated[ReviewInput, strawberry.argument(description=WORDS["input"])]
    ) -> Import | None:
        run, ends, given = info.context.run, time.monotonic() + PATIENCE, vars(input)
        reviewed, after = await run(review_import, import_id=id, contents=given)
        while after is not None and time.monotonic() < ends:
            reviewed, after = await run(review_import, import_id=id, contents=given, after=after)
        return show(OfferingImport, reviewed, info.context.viewer)


def _svg(self: Any) -> str:
    return thermometer_svg(self.thing, self.viewer.language)


def _specification(self: Any) -> JSON:
    return JSON([line_data(line) for line in self.thing.lines])


extend(Thermometer, svg=strawberry.field(resolver=_svg, description="The thermometer as a picture."))
extend(
    Remittance,
    specification=strawberry.field(
        resolver=_specification, description="Every line with its inputs, which sums to the amount."
    ),
)
