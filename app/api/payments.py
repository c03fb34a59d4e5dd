"""REST: payments and refunds."""

from uuid import UUID

from fastapi import Response

from app.api.deps import KeyedDep, LanguageDep, RunDep, noun, tag
from app.api.models import Day, In, Line, Money, Out, When, money
from app.api.orders import OrderOut
from app.domain.payments import PaymentMethod
from app.usecases.payments import list_payments, list_refunds, record_payment, refund_order, reverse_payment
from app.vocabulary import MoneyIn

router = noun("payments")


class PaymentIn(In):
    amount: MoneyIn
    paid_on: Day | None = None
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER


class ReasonIn(In):
    reason: Line


class RefundIn(In):
    """Why; and how much, if it is a part."""

    reason: Line
    amount: MoneyIn | None = None


class RefundOut(Out):
    id: UUID
    order_id: UUID
    amount: Money = money("cents")
    credited: Money = money("credited_cents")
    vat: Money = money("vat_cents")
    day: Day
    reason: str
    refunded_at: When


class PaymentOut(Out):
    id: UUID
    order_id: UUID
    amount: Money = money("cents")
    paid_on: Day
    method: PaymentMethod
    recorded_at: When
    reversed_on: Day | None
    reason: str


@router.get("/orders/{order_id}/payments")
async def list_all(order_id: UUID, run: RunDep) -> list[PaymentOut]:
    """The payments of an order, oldest first."""
    return [PaymentOut.model_validate(payment) for payment in await run(list_payments, order_id=order_id)]


@router.post("/orders/{order_id}/payments", status_code=201)
async def record(order_id: UUID, body: PaymentIn, keyed: KeyedDep) -> PaymentOut:
    """Record money that came in, whatever the state of the order; for the treasurer."""
    _, once = keyed
    payment = await once(
        record_payment, order_id=order_id, cents=body.amount.cents, paid_on=body.paid_on, method=body.method
    )
    return PaymentOut.model_validate(payment)


@router.post("/payments/{payment_id}/reversals", status_code=201)
async def reverse(payment_id: UUID, body: ReasonIn, keyed: KeyedDep) -> PaymentOut:
    """Undo a payment that was recorded by mistake; for the treasurer."""
    _, once = keyed
    return PaymentOut.model_validate(await once(reverse_payment, payment_id=payment_id, reason=body.reason))


@router.get("/orders/{order_id}/refunds")
async def list_parts(order_id: UUID, run: RunDep) -> list[RefundOut]:
    """What was given back of an order, oldest first."""
    return [RefundOut.model_validate(refund) for refund in await run(list_refunds, order_id=order_id)]


@router.post("/orders/{order_id}/refunds", status_code=201)
async def refund(
    order_id: UUID, body: RefundIn, keyed: KeyedDep, language: LanguageDep, response: Response
) -> OrderOut:
    """Give money of an order back, all of it or a part; for the treasurer.

    Money that is owed back goes first. The rest lowers the price of a sale and takes its split back to the cent."""
    run, once = keyed
    cents = body.amount.cents if body.amount else None
    order = await once(refund_order, order_id=order_id, reason=body.reason, cents=cents)
    tag(response, order.version)
    return OrderOut.of(order, run.actor, language)
