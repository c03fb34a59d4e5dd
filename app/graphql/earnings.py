"""GraphQL: earnings."""

from datetime import date
from enum import Enum
from uuid import UUID

import strawberry

from app.domain import earnings as domain
from app.domain.earnings import HELD, EarningState
from app.domain.transitions import available
from app.graphql.agreements import Leg
from app.graphql.context import Context, Info
from app.graphql.types import AvailableTransitionType, Connection, Money, Node, page_of, show
from app.usecases.earnings import decide_held, get_earning, list_earnings

strawberry.enum(EarningState)


@strawberry.type
class Earning(Node):
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
    held: Money
    held_because: str | None
    to_member_id: UUID | None
    reason: str
    legs: list[Leg]
    version: int
    available_transitions: list[AvailableTransitionType]

    @classmethod
    def of(cls, earning: domain.Earning, context: Context) -> "Earning":
        actor = context.actor
        found = available(HELD, earning, lambda right: actor.may(right, earning.cooperative_id))
        return show(
            cls,
            earning,
            costs=Money.of(earning.cost_cents),
            legs=[Leg.of(leg, context.language) for leg in earning.legs],
            available_transitions=AvailableTransitionType.all_of(found),
        )


@strawberry.enum
class HeldVerb(Enum):
    RELEASE = "release"
    TRANSFER = "transfer"
    FORFEIT = "forfeit"


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
        return Connection.of(found, lambda row: Earning.of(row, info.context), page)

    @strawberry.field(description="One earning, with where every cent of it went and why.")
    async def earning(self, info: Info, id: UUID) -> Earning:
        return Earning.of(await info.context.run(get_earning, earning_id=id), info.context)


@strawberry.type
class EarningMutation:
    @strawberry.mutation(description="Release, transfer or forfeit what is held; once.")
    async def decide_held(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        verb: HeldVerb,
        to_member_id: UUID | None = None,
        reason: str = "",
        expected_version: int | None = None,
    ) -> Earning:
        decided = await info.context.keyed(idempotency_key)(
            decide_held,
            earning_id=id,
            verb=verb.value,
            to_member_id=to_member_id,
            reason=reason,
            expected_version=expected_version,
        )
        return Earning.of(decided, info.context)
