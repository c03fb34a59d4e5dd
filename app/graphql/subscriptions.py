"""GraphQL subscriptions: objects, now and after every change."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import strawberry

from app.contract.buying import joint_purchases
from app.contract.selling import assignments, orders
from app.domain.buying.joint_purchases import OVER as BOUGHT
from app.domain.selling.assignments import OVER as ENDED
from app.domain.selling.orders import CALLED_OFF, Order, OrderState
from app.graphql.budget import begin_event
from app.graphql.context import Context, Info
from app.graphql.engine import type_of
from app.graphql.types import Id
from app.running.run import Run
from app.usecases.buying.joint_purchases import get_joint_purchase
from app.usecases.declared.audit import unwritten, write
from app.usecases.selling.assignments import get_assignment
from app.usecases.selling.orders import get_order

LOOK = 1.0
"""Seconds between two polls of a subscription."""
OrderType: Any = type_of(orders.Order)
AssignmentType: Any = type_of(assignments.Assignment)
JointPurchaseType: Any = type_of(joint_purchases.JointPurchaseStand)


async def watch(
    context: Context, shape: Any, look: Callable[[Run], Awaitable[Any]], over: Callable[[Any], bool]
) -> AsyncGenerator[Any, None]:
    """Yields what `look` finds in its shape, now and after every change, until it is over.

    Each poll checks the token again and costs a unit; the audit log records the polls that showed something. Raises
    TooFast.
    """
    shown: Any = None
    while True:
        with unwritten() as lines:
            seen = await look(context.run)
        if seen != shown:
            write(lines)
            shown = seen
            begin_event()
            yield shape.of(seen, context.viewer)
        if over(seen):
            return
        await asyncio.sleep(LOOK)
        await context.pay(1)


def _order_is_over(order: Order) -> bool:
    last = order.state is OrderState.COMPLETED or order.state in CALLED_OFF
    return last and not order.due_cents and not order.owed_back_cents


@strawberry.type(description="Objects to watch as they change.")
class Subscription:
    @strawberry.subscription(description="An order, now and after every change; ends with its last state.")
    async def order(self, info: Info, id: Id) -> AsyncGenerator[OrderType, None]:
        async for shown in watch(info.context, orders.Order, lambda run: run(get_order, order_id=id), _order_is_over):
            yield shown

    @strawberry.subscription(description="A purchase, now and after every change; ends when it is over.")
    async def joint_purchase(self, info: Info, id: Id) -> AsyncGenerator[JointPurchaseType, None]:
        async for shown in watch(
            info.context,
            joint_purchases.JointPurchaseStand,
            lambda run: run(get_joint_purchase, purchase_id=id),
            lambda stand: stand.purchase.state in BOUGHT,
        ):
            yield shown

    @strawberry.subscription(description="A job, now and after every change; ends when it is over.")
    async def assignment(self, info: Info, id: Id) -> AsyncGenerator[AssignmentType, None]:
        async for shown in watch(
            info.context,
            assignments.Assignment,
            lambda run: run(get_assignment, assignment_id=id),
            lambda assignment: assignment.state in ENDED,
        ):
            yield shown
