"""Credits of orders, money that goes back, and bad debts."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.contract.operation import Noun
from app.contract.selling.orders import Order
from app.contract.shape import Money, MoneyOut, Viewer, cents, computed, shape, show
from app.contract.transitions import Step, steps
from app.domain.access import Right
from app.domain.selling import credits as domain
from app.domain.selling import repayments as money
from app.domain.selling import write_offs as losses
from app.domain.selling.payments import SettlementMethod
from app.domain.selling.write_offs import WRITE_OFF, BorneBy, WriteOffState
from app.ids import CreditId, OrderId, OrderLineId, PaymentId, RepaymentId, WriteOffId
from app.usecases.selling.credits import credit_order, list_credits, list_repayments, repay_order
from app.usecases.selling.write_offs import (
    get_write_off,
    list_cooperative_write_offs,
    list_write_offs,
    move_write_off,
    propose_write_off,
)


def _inside(name: str) -> Any:
    """An amount of a credit; null under the margin scheme, which tells nobody but the staff what is inside."""
    return computed(lambda part, _: None if part.hides_vat else MoneyOut.of(getattr(part, name)), kind=Money | None)


def _is_staff(cooperative_id: UUID, viewer: Viewer) -> bool:
    return replace(viewer.actor, passed=None).may(Right.SEE_MARGIN, cooperative_id)


def _opened(credit: domain.Credit, viewer: Viewer) -> domain.Credit:
    return credit.opened if _is_staff(credit.cooperative_id, viewer) else credit


def _money(credit: domain.Credit, name: str) -> MoneyOut | None:
    return None if credit.hides_vat else MoneyOut.of(getattr(credit, name))


@shape(domain.CreditLine)
class CreditLine:
    """The part of a credit that comes off a line of the order."""

    order_line_id: OrderLineId
    quantity: int
    """The units that were credited; 0 if only an amount was."""
    net: Money | None = _inside("net_cents")
    """The amount without VAT; null under the margin scheme, but for the staff."""
    vat: Money | None = _inside("vat_cents")
    """The VAT; null under the margin scheme, but for the staff."""
    gross: Money
    """The amount with VAT."""


@shape(domain.Credit)
class Credit:
    """An amount that was taken off the price of an order. It is never changed."""

    id: CreditId
    order_id: OrderId
    net: Money | None = computed(lambda one, viewer: _money(_opened(one, viewer), "net_cents"), kind=Money | None)
    """The amount without VAT; null if a line is under the margin scheme, but for the staff."""
    vat: Money | None = computed(lambda one, viewer: _money(_opened(one, viewer), "vat_cents"), kind=Money | None)
    """The VAT; null if a line is under the margin scheme, but for the staff."""
    gross: Money
    """The amount with VAT."""
    lines: list[CreditLine] = computed(
        lambda one, viewer: [show(CreditLine, line, viewer) for line in _opened(one, viewer).lines]
    )
    """What it takes off each line."""
    day: date
    """The day on which it counts."""
    reason: str
    """The reason of the credit."""
    credited_at: datetime
    """When it was recorded."""
    reversed_on: date | None
    """The day on which it was reversed."""


@shape(money.Repayment)
class Repayment:
    """Money that went back to the customer of an order. It is never changed; a mistake is reversed."""

    id: RepaymentId
    order_id: OrderId
    amount: Money = cents("cents")
    """The amount that went back."""
    paid_on: date
    """The day on which it left."""
    method: SettlementMethod
    """How it was paid."""
    recorded_at: datetime
    """When it was recorded."""
    reversed_on: date | None
    """The day on which it was reversed."""
    reason: str = computed(lambda one, viewer: one.reason if _is_staff(one.cooperative_id, viewer) else "")
    """The reason of the reversal, for the staff; else empty."""
    payment_id: PaymentId | None
    """The payment of another order that it became, if no money moved."""


@shape(losses.WriteOff)
class WriteOff:
    """An amount that is not expected to be paid any more. The claim on the customer stays."""

    id: WriteOffId
    order_id: OrderId
    order_reference: str
    """The reference of the order: who decides may not see the order itself."""
    amount: Money = cents("cents")
    """The amount with VAT."""
    borne_by: BorneBy
    """Who bears it."""
    reason: str
    """Why nobody expects it."""
    state: WriteOffState
    proposed_at: datetime
    """When the treasurer proposed it."""
    confirmed_on: date | None
    """The day on which a second person confirmed it."""
    version: int
    available_transitions: list[Step] = steps("WriteOffTransition", WRITE_OFF)


ORDER = "/orders/{order_id}"
ONE = "/write-offs/{write_off_id}"
credits = Noun("payments")  # noqa: A001  the noun
credits.get(f"{ORDER}/credits", list_credits, Credit, below=Order)
credits.post(f"{ORDER}/credits", credit_order, Credit)
credits.get(f"{ORDER}/repayments", list_repayments, Repayment, below=Order)
credits.post(f"{ORDER}/repayments", repay_order, Repayment)
credits.get(f"{ORDER}/write-offs", list_write_offs, WriteOff, below=Order)
credits.post(f"{ORDER}/write-offs", propose_write_off, WriteOff, opens="/write-offs")
credits.get("/cooperatives/{cooperative_id}/write-offs", list_cooperative_write_offs, WriteOff)
credits.get(ONE, get_write_off, WriteOff)
credits.move(f"{ONE}/transitions", move_write_off, WriteOff)
