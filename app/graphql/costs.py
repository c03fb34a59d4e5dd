"""GraphQL: cost claims."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry

from app.domain import costs as domain
from app.domain.costs import ClaimState, Payee
from app.graphql.context import Info
from app.graphql.types import Connection, Money, MoneyInput, Node, page_of, show
from app.usecases.costs import claim_cost, decide_claim, get_claim, list_claims

strawberry.enum(ClaimState)
strawberry.enum(Payee)


@strawberry.enum
class ClaimVerb(Enum):
    APPROVE = "approve"
    CONFIRM = "confirm"
    REJECT = "reject"
    WITHDRAW = "withdraw"


@strawberry.type
class CostClaim(Node):
    order_id: UUID
    order_line_id: UUID
    cooperative_id: UUID
    member_id: UUID
    category: str
    amount: Money
    payee: Payee
    supplier: str | None
    receipt: str
    state: ClaimState
    claimed_at: datetime
    decided_at: datetime | None
    confirmed_by: UUID | None
    reason: str
    version: int

    @classmethod
    def of(cls, claim: domain.CostClaim) -> "CostClaim":
        return show(cls, claim, amount=Money.of(claim.cents))


@strawberry.type
class CostQuery:
    @strawberry.field(description="The claims of a cooperative for its staff; a member sees their own.")
    async def cost_claims(
        self,
        info: Info,
        cooperative_id: UUID,
        first: int = 20,
        after: str | None = None,
        state: ClaimState | None = None,
    ) -> Connection[CostClaim]:
        page = page_of(first, after)
        found = await info.context.run(list_claims, cooperative_id=cooperative_id, page=page, state=state)
        return Connection.of(found, CostClaim.of, page)

    @strawberry.field(description="One claim.")
    async def cost_claim(self, info: Info, id: UUID) -> CostClaim:
        return CostClaim.of(await info.context.run(get_claim, claim_id=id))


@strawberry.type
class CostMutation:
    @strawberry.mutation(description="Claim what a job cost.")
    async def claim_cost(
        self,
        info: Info,
        idempotency_key: str,
        order_id: UUID,
        order_line_id: UUID,
        category: str,
        amount: MoneyInput,
        payee: Payee,
        receipt: str,
        supplier: str | None = None,
    ) -> CostClaim:
        once = info.context.keyed(idempotency_key)
        made = await once(
            claim_cost,
            order_id=order_id,
            order_line_id=order_line_id,
            category=category,
            cents=amount.cents,
            payee=payee,
            receipt=receipt,
            supplier=supplier,
        )
        return CostClaim.of(made)

    @strawberry.mutation(
        description="Approve, reject or withdraw; above the net of its line a third person confirms what was approved."
    )
    async def decide_claim(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        verb: ClaimVerb,
        reason: str = "",
        expected_version: int | None = None,
    ) -> CostClaim:
        once = info.context.keyed(idempotency_key)
        return CostClaim.of(
            await once(decide_claim, claim_id=id, verb=verb.value, reason=reason, expected_version=expected_version)
        )
