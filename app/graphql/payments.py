"""GraphQL: payments and refunds."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from app.domain import payments as domain
from app.domain.payments import PaymentMethod
from app.graphql.context import Info
from app.graphql.orders import Order
from app.graphql.types import Money, MoneyInput, show
from app.usecases.payments import list_payments, list_refunds, record_payment, refund_order, reverse_payment

strawberry.enum(PaymentMethod)


@strawberry.type
class Payment:
    id: UUID
    order_id: UUID
    amount: Money
    paid_on: date
    method: PaymentMethod
    recorded_at: datetime
    reversed_on: date | None
    reason: str

    @classmethod
    def of(cls, payment: domain.Payment) -> "Payment":
        return show(cls, payment, amount=Money.of(payment.cents))


@strawberry.type(description="What was given back of an order; credited is what was taken off its price.")
class Refund:
    id: UUID
    order_id: UUID
    amount: Money
    credited: Money
    vat: Money
    day: date
    reason: str
    refunded_at: datetime


@strawberry.type
class PaymentQuery:
    @strawberry.field(description="What was given back of an order, oldest first.")
    async def refunds(self, info: Info, order_id: UUID) -> list[Refund]:
        found = await info.context.run(list_refunds, order_id=order_id)
        return [show(Refund, refund, amount=Money.of(refund.cents)) for refund in found]

    @strawberry.field(description="The payments of an order, oldest first.")
    async def payments(self, info: Info, order_id: UUID) -> list[Payment]:
        return [Payment.of(payment) for payment in await info.context.run(list_payments, order_id=order_id)]


@strawberry.type
class PaymentMutation:
    @strawberry.mutation(description="Record money that came in, whatever the state of the order; for the treasurer.")
    async def record_payment(
        self,
        info: Info,
        idempotency_key: str,
        order_id: UUID,
        amount: MoneyInput,
        paid_on: date | None = None,
        method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
    ) -> Payment:
        once = info.context.keyed(idempotency_key)
        return Payment.of(
            await once(record_payment, order_id=order_id, cents=amount.cents, paid_on=paid_on, method=method)
        )

    @strawberry.mutation(description="Undo a payment that was recorded by mistake; for the treasurer.")
    async def reverse_payment(self, info: Info, idempotency_key: str, id: UUID, reason: str) -> Payment:
        once = info.context.keyed(idempotency_key)
        return Payment.of(await once(reverse_payment, payment_id=id, reason=reason))

    @strawberry.mutation(description="Give money of an order back, all of it or a part, with its split to the cent.")
    async def refund_order(
        self, info: Info, idempotency_key: str, order_id: UUID, reason: str, amount: MoneyInput | None = None
    ) -> Order:
        once = info.context.keyed(idempotency_key)
        cents = amount.cents if amount else None
        return Order.of(await once(refund_order, order_id=order_id, reason=reason, cents=cents), info.context)
