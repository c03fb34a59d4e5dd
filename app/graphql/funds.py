"""GraphQL: restricted funds, barter in minutes, deliveries within one legal entity."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from app.contract import books
from app.contract.shape import show as shown
from app.domain.barters import BarterState
from app.domain.deliveries import Delivery as DomainDelivery
from app.domain.deliveries import DeliveryState
from app.graphql.context import Info
from app.graphql.engine import type_of
from app.graphql.types import Connection, Money, MoneyInput, Node, page_of, show
from app.usecases.barters import answer_barter, get_minutes, list_barters, propose_barter
from app.usecases.deliveries import answer_delivery, list_deliveries, propose_delivery
from app.usecases.funds import add_fund, donate, get_fund, list_funds, spend_fund

strawberry.enum(BarterState)
strawberry.enum(DeliveryState)
Journal: Any = type_of(books.Journal)


@strawberry.type(description="Money for named purposes only.")
class RestrictedFund(Node):
    cooperative_id: UUID
    title: str
    purposes: list[str]
    balance: Money
    version: int


@strawberry.type(description="One member worked for another; minutes, no euro.")
class Barter(Node):
    cooperative_id: UUID
    giver_id: UUID
    receiver_id: UUID
    minutes: int
    title: str
    proposed_at: datetime
    state: BarterState
    version: int


@strawberry.type(description="Delivered within one legal entity: no VAT, no invoice.")
class InternalDelivery(Node):
    from_cooperative_id: UUID
    to_cooperative_id: UUID
    amount: Money
    title: str
    delivered_on: date
    state: DeliveryState
    version: int

    @classmethod
    def of(cls, delivery: DomainDelivery) -> "InternalDelivery":
        return show(cls, delivery, amount=Money.of(delivery.cents))


@strawberry.enum
class BarterVerb(Enum):
    CONFIRM = "confirm"
    DECLINE = "decline"
    CANCEL = "cancel"


@strawberry.enum
class DeliveryVerb(Enum):
    CONFIRM = "confirm"
    DECLINE = "decline"


@strawberry.type
class FundQuery:
    @strawberry.field(description="The restricted funds of a cooperative. For the staff.")
    async def funds(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[RestrictedFund]:
        page = page_of(first, after)
        found = await info.context.run(list_funds, cooperative_id=cooperative_id, page=page)
        return Connection.of(found, lambda row: show(RestrictedFund, row), page)

    @strawberry.field(description="One fund with what stands in it.")
    async def fund(self, info: Info, id: UUID) -> RestrictedFund:
        return show(RestrictedFund, await info.context.run(get_fund, fund_id=id))

    @strawberry.field(description="The trades of a cooperative for its staff; a member sees those they are in.")
    async def barters(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[Barter]:
        page = page_of(first, after)
        found = await info.context.run(list_barters, cooperative_id=cooperative_id, page=page)
        return Connection.of(found, lambda row: show(Barter, row), page)

    @strawberry.field(description="The minutes that a member has to spend; below zero: owes.")
    async def minutes(self, info: Info, member_id: UUID) -> int:
        return await info.context.run(get_minutes, member_id=member_id)

    @strawberry.field(description="What a cooperative delivered, or received, within its legal entity.")
    async def internal_deliveries(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None, received: bool = False
    ) -> Connection[InternalDelivery]:
        page = page_of(first, after)
        found = await info.context.run(list_deliveries, cooperative_id=cooperative_id, page=page, received=received)
        return Connection.of(found, InternalDelivery.of, page)


@strawberry.type
class FundMutation:
    @strawberry.mutation(description="Set up a fund with what it may be spent on.")
    async def add_fund(
        self, info: Info, idempotency_key: str, cooperative_id: UUID, title: str, purposes: list[str]
    ) -> RestrictedFund:
        once = info.context.keyed(idempotency_key)
        made = await once(add_fund, cooperative_id=cooperative_id, title=title, purposes=tuple(purposes))
        return show(RestrictedFund, made)

    @strawberry.mutation(description="Record money that came for a fund: a gift, a prize, a grant.")
    async def donate(
        self,
        info: Info,
        idempotency_key: str,
        fund_id: UUID,
        amount: MoneyInput,
        giver: str,
        paid_on: date | None = None,
    ) -> Journal:
        once = info.context.keyed(idempotency_key)
        made = await once(donate, fund_id=fund_id, cents=amount.cents, giver=giver, paid_on=paid_on)
        return shown(books.Journal, made, info.context.viewer)

    @strawberry.mutation(description="Pay something from a fund, for one of its purposes.")
    async def spend_fund(
        self,
        info: Info,
        idempotency_key: str,
        fund_id: UUID,
        amount: MoneyInput,
        purpose: str,
        supplier: str,
        title: str,
        paid_on: date | None = None,
    ) -> Journal:
        made = await info.context.keyed(idempotency_key)(
            spend_fund,
            fund_id=fund_id,
            cents=amount.cents,
            purpose=purpose,
            supplier=supplier,
            title=title,
            paid_on=paid_on,
        )
        return shown(books.Journal, made, info.context.viewer)

    @strawberry.mutation(description="Say that one member worked for another; the other confirms.")
    async def propose_barter(
        self,
        info: Info,
        idempotency_key: str,
        cooperative_id: UUID,
        giver_id: UUID,
        receiver_id: UUID,
        minutes: int,
        title: str,
    ) -> Barter:
        made = await info.context.keyed(idempotency_key)(
            propose_barter,
            cooperative_id=cooperative_id,
            giver_id=giver_id,
            receiver_id=receiver_id,
            minutes=minutes,
            title=title,
        )
        return show(Barter, made)

    @strawberry.mutation(description="Confirm or decline (who received), or cancel (who gave).")
    async def answer_barter(
        self, info: Info, idempotency_key: str, id: UUID, verb: BarterVerb, expected_version: int | None = None
    ) -> Barter:
        once = info.context.keyed(idempotency_key)
        moved = await once(answer_barter, barter_id=id, verb=verb.value, expected_version=expected_version)
        return show(Barter, moved)

    @strawberry.mutation(description="Say what was delivered to another cooperative of the same legal entity.")
    async def propose_delivery(
        self,
        info: Info,
        idempotency_key: str,
        cooperative_id: UUID,
        to_cooperative_id: UUID,
        amount: MoneyInput,
        title: str,
        delivered_on: date | None = None,
    ) -> InternalDelivery:
        made = await info.context.keyed(idempotency_key)(
            propose_delivery,
            cooperative_id=cooperative_id,
            to_cooperative_id=to_cooperative_id,
            cents=amount.cents,
            title=title,
            delivered_on=delivered_on,
        )
        return InternalDelivery.of(made)

    @strawberry.mutation(description="Confirm or decline what was delivered; confirmed, it stands in both books.")
    async def answer_delivery(
        self, info: Info, idempotency_key: str, id: UUID, verb: DeliveryVerb, expected_version: int | None = None
    ) -> InternalDelivery:
        once = info.context.keyed(idempotency_key)
        moved = await once(answer_delivery, delivery_id=id, verb=verb.value, expected_version=expected_version)
        return InternalDelivery.of(moved)
