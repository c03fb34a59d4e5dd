"""GraphQL fields outside the tables: mutations of their own form, and fields that REST has as files."""

import time
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from app.adapters.drawings import thermometer_svg
from app.contract.books.remittances import Remittance
from app.contract.earning.thermometer import Thermometer
from app.contract.market.offering_imports import OfferingImport
from app.contract.platform import apps
from app.contract.shape import show
from app.domain.access import Right
from app.domain.books.remittances import line_data
from app.graphql.context import Info
from app.graphql.engine import WORDS, extend, input_of, type_of
from app.graphql.types import Id
from app.usecases.books.remittances import get_specification
from app.usecases.market.offering_imports import ReviewImport, review_import
from app.usecases.platform.apps import disable_app
from app.usecases.platform.privacy import erase_me

PATIENCE = 5
"""Seconds after which a mutation that works in parts stops, before the time limit would stop it."""
App: Any = type_of(apps.App)
Import: Any = type_of(OfferingImport)
ReviewInput: Any = input_of(ReviewImport)


@strawberry.type
class IrregularMutation:
    @strawberry.mutation(description="Erase the caller. First end offices, membership and orders.")
    async def forget_me(self, info: Info) -> bool | None:
        await info.context.run(erase_me)
        return True

    @strawberry.mutation(
        description="Block an app at once.",
        deprecation_reason="Use changeApp, enabled: false. Until 2027-06-01.",
    )
    async def disable_app(self, info: Info, id: Id) -> App | None:
        disabled = await info.context.run(disable_app, app_id=id)
        return show(apps.App, disabled, info.context.viewer)

    @strawberry.mutation(
        description="Publish or send back all that an import holds for review. "
        "After five seconds it stops: `held` is the number that is left, and the same mutation continues."
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


async def _lines(self: Any, info: Info) -> JSON | None:
    if not self.viewer.actor.may(Right.READ_SPECIFICATION, self.thing.cooperative_id):
        return None
    found = await info.context.run(get_specification, remittance_id=self.thing.id)
    return JSON([line_data(line) for line in found.lines])


extend(Thermometer, svg=strawberry.field(resolver=_svg, description="The thermometer as a picture."))
extend(Remittance, specification=strawberry.field(resolver=_lines, description="Its lines; null for a municipality."))
