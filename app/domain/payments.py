"""Payments: money that came in, recorded by the treasurer; a mistake is reversed, never edited."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.days import check_day, day_of
from app.domain.errors import AlreadySettled, Overpaid
from app.domain.orders import Order


class PaymentMethod(StrEnum):
    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"


@dataclass(frozen=True)
class Payment:
    """`cents` received on `paid_on`. Money given back is reversed with the day on which it left."""

    id: UUID
    order_id: UUID
    cooperative_id: UUID
    cents: int
    paid_on: date
    method: PaymentMethod
    recorded_by: UUID
    recorded_at: datetime
    reversed_on: date | None = None
    reversed_by: UUID | None = None
    reason: str = ""
    version: int = 1


def receive(order: Order, cents: int) -> Order:
    """The order with `cents` more paid. Raises Overpaid beyond its total and for an order that was refunded."""
    if cents > order.due_cents:
        raise Overpaid(open_cents=order.due_cents)
    return replace(order, paid_cents=order.paid_cents + cents)


def payment_day(order: Order, paid_on: date | None, today: date) -> date:
    """The day on which money came in, today unless told. Raises DayOutOfRange before the order or after today."""
    return check_day("paid_on", paid_on or today, day_of(order.placed_at), today)


def reverse(payment: Payment, *, by: UUID, on: date, reason: str) -> Payment:
    """The payment, undone. Raises AlreadySettled where it was undone before."""
    if payment.reversed_on is not None:
        raise AlreadySettled(what="payment")
    return replace(payment, reversed_on=on, reversed_by=by, reason=reason)
