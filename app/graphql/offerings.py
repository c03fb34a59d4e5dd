"""GraphQL: the seller of an offering."""

from typing import Any

import strawberry

from app.contract import cooperatives
from app.contract.offerings import Offering
from app.contract.shape import show
from app.graphql.context import Info
from app.graphql.engine import extend, type_of

Cooperative: Any = type_of(cooperatives.Cooperative)


async def cooperative(self: Any, info: Info) -> Cooperative:
    """The cooperative that sells it."""
    found = await info.context.cooperatives.load(self.cooperative_id)
    return show(cooperatives.Cooperative, found, info.context.viewer)


def extend_shapes() -> None:
    """Give shapes the fields that only GraphQL has."""
    extend(Offering, cooperative=strawberry.field(resolver=cooperative, description="The cooperative that sells it."))
