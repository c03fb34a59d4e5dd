"""Payments and refunds of orders."""

from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.selling.orders import Order
from app.contract.shape import Money, cents, shape
from app.domain.earning import refunds
from app.domain.selling import payments as domain
from app.domain.selling.payments import PaymentMethod
from app.ids import OrderId, PaymentId, RefundId
from app.usecases.selling.payments import list_payments, list_refunds, record_payment, refund_order


@shape(refunds.Refund)
class Refund:
    """A refund of an order."""

    id: RefundId
    order_id: OrderId
    amount: Money = cents("cents")
    """The amount of the refund."""
    credited: Money
    """The part of it that was taken off the price of the order."""
    vat: Money
    """The VAT in that part."""
    day: date
    """The day on which it counts."""
    reason: str
    """The reason of the refund."""
    refunded_at: datetime
    """When it was recorded."""


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
    method: PaymentMethod
    """The method of payment."""
    recorded_at: datetime
    """When it was recorded."""
    reversed_on: date | None
    """The day on which it was reversed."""
    reason: str
    """The reason of the reversal."""


ORDER = "/orders/{order_id}"
payments = Noun("payments")
payments.get(f"{ORDER}/payments", list_payments, Payment, below=Order)
payments.post(f"{ORDER}/payments", record_payment, Payment)
payments.post(f"{ORDER}/refunds", refund_order, Order)
payments.get(f"{ORDER}/refunds", list_refunds, Refund, below=Order)
