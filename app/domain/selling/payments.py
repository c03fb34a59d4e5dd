"""Payments: the treasurer records money that came in; a mistake is reversed, never edited."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.days import check_day, day_of
from app.domain.errors import AlreadySettled, PaidBackAlready, ReasonNeeded
from app.domain.ledger import AccountKind, Leg
from app.domain.selling.orders import Order


class PaymentMethod(StrEnum):
    """The method of payment."""

    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"


@dataclass(frozen=True, kw_only=True)
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
    """The order with `cents` more paid, in any state; an amount beyond its price is owed back."""
    return replace(order, paid_cents=order.paid_cents + cents)


def receipt_legs(before: Order, after: Order, method: PaymentMethod) -> tuple[Leg, ...]:
    """The money in the bank: it pays what is due, the rest is the customer's credit."""
    cents, owed = after.paid_cents - before.paid_cents, after.owed_back_cents - before.owed_back_cents
    facts = {"method": method, "order": str(after.id)}
    legs = (
        Leg(kind=AccountKind.BANK, cents=-cents, rule="payment", facts=facts),
        Leg(kind=AccountKind.RECEIVABLE_CUSTOMER, cents=cents - owed, rule="payment", facts=facts),
        Leg(kind=AccountKind.CUSTOMER_CREDIT, cents=owed, rule="overpaid", facts=facts, party=str(after.id)),
    )
    return tuple(leg for leg in legs if leg.cents)


def undo_receipt(order: Order, payment: Payment, booked: tuple[Leg, ...]) -> tuple[Order, int]:
    """The order without a payment, and the part of the customer's credit that pays the price instead.

    That part is negative if the credit of the payment was set off before. `booked` are the legs of the payment, which
    are negated. Raises PaidBackAlready if the money was given back, or if a partly refunded sale would not be paid any
    more.
    """
    credit = sum(leg.cents for leg in booked if leg.kind is AccountKind.CUSTOMER_CREDIT)
    after = replace(order, paid_cents=order.paid_cents - payment.cents)
    unpaid_sale = order.assignment_id is None and order.refunded_cents and after.due_cents
    if after.paid_cents < 0 or unpaid_sale:
        raise PaidBackAlready
    return after, order.owed_back_cents - credit - after.owed_back_cents


def undone(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """The legs of a payment with the other sign."""
    return tuple(
        Leg(
            kind=leg.kind,
            cents=-leg.cents,
            rule="payment_reversal",
            facts=leg.facts,
            member_id=leg.member_id,
            party=leg.party,
        )
        for leg in legs
    )


def payment_day(order: Order, paid_on: date | None, today: date) -> date:
    """The day on which money came in, by default today. Raises DayOutOfRange before the order or after today."""
    return check_day("paid_on", paid_on or today, day_of(order.placed_at), today)


def reverse(payment: Payment, *, by: UUID, on: date, reason: str) -> Payment:
    """The payment, reversed. Raises AlreadySettled if it was reversed before."""
    if not reason.strip():
        raise ReasonNeeded(verb="reverse_payment")
    if payment.reversed_on is not None:
        raise AlreadySettled(what="payment")
    return replace(payment, reversed_on=on, reversed_by=by, reason=reason)
