"""What a GraphQL operation has at hand: the door to the verbs, the language, the loaders."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.fastapi import BaseContext

from app.contract.shape import Viewer
from app.domain.actors import Actor
from app.domain.cooperatives import Cooperative
from app.domain.destinations import PUBLIC, Destinations
from app.domain.errors import Invalid
from app.usecases.catalogue import Catalogue
from app.usecases.cooperatives import get_cooperatives
from app.usecases.run import Keyed, Run


@dataclass
class Context(BaseContext):
    """One per request. Every field that runs a verb gets its own transaction."""

    door: Run
    catalogue: Catalogue
    language: str
    trace_id: str
    destinations: Destinations = PUBLIC
    """Where webhooks may go."""
    reads_schema: bool = True
    """Who has no token takes the schema from the project, in production."""
    charge: Callable[[int], Awaitable[None]] | None = None
    """Takes what the operation costs, in units of the caller's rate."""
    takes_text: bool = False
    """The face passes an answer on that comes as JSON."""
    renew: Callable[[], None] | None = None
    """Of a socket: reads its token again, which may have run out since. Raises TokenRefused."""
    ends_at: float | None = None
    """Of a socket: when its token ends, in Unix seconds; None without a token."""

    prefix: str = ""
    """The path below which the API is reached."""

    def __post_init__(self) -> None:
        super().__init__()
        self.cooperatives: DataLoader[UUID, Cooperative] = DataLoader(load_fn=self._cooperatives)

    @property
    def run(self) -> Run:
        """The door to the verbs, for who still may come in."""
        if self.renew is not None:
            self.renew()
        return self.door

    @property
    def actor(self) -> Actor:
        """Who acted in the last verb."""
        return self.door.actor

    @property
    def viewer(self) -> Viewer:
        """Who looks at what the last verb gave, and in which language."""
        return Viewer(self.door.actor, self.language, self.door.now())

    def keyed(self, key: str) -> Keyed:
        """The door under a request key. Raises Invalid for an empty or unprintable one."""
        if not key or len(key) > 200 or not key.isprintable():
            raise Invalid(field="idempotencyKey", how="field")
        return self.run.keyed(key)

    async def pay(self, units: int) -> None:
        """Spend units of the caller's rate. Raises TooFast where a socket has none left."""
        if self.charge is not None:
            await self.charge(units)

    async def _cooperatives(self, ids: list[UUID]) -> Sequence[Cooperative]:
        found = {cooperative.id: cooperative for cooperative in await self.run(get_cooperatives, ids=tuple(ids))}
        return [found[cooperative_id] for cooperative_id in ids]


Info = strawberry.Info[Context, None]
