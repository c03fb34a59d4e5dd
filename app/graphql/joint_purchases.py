"""GraphQL: a joint purchase as it fills."""

from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from app.contract import joint_purchases as contract
from app.contract.shape import show
from app.domain import joint_purchases as domain
from app.graphql.context import Info
from app.graphql.engine import type_of
from app.graphql.types import Id
from app.graphql.watch import watch
from app.usecases.joint_purchases import Stand, get_joint_purchase

JointPurchaseStand: Any = type_of(contract.JointPurchaseStand)


@strawberry.type
class JointPurchaseSubscription:
    @strawberry.subscription(description="A purchase as it stands, now and after every change; ends when it is over.")
    async def joint_purchase(self, info: Info, id: Id) -> AsyncGenerator[JointPurchaseStand, None]:
        def over(stand: Stand) -> bool:
            return stand.purchase.state in domain.OVER

        async for found in watch(info.context, lambda run: run(get_joint_purchase, purchase_id=id), over):
            yield show(contract.JointPurchaseStand, found, info.context.viewer)
