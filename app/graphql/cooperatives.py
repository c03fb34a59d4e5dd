"""GraphQL: cooperatives and their readiness."""

from datetime import date
from uuid import UUID

import strawberry

from app.domain.cooperatives import LegalForm
from app.graphql.context import Info
from app.graphql.types import Connection, Node, changed, page_of, show
from app.usecases.cooperatives import (
    add_cooperative,
    change_cooperative,
    get_cooperative,
    get_readiness,
    list_cooperatives,
)

strawberry.enum(LegalForm)


@strawberry.type
class Cooperative(Node):
    slug: str
    name: str
    legal_form: LegalForm
    municipality_id: UUID
    town: str
    about: str
    kvk_number: str | None
    umbrella_id: UUID | None
    small_business_from: date | None
    version: int


@strawberry.type
class Readiness:
    cooperative_id: UUID
    ready: bool
    missing: list[str]


@strawberry.input
class CooperativeInput:
    slug: str
    name: str
    legal_form: LegalForm
    municipality_id: UUID
    town: str
    about: str = ""
    kvk_number: str | None = None
    umbrella_id: UUID | None = None


@strawberry.input(description="What is left out stays as it is.")
class CooperativeChange:
    name: str | None = strawberry.UNSET
    town: str | None = strawberry.UNSET
    about: str | None = strawberry.UNSET
    kvk_number: str | None = strawberry.UNSET
    umbrella_id: UUID | None = strawberry.UNSET
    small_business_from: date | None = strawberry.UNSET


@strawberry.type
class CooperativeQuery:
    @strawberry.field(description="Cooperatives, newest first; of one municipality or under one umbrella.")
    async def cooperatives(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        municipality_id: UUID | None = None,
        umbrella_id: UUID | None = None,
    ) -> Connection[Cooperative]:
        page = page_of(first, after)
        found = await info.context.run(
            list_cooperatives, page=page, municipality_id=municipality_id, umbrella_id=umbrella_id
        )
        return Connection.of(found, lambda row: show(Cooperative, row), page)

    @strawberry.field(description="One cooperative.")
    async def cooperative(self, info: Info, id: UUID) -> Cooperative:
        return show(Cooperative, await info.context.run(get_cooperative, cooperative_id=id))

    @strawberry.field(description="What a cooperative still lacks before it can sell.")
    async def readiness(self, info: Info, cooperative_id: UUID) -> Readiness:
        found = await info.context.run(get_readiness, cooperative_id=cooperative_id)
        return show(Readiness, found, missing=list(found.missing))


@strawberry.type
class CooperativeMutation:
    @strawberry.mutation(description="Add a cooperative; for the network.")
    async def add_cooperative(self, info: Info, input: CooperativeInput) -> Cooperative:
        return show(Cooperative, await info.context.run(add_cooperative, **vars(input)))

    @strawberry.mutation(description="Change what the input names.")
    async def change_cooperative(
        self,
        info: Info,
        id: UUID,
        expected_version: int,
        input: CooperativeChange,
    ) -> Cooperative:
        changes = changed(("kvk_number", "umbrella_id", "small_business_from"), **vars(input))
        found = await info.context.run(
            change_cooperative, cooperative_id=id, expected_version=expected_version, changes=changes
        )
        return show(Cooperative, found)
