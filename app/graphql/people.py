"""GraphQL: what is held about the caller is forgotten."""

import strawberry

from app.graphql.context import Info
from app.usecases.privacy import erase_me


@strawberry.type
class PersonMutation:
    @strawberry.mutation(description="Forget the caller. First end offices, membership and orders.")
    async def forget_me(self, info: Info) -> bool | None:
        await info.context.run(erase_me)
        return True
