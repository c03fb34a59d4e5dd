"""GraphQL: municipalities."""

from uuid import UUID

import strawberry

from app.graphql.context import Info
from app.graphql.types import Connection, Node, page_of, show
from app.usecases.municipalities import add_municipality, get_municipality, list_municipalities


@strawberry.type
class Municipality(Node):
    cbs_code: str
    name: str
    version: int


@strawberry.type
class MunicipalityQuery:
    @strawberry.field(description="All municipalities, newest first.")
    async def municipalities(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Municipality]:
        page = page_of(first, after)
        found = await info.context.run(list_municipalities, page=page)
        return Connection.of(found, lambda row: show(Municipality, row), page)

    @strawberry.field(description="One municipality.")
    async def municipality(self, info: Info, id: UUID) -> Municipality:
        return show(Municipality, await info.context.run(get_municipality, municipality_id=id))


@strawberry.type
class MunicipalityMutation:
    @strawberry.mutation(description="Add a municipality; for the network.")
    async def add_municipality(self, info: Info, cbs_code: str, name: str) -> Municipality:
        return show(Municipality, await info.context.run(add_municipality, cbs_code=cbs_code, name=name))
