"""GraphQL: what cooperatives owe each other, netted and paid once; and how much may stand open."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from app.adapters.messages import explain
from app.domain import nettings as domain
from app.domain.nettings import NettingState
from app.graphql.context import Info
from app.graphql.types import Connection, Money, MoneyInput, Node, page_of, show
from app.usecases.nettings import (
    confirm_netting,
    decline_netting,
    get_netting,
    get_statement,
    list_cooperative_nettings,
    list_credit_limits,
    propose_netting,
    set_credit_limit,
)

strawberry.enum(NettingState)


@strawberry.type(description="`net` is what the first pays the second; below zero the other way round.")
class Netting(Node):
    first_id: UUID
    second_id: UUID
    first_owes: Money
    second_owes: Money
    net: Money
    as_of: datetime
    state: NettingState
    first_confirmed_by: UUID | None
    second_confirmed_by: UUID | None
    paid_on: date | None
    reason: str
    version: int


@strawberry.type(description="`amount` is what the other owes more; below zero what is owed to the other.")
class NettingLine:
    day: date
    reason: str
    amount: Money


@strawberry.type
class NettingStatement:
    netting_id: UUID
    cooperative_id: UUID
    lines: list[NettingLine]
    total: Money


@strawberry.type(description="How much the debtor may owe at most; null: as much as it comes to.")
class CreditLimit:
    creditor_id: UUID
    debtor_id: UUID
    limit: Money | None
    version: int

    @classmethod
    def of(cls, limit: domain.CreditLimit) -> "CreditLimit":
        return show(cls, limit, limit=None if limit.cents is None else Money.of(limit.cents))


@strawberry.type
class NettingQuery:
    @strawberry.field(description="The nettings of a cooperative, newest first.")
    async def nettings(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[Netting]:
        page = page_of(first, after)
        found = await info.context.run(list_cooperative_nettings, cooperative_id=cooperative_id, page=page)
        return Connection.of(found, lambda row: show(Netting, row), page)

    @strawberry.field(description="One netting, for the treasurers of both sides.")
    async def netting(self, info: Info, id: UUID) -> Netting:
        return show(Netting, await info.context.run(get_netting, netting_id=id))

    @strawberry.field(description="What a side's own books say about the other, since the netting before.")
    async def netting_statement(self, info: Info, id: UUID, cooperative_id: UUID) -> NettingStatement:
        found = await info.context.run(get_statement, netting_id=id, cooperative_id=cooperative_id)
        language = info.context.language
        lines = [
            NettingLine(day=row.day, reason=explain(row.rule, row.facts, language), amount=Money.of(row.cents))
            for row in found.lines
        ]
        total = Money.of(found.total_cents)
        return NettingStatement(netting_id=id, cooperative_id=cooperative_id, lines=lines, total=total)

    @strawberry.field(description="How much others may owe this cooperative at most.")
    async def credit_limits(self, info: Info, cooperative_id: UUID) -> list[CreditLimit]:
        found = await info.context.run(list_credit_limits, cooperative_id=cooperative_id)
        return [CreditLimit.of(limit) for limit in found]


@strawberry.type
class NettingMutation:
    @strawberry.mutation(description="Set off what two cooperatives owe each other now; both treasurers confirm.")
    async def propose_netting(
        self, info: Info, idempotency_key: str, cooperative_id: UUID, with_cooperative_id: UUID
    ) -> Netting:
        once = info.context.keyed(idempotency_key)
        made = await once(propose_netting, cooperative_id=cooperative_id, with_cooperative_id=with_cooperative_id)
        return show(Netting, made)

    @strawberry.mutation(description="Confirm for one side; with both it is booked in both books.")
    async def confirm_netting(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        cooperative_id: UUID,
        paid_on: date | None = None,
        expected_version: int | None = None,
    ) -> Netting:
        moved = await info.context.keyed(idempotency_key)(
            confirm_netting,
            netting_id=id,
            cooperative_id=cooperative_id,
            paid_on=paid_on,
            expected_version=expected_version,
        )
        return show(Netting, moved)

    @strawberry.mutation(description="Decline with a reason; nothing is booked.")
    async def decline_netting(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        cooperative_id: UUID,
        reason: str,
        expected_version: int | None = None,
    ) -> Netting:
        moved = await info.context.keyed(idempotency_key)(
            decline_netting,
            netting_id=id,
            cooperative_id=cooperative_id,
            reason=reason,
            expected_version=expected_version,
        )
        return show(Netting, moved)

    @strawberry.mutation(description="Say how much another cooperative may owe this one at most; null lifts it.")
    async def set_credit_limit(
        self, info: Info, cooperative_id: UUID, debtor_id: UUID, limit: MoneyInput | None = None
    ) -> CreditLimit:
        cents = limit.cents if limit else None
        made = await info.context.run(
            set_credit_limit, cooperative_id=cooperative_id, debtor_id=debtor_id, limit_cents=cents
        )
        return CreditLimit.of(made)
