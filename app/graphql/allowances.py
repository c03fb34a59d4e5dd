"""GraphQL: the legal limits beside allowances and premiums."""

from typing import Any

import strawberry

from app.contract import allowances
from app.contract.shape import show
from app.domain.limits import LIMITS
from app.graphql.context import Info
from app.graphql.engine import type_of

LegalLimit: Any = type_of(allowances.LegalLimit)


@strawberry.type
class AllowanceQuery:
    @strawberry.field(description="The dated tables of legal limits that agreements may name.")
    async def legal_limits(self, info: Info) -> list[LegalLimit]:
        return [show(allowances.LegalLimit, limit, info.context.viewer) for limit in LIMITS]
