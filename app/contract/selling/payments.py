"""Payments of orders."""

from dataclasses import replace
from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.selling.orders import Order
from app.contract.shape import Money, Viewer, cents, computed, shape
from app.contract.transitions import Step, steps
from app.domain.access import Right
from app.domain.selling import payments as domain
from app.domain.selling.payments import RECEIPT, ReceiptState, SettlementMethod
from app.ids import OrderId, PaymentId
from app.usecases.selling.payments import (
    list_payments,
    move_payment,
    pay_invoice,
    record_cash,
    record_payment,
    use_credit,
)


def _reason(payment: domain.Payment, viewer: Viewer) -> str:
    staff = replace(viewer.actor, passed=None).may(Right.SEE_MARGIN, payment.cooperative_id)
    own = viewer.actor.person_id is not None and viewer.actor.person_id == payment.recorded_by
    return payment.reason if staff or own else ""


@shape(domain.Payment)
class Payment:
    """Money that came in for an order. It is never changed; a mistake is reversed."""

    id: PaymentId
    order_id: OrderId
    """The order that it pays."""
    amount: Money = cents("cents")
    """The amount that came in."""
    paid_on: date
    """The day on which it came in."""
    method: SettlementMethod
    """The method of payment."""
    from_order_id: OrderId | None
    """The order that owed it back, if the customer's credit was used."""
    recorded_at: datetime
    """When it was recorded."""
    state: ReceiptState
    """Whether it counts: cash from the door waits for the treasurer."""
    reversed_on: date | None
    """The day on which it was reversed."""
    reason: str = computed(_reason)
    """The reason of the reversal or the rejection: for the staff, and for whoever recorded it; else empty."""
    version: int
    available_transitions: list[Step] = steps("ReceiptTransition", RECEIPT)


ORDER = "/orders/{order_id}"
payments = Noun("payments")
payments.get(f"{ORDER}/payments", list_payments, Payment, below=Order)
payments.post(f"{ORDER}/payments", record_payment, Payment)
payments.post("/invoices/{invoice_id}/payments", pay_invoice, Payment)
payments.post(f"{ORDER}/cash-receipts", record_cash, Payment)
payments.post(f"{ORDER}/credit-uses", use_credit, Payment)
payments.move("/payments/{payment_id}/transitions", move_payment, Payment)
