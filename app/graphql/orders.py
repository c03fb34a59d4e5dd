"""GraphQL: an order, followed as it changes."""

from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from app.contract import orders as contract
from app.contract.shape import show
from app.domain import orders as domain
from app.domain.orders import OrderState
from app.graphql.context import Info
from app.graphql.engine import type_of
from app.graphql.types import Id
from app.graphql.watch import watch
from app.usecases.orders import get_order

Order: Any = type_of(contract.Order)


@strawberry.type
class OrderSubscription:
    @strawberry.subscription(description="An order as it stands, now and after every change; ends with its last state.")
    async def order(self, info: Info, id: Id) -> AsyncGenerator[Order, None]:
        def over(order: domain.Order) -> bool:
            last = order.state is OrderState.COMPLETED or order.state in domain.CALLED_OFF
            return last and not order.due_cents and not order.owed_back_cents

        async for found in watch(info.context, lambda run: run(get_order, order_id=id), over):
            yield show(contract.Order, found, info.context.viewer)
