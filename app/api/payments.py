"""REST: a refund, which answers with its order."""

from fastapi import Response

from app.api.deps import KeyedDep, LanguageDep, noun, tag
from app.api.models import In, Line
from app.api.orders import OrderOut
from app.usecases.payments import refund_order
from app.vocabulary import MoneyIn, OrderId

router = noun("payments")


class RefundIn(In):
    """Why; and how much, if it is a part."""

    reason: Line
    amount: MoneyIn | None = None


@router.post("/orders/{order_id}/refunds", status_code=201)
async def refund(
    order_id: OrderId, body: RefundIn, keyed: KeyedDep, language: LanguageDep, response: Response
) -> OrderOut:
    """Give money of an order back, all of it or a part; for the treasurer.

    Money that is owed back goes first. The rest lowers the price of a sale and takes its split back to the cent."""
    run, once = keyed
    order = await once(refund_order, order_id=order_id, reason=body.reason, amount=body.amount)
    tag(response, order.version)
    return OrderOut.of(order, run.actor, language)
