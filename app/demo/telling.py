"""What stories share: who is in the demo network, and where to look."""

from collections.abc import Callable
from uuid import UUID

from app.demo.loader import Loader, all_of
from app.domain.people.members import Member
from app.usecases.people.cooperatives import list_cooperatives
from app.usecases.people.members import list_members


class Teller:
    """Acts on one database as the people of the demo network; reports events by `say`."""

    def __init__(self, loader: Loader, address: str, say: Callable[[str], None]) -> None:
        self.loader = loader
        self.address = address
        self.say = say

    async def cooperative(self, slug: str) -> UUID:
        """A cooperative of the demo network."""
        found = await all_of(lambda page: self.loader.network(list_cooperatives, page=page))
        return next(cooperative.id for cooperative in found if cooperative.slug == slug)

    async def members(self, slug: str) -> dict[str, Member]:
        """The members of a cooperative by name."""
        coordinator, cooperative_id = self.loader.run_as(f"{slug}-coordinator"), await self.cooperative(slug)
        found = await all_of(lambda page: coordinator(list_members, cooperative_id=cooperative_id, page=page))
        return {member.name: member for member in found}

    def link(self, path: str) -> str:
        """The URL of a path, to look at it."""
        return f"{self.address}/v1/{path}"
