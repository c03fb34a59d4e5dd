"""GraphQL: a refund, which answers with its order."""

from typing import Any
from uuid import UUID

import strawberry

from app.graphql.context import Info
from app.graphql.orders import Order
from app.graphql.types import MoneyInput
from app.usecases.payments import refund_order


@strawberry.type
class PaymentMutation:
    @strawberry.mutation(description="Give money of an order back, all of it or a part, with its split to the cent.")
    async def refund_order(
        self, info: Info, idempotency_key: str, order_id: UUID, reason: str, amount: MoneyInput | None = None
    ) -> Order:
        once = info.context.keyed(idempotency_key)
        given: Any = None if amount is None else vars(amount)
        return Order.of(await once(refund_order, order_id=order_id, reason=reason, amount=given), info.context)
