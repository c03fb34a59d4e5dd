"""GraphQL: what a member asks to buy from the pot."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from app.domain import spending as domain
from app.domain.actors import Actor
from app.domain.spending import SPENDING, SpendingState
from app.domain.transitions import available
from app.graphql.books import Journal
from app.graphql.context import Info
from app.graphql.types import AvailableTransitionType, Connection, Money, MoneyInput, Node, page_of, show
from app.usecases.spending import (
    get_spending,
    list_spending,
    move_spending,
    pay_spending,
    request_spending,
    settle_pot,
    settle_spending,
)

strawberry.enum(SpendingState)


@strawberry.type(description="What of a purchase was earned in one month, named by its first day.")
class Lot:
    month: date
    amount: Money


@strawberry.type
class Spending(Node):
    cooperative_id: UUID
    member_id: UUID
    purpose: str
    policy: str
    title: str
    supplier: str
    amount: Money
    reserved: Money
    state: SpendingState
    requested_at: datetime
    consented_at: datetime | None
    paid_on: date | None
    spent: Money | None
    receipt: str
    reason: str
    lots: list[Lot]
    agreement_id: UUID
    version: int
    available_transitions: list[AvailableTransitionType]

    @classmethod
    def of(cls, request: domain.Request, actor: Actor) -> "Spending":
        place: dict[str, Any] = {"municipality_id": request.municipality_id, "own": actor.as_member(request.member_id)}
        found = available(SPENDING, request, lambda right: actor.may(right, request.cooperative_id, **place))
        return show(
            cls,
            request,
            amount=Money.of(request.cents),
            spent=None if request.spent_cents is None else Money.of(request.spent_cents),
            lots=[Lot(month=lot.month, amount=Money.of(lot.cents)) for lot in request.lots],
            available_transitions=AvailableTransitionType.all_of(found),
        )


@strawberry.enum
class SpendingVerb(Enum):
    SUBMIT = "submit"
    ASK_MORE = "ask_more"
    CONSENT = "consent"
    REFUSE_CONSENT = "refuse_consent"
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"


@strawberry.type
class SpendingQuery:
    @strawberry.field(description="The requests of a cooperative; a member sees their own, a case manager some.")
    async def spending_requests(
        self,
        info: Info,
        cooperative_id: UUID,
        first: int = 20,
        after: str | None = None,
        state: SpendingState | None = None,
        member_id: UUID | None = None,
    ) -> Connection[Spending]:
        page = page_of(first, after)
        found = await info.context.run(
            list_spending, cooperative_id=cooperative_id, page=page, state=state, member_id=member_id
        )
        return Connection.of(found, lambda row: Spending.of(row, info.context.actor), page)

    @strawberry.field(description="One request, with what the caller can do next.")
    async def spending_request(self, info: Info, id: UUID) -> Spending:
        return Spending.of(await info.context.run(get_spending, request_id=id), info.context.actor)


@strawberry.type
class SpendingMutation:
    @strawberry.mutation(description="Ask for a purchase from one's own pot; reserved at once, unless a draft.")
    async def request_spending(
        self,
        info: Info,
        idempotency_key: str,
        member_id: UUID,
        purpose: str,
        title: str,
        amount: MoneyInput,
        supplier: str = "",
        to_member: bool = False,
        draft: bool = False,
    ) -> Spending:
        made = await info.context.keyed(idempotency_key)(
            request_spending,
            member_id=member_id,
            purpose=purpose,
            title=title,
            cents=amount.cents,
            supplier=supplier,
            to_member=to_member,
            draft=draft,
        )
        return Spending.of(made, info.context.actor)

    @strawberry.mutation(description="Submit, ask for more, consent, approve, refuse with a reason, or cancel.")
    async def move_spending(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        verb: SpendingVerb,
        reason: str = "",
        expected_version: int | None = None,
    ) -> Spending:
        once = info.context.keyed(idempotency_key)
        moved = await once(
            move_spending, request_id=id, verb=verb.value, reason=reason, expected_version=expected_version
        )
        return Spending.of(moved, info.context.actor)

    @strawberry.mutation(description="Record that the supplier was paid.")
    async def pay_spending(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        paid_on: date | None = None,
        expected_version: int | None = None,
    ) -> Spending:
        once = info.context.keyed(idempotency_key)
        paid = await once(pay_spending, request_id=id, paid_on=paid_on, expected_version=expected_version)
        return Spending.of(paid, info.context.actor)

    @strawberry.mutation(description="Give the pot of a member who left to whom the agreement names.")
    async def settle_pot(self, info: Info, idempotency_key: str, member_id: UUID) -> Journal:
        once = info.context.keyed(idempotency_key)
        return Journal.of(await once(settle_pot, member_id=member_id), info.context.language)

    @strawberry.mutation(description="Settle with the receipt; what was paid too much comes back into the pot.")
    async def settle_spending(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        receipt: str,
        amount: MoneyInput,
        expected_version: int | None = None,
    ) -> Spending:
        settled = await info.context.keyed(idempotency_key)(
            settle_spending,
            request_id=id,
            receipt=receipt,
            cents=amount.cents,
            expected_version=expected_version,
        )
        return Spending.of(settled, info.context.actor)
