"""GraphQL: where money went: statements, the trace of an order, the flows of a month."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from app.contract import flows as contract
from app.contract.shape import show as shown
from app.domain import flows as domain
from app.domain.ledger import AccountKind
from app.graphql.context import Info
from app.graphql.engine import type_of
from app.graphql.types import Money, show
from app.usecases.flows import get_member_statement, get_month_flows, get_statement, trace_order


@strawberry.enum(description="By the month in which it is booked, or by the day of the work.")
class StatementAxis(Enum):
    PERIOD = "period"
    WORK = "work"


@strawberry.type(description="An account kind over the period; credits are positive.")
class StatementLine:
    kind: AccountKind
    opening: Money
    change: Money
    closing: Money


@strawberry.type
class NamedAmount:
    name: str
    amount: Money


@strawberry.type(description="What the books said at a moment; `final` once every month of it is closed.")
class Statement:
    cooperative_id: UUID
    member_id: UUID | None
    since: date
    until: date
    as_of: datetime
    axis: str
    final: bool
    lines: list[StatementLine]
    turnover: Money
    costs: list[NamedAmount]
    shares: list[NamedAmount]

    @classmethod
    def of(cls, statement: domain.Statement) -> "Statement":
        return show(
            cls,
            statement,
            lines=[show(StatementLine, line) for line in statement.lines],
            costs=[NamedAmount(name=name, amount=Money.of(cents)) for name, cents in statement.costs.items()],
            shares=[NamedAmount(name=name, amount=Money.of(cents)) for name, cents in statement.shares.items()],
        )


Flow: Any = type_of(contract.Flow)


@strawberry.type
class FlowQuery:
    @strawberry.field(description="A cooperative's accounts over a period, as of a moment. For the treasurer.")
    async def statement(
        self,
        info: Info,
        cooperative_id: UUID,
        since: date,
        until: date,
        as_of: datetime | None = None,
        axis: StatementAxis = StatementAxis.PERIOD,
    ) -> Statement:
        found = await info.context.run(
            get_statement, cooperative_id=cooperative_id, since=since, until=until, as_of=as_of, axis=axis.value
        )
        return Statement.of(found)

    @strawberry.field(description="What a member turned over, the costs, how it was shared, their own accounts.")
    async def member_statement(
        self,
        info: Info,
        member_id: UUID,
        since: date,
        until: date,
        as_of: datetime | None = None,
        axis: StatementAxis = StatementAxis.WORK,
    ) -> Statement:
        found = await info.context.run(
            get_member_statement, member_id=member_id, since=since, until=until, as_of=as_of, axis=axis.value
        )
        return Statement.of(found)

    @strawberry.field(description="Where the money of an order went, each part with its reason.")
    async def order_trace(self, info: Info, order_id: UUID) -> list[Flow]:
        found = await info.context.run(trace_order, order_id=order_id)
        return [shown(contract.Flow, flow, info.context.viewer) for flow in found]

    @strawberry.field(description="What came from customers in a month (its first day) and where it went.")
    async def month_flows(self, info: Info, cooperative_id: UUID, month: date) -> list[Flow]:
        found = await info.context.run(get_month_flows, cooperative_id=cooperative_id, month=month)
        return [shown(contract.Flow, flow, info.context.viewer) for flow in found]
