"""GraphQL: earnings."""

from datetime import date
from uuid import UUID

import strawberry

from app.domain import earnings as domain
from app.domain.earnings import EarningState
from app.graphql.agreements import Leg
from app.graphql.context import Info
from app.graphql.types import Connection, Money, page_of, show
from app.usecases.earnings import get_earning, list_earnings

strawberry.enum(EarningState)


@strawberry.type
class Earning:
    id: UUID
    order_id: UUID
    cooperative_id: UUID
    member_id: UUID
    work_date: date
    net: Money
    costs: Money
    kept: Money
    state: EarningState
    agreement_id: UUID | None
    journal_id: UUID | None
    legs: list[Leg]
    version: int

    @classmethod
    def of(cls, earning: domain.Earning, language: str) -> "Earning":
        legs = [Leg.of(leg, language) for leg in earning.legs]
        return show(cls, earning, costs=Money.of(earning.cost_cents), legs=legs)


@strawberry.type
class EarningQuery:
    @strawberry.field(description="The earnings of a cooperative for its staff; a member sees their own.")
    async def earnings(
        self,
        info: Info,
        cooperative_id: UUID,
        first: int = 20,
        after: str | None = None,
        state: EarningState | None = None,
        member_id: UUID | None = None,
    ) -> Connection[Earning]:
        page = page_of(first, after)
        found = await info.context.run(
            list_earnings, cooperative_id=cooperative_id, page=page, state=state, member_id=member_id
        )
        return Connection.of(found, lambda row: Earning.of(row, info.context.language), page)

    @strawberry.field(description="One earning, with where every cent of it went and why.")
    async def earning(self, info: Info, id: UUID) -> Earning:
        return Earning.of(await info.context.run(get_earning, earning_id=id), info.context.language)
