"""GraphQL: the chain of seals over the journals, and the checks of all books."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from app.graphql.context import Info
from app.graphql.types import Connection, Node, page_of, show
from app.usecases.seals import ask_check, get_seals, list_checks


@strawberry.type(description="A link: SHA-256 over the digest before it and its journals' hashes; hexadecimal.")
class Seal:
    number: int
    journals: int
    previous: str
    digest: str
    sealed_at: datetime


@strawberry.type(description="A run of every invariant over all books; an empty `broken` is what you want.")
class BookCheck(Node):
    asked_at: datetime
    checked_at: datetime | None
    broken: JSON


@strawberry.type
class SealQuery:
    @strawberry.field(description="The newest links of a cooperative's chain, the head first. For the treasurer.")
    async def seals(self, info: Info, cooperative_id: UUID, first: int = 10) -> list[Seal]:
        limit = page_of(first, None).limit
        found = await info.context.run(get_seals, cooperative_id=cooperative_id, limit=limit)
        return [show(Seal, seal) for seal in found]

    @strawberry.field(description="The checks of all books with what they found, newest first. For the network.")
    async def book_checks(self, info: Info, first: int = 20, after: str | None = None) -> Connection[BookCheck]:
        page = page_of(first, after)
        found = await info.context.run(list_checks, page=page)
        return Connection.of(found, lambda row: show(BookCheck, row), page)


@strawberry.type
class SealMutation:
    @strawberry.mutation(description="Have all books checked soon. For the network.")
    async def check_books(self, info: Info, idempotency_key: str) -> BookCheck:
        return show(BookCheck, await info.context.keyed(idempotency_key)(ask_check))
