"""GraphQL: people, their offices, and whoever asks."""

from uuid import UUID

import strawberry

from app.domain.access import Role
from app.graphql.context import Info
from app.graphql.types import show
from app.usecases import people as usecase
from app.usecases.people import add_person, change_me, end_office, get_me, get_person, give_office, list_offices
from app.usecases.privacy import erase_me

strawberry.enum(Role)


@strawberry.type
class Person:
    id: UUID
    name: str
    email: str | None
    version: int


@strawberry.type
class Office:
    id: UUID
    person_id: UUID
    role: Role
    cooperative_id: UUID | None
    municipality_id: UUID | None


@strawberry.type
class Holding:
    role: Role
    cooperative_id: UUID | None
    municipality_id: UUID | None
    member_id: UUID | None


@strawberry.type
class Me:
    person: Person | None
    app_id: UUID | None
    roles: list[str]
    holdings: list[Holding]

    @classmethod
    def of(cls, found: usecase.Me) -> "Me":
        return cls(
            person=show(Person, found.person) if found.person else None,
            app_id=found.app_id,
            roles=list(found.roles),
            holdings=[show(Holding, holding) for holding in found.holdings],
        )


@strawberry.type
class PersonQuery:
    @strawberry.field(description="Who the token is, and with which roles where.")
    async def me(self, info: Info) -> Me:
        return Me.of(await info.context.run(get_me))

    @strawberry.field(description="A person, for themselves, their cooperative's staff and the network.")
    async def person(self, info: Info, id: UUID) -> Person:
        return show(Person, await info.context.run(get_person, person_id=id))

    @strawberry.field(description="Who holds which office at a cooperative.")
    async def offices(self, info: Info, cooperative_id: UUID) -> list[Office]:
        found = await info.context.run(list_offices, cooperative_id=cooperative_id)
        return [show(Office, office) for office in found]


@strawberry.type
class PersonMutation:
    @strawberry.mutation(description="Make a person known by issuer and subject of their token.")
    async def add_person(self, info: Info, issuer: str, subject: str, name: str, email: str | None = None) -> Person:
        return show(Person, await info.context.run(add_person, issuer=issuer, subject=subject, name=name, email=email))

    @strawberry.mutation(description="Change the e-mail address to which the caller's tasks are sent; empty: no mail.")
    async def change_me(self, info: Info, email: str, expected_version: int | None = None) -> Me:
        return Me.of(await info.context.run(change_me, email=email or None, expected_version=expected_version))

    @strawberry.mutation(description="Forget the caller. First end offices, membership and orders.")
    async def forget_me(self, info: Info) -> bool:
        await info.context.run(erase_me)
        return True

    @strawberry.mutation(description="Give a person an office at a cooperative, a municipality or in the network.")
    async def give_office(
        self,
        info: Info,
        person_id: UUID,
        role: Role,
        cooperative_id: UUID | None = None,
        municipality_id: UUID | None = None,
    ) -> Office:
        found = await info.context.run(
            give_office,
            person_id=person_id,
            role=role,
            cooperative_id=cooperative_id,
            municipality_id=municipality_id,
        )
        return show(Office, found)

    @strawberry.mutation(description="Take an office back.")
    async def end_office(self, info: Info, id: UUID) -> Office:
        return show(Office, await info.context.run(end_office, office_id=id))
