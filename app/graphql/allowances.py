"""GraphQL: allowances and premiums from the cooperative fund, and the legal limits beside them."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from app.domain import allowances as domain
from app.domain.allowances import AllowanceKind, AllowanceState
from app.domain.limits import LIMITS
from app.graphql.context import Info
from app.graphql.types import Connection, Money, MoneyInput, Node, page_of, show
from app.usecases.allowances import get_allowance, grant_allowance, list_allowances, reverse_allowance

strawberry.enum(AllowanceKind)
strawberry.enum(AllowanceState)


@strawberry.type
class Allowance(Node):
    cooperative_id: UUID
    member_id: UUID
    kind: AllowanceKind
    day: date
    amount: Money
    minutes: int | None
    agreement_id: UUID
    granted_at: datetime
    reason: str
    state: AllowanceState
    version: int

    @classmethod
    def of(cls, allowance: domain.Allowance) -> "Allowance":
        return show(cls, allowance, amount=Money.of(allowance.cents))


@strawberry.type(description="An indication with its source; what the law says of a person is not for software.")
class LegalLimit:
    law: str
    what: str
    from_date: date
    until: date | None
    per: str
    most: Money
    max_count: int | None
    basis_points: int | None
    months: int | None
    least_age: int | None
    source: str


@strawberry.type
class AllowanceQuery:
    @strawberry.field(description="The dated tables of legal limits that agreements may name.")
    async def legal_limits(self) -> list[LegalLimit]:
        return [show(LegalLimit, limit, most=Money.of(limit.max_cents)) for limit in LIMITS]

    @strawberry.field(description="The allowances of a cooperative for its staff; a member sees their own.")
    async def allowances(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None, member_id: UUID | None = None
    ) -> Connection[Allowance]:
        page = page_of(first, after)
        found = await info.context.run(list_allowances, cooperative_id=cooperative_id, page=page, member_id=member_id)
        return Connection.of(found, Allowance.of, page)

    @strawberry.field(description="One allowance.")
    async def allowance(self, info: Info, id: UUID) -> Allowance:
        return Allowance.of(await info.context.run(get_allowance, allowance_id=id))


@strawberry.type
class AllowanceMutation:
    @strawberry.mutation(description="Grant an allowance or a premium, within the agreement and the legal limit.")
    async def grant_allowance(
        self,
        info: Info,
        idempotency_key: str,
        member_id: UUID,
        kind: AllowanceKind,
        day: date | None = None,
        amount: MoneyInput | None = None,
        minutes: int | None = None,
        reason: str = "",
    ) -> Allowance:
        once = info.context.keyed(idempotency_key)
        made = await once(
            grant_allowance,
            member_id=member_id,
            kind=kind,
            day=day,
            cents=amount.cents if amount else None,
            minutes=minutes,
            reason=reason,
        )
        return Allowance.of(made)

    @strawberry.mutation(description="Take back what was granted by mistake.")
    async def reverse_allowance(
        self, info: Info, idempotency_key: str, id: UUID, reason: str, expected_version: int | None = None
    ) -> Allowance:
        once = info.context.keyed(idempotency_key)
        return Allowance.of(
            await once(reverse_allowance, allowance_id=id, reason=reason, expected_version=expected_version)
        )
