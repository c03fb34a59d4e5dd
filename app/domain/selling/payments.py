"""Payments: the treasurer records money that came in; a mistake is reversed, never edited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import AlreadySettled, PaidBackAlready, ReasonNeeded, SecondPersonNeeded, WrongState
from app.domain.ledger import AccountKind, Leg
from app.domain.money_place import AT_BANK, IN_CASH, MoneyPlace, on_line
from app.domain.selling.orders import Order
from app.domain.transitions import REASON, Case, Process, Terms, Transition, move, of_staff


class PaymentMethod(StrEnum):
    """The method of payment."""

    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"


class SettlementMethod(StrEnum):
    """How an amount was settled: by money, or by what another order owed back."""

    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"
    OTHER_ORDER = "other_order"


class ReceiptState(StrEnum):
    """The state of money that came in."""

    TO_CONFIRM = "to_confirm"
    """Cash that a maker got at the door: the treasurer confirms it, and only then it counts."""
    RECORDED = "recorded"
    REJECTED = "rejected"


class ReceiptVerb(StrEnum):
    """A decision about cash that a maker got."""

    CONFIRM = "confirm"
    REJECT = "reject"


@dataclass(frozen=True, kw_only=True)
class Payment:
    """`cents` received on `paid_on`; `reversed_on` is the day on which a mistake was undone."""

    id: UUID
    order_id: UUID
    cooperative_id: UUID
    cents: int
    paid_on: date
    method: SettlementMethod
    recorded_by: UUID
    recorded_at: datetime
    state: ReceiptState = ReceiptState.RECORDED
    decided_by: UUID | None = None
    reversed_on: date | None = None
    reversed_by: UUID | None = None
    reason: str = ""
    from_order_id: UUID | None = None
    """The order that owed it back, if it was used for this one."""
    bank_line_id: UUID | None = None
    """The line of a bank statement that brought it."""
    order_makers: tuple[UUID, ...] = ()
    customer_person_id: UUID | None = None
    version: int = 1


def _second_person(case: Case[Payment]) -> SecondPersonNeeded | None:
    """Four-eyes rule: neither the person who got the cash, nor the buyer or a maker of the order, decides."""
    payment = case.thing
    own = case.is_member(*payment.order_makers)
    seen = case.is_person(payment.recorded_by, payment.customer_person_id)
    return SecondPersonNeeded() if own or seen else None


RECEIPT: Process[Payment] = Process(
    verbs=ReceiptVerb,
    states=ReceiptState,
    rights=of_staff,
    rows=(
        Transition("confirm", ("to_confirm",), "recorded", Right.RECORD_PAYMENT, Terms(_second_person)),
        Transition("reject", ("to_confirm",), "rejected", Right.RECORD_PAYMENT, Terms(_second_person, (REASON,))),
    ),
)


def decide(case: Case[Payment], verb: ReceiptVerb, reason: str) -> Payment:
    """The payment after `verb`. Raises WrongState, SecondPersonNeeded, ReasonNeeded."""
    state = ReceiptState(move(RECEIPT, case, verb, reason=reason))
    return replace(case.thing, state=state, decided_by=case.actor.person, reason=reason)


def paid_by(orders: Sequence[Order], cents: int) -> list[tuple[Order, int]]:
    """The orders that an amount pays, with their parts in cents: the oldest supply first, each as much as is due.

    The last one gets what is left over.
    """
    oldest = sorted(orders, key=lambda order: (order.delivered_at or order.placed_at, order.id))
    parts = []
    for order in oldest[:-1]:
        part = min(order.due_cents, cents)
        parts.append((order, part))
        cents -= part
    return [(order, part) for order, part in [*parts, (oldest[-1], cents)] if part]


def receive(order: Order, cents: int) -> Order:
    """The order with `cents` more paid, in any state.

    Money beyond what is due lowers the write-off first; an amount beyond the price is owed back.
    """
    regained = min(order.written_off_cents, max(0, cents - order.due_cents))
    return replace(order, paid_cents=order.paid_cents + cents, written_off_cents=order.written_off_cents - regained)


def money_place(method: PaymentMethod | SettlementMethod, bank_line_id: UUID | None = None) -> MoneyPlace:
    """Where money is: in cash, on the line of a bank statement that brought it, or at the bank."""
    if bank_line_id is not None:
        return on_line(bank_line_id)
    return IN_CASH if method == PaymentMethod.CASH else AT_BANK


def receipt_legs(before: Order, after: Order, payment: Payment) -> tuple[Leg, ...]:
    """The legs of money that came in: it pays what is due, and the rest is the customer's credit.

    It is in the bank or in cash, or it was owed back on another order.
    """
    cents, owed = after.paid_cents - before.paid_cents, after.owed_back_cents - before.owed_back_cents
    facts = {"method": payment.method, "order": str(after.id)}
    if payment.from_order_id is None:
        money = money_place(payment.method, payment.bank_line_id).leg(-cents, "payment", facts)
    else:
        source = str(payment.from_order_id)
        facts |= {"because": "other_order"}
        money = Leg(
            kind=AccountKind.CUSTOMER_CREDIT, cents=-cents, rule="payment", facts=facts | {"from": source}, party=source
        )
    legs = (
        money,
        Leg(kind=AccountKind.RECEIVABLE_CUSTOMER, cents=cents - owed, rule="payment", facts=facts),
        Leg(kind=AccountKind.CUSTOMER_CREDIT, cents=owed, rule="overpaid", facts=facts, party=str(after.id)),
    )
    return tuple(leg for leg in legs if leg.cents)


def undo_receipt(order: Order, payment: Payment, booked: tuple[Leg, ...]) -> tuple[Order, int]:
    """The order without a payment, and the part of the customer's credit that pays the price instead.

    That part is negative if the credit of the payment was set off before. `booked` are the legs of the payment, which
    are negated. Raises PaidBackAlready if the money was given back.
    """
    own = (leg for leg in booked if leg.kind is AccountKind.CUSTOMER_CREDIT and leg.party == str(order.id))
    credit = sum(leg.cents for leg in own)
    after = replace(order, paid_cents=order.paid_cents - payment.cents)
    if after.paid_cents < 0:
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


def reverse(payment: Payment, *, by: UUID, on: date, reason: str) -> Payment:
    """The payment, reversed. Raises AlreadySettled if it was reversed before."""
    if not reason.strip():
        raise ReasonNeeded(verb="reverse_payment")
    if payment.reversed_on is not None:
        raise AlreadySettled(what="payment")
    if payment.state is not ReceiptState.RECORDED:
        raise WrongState(verb="reverse_payment", state=payment.state, possible=[])
    return replace(payment, reversed_on=on, reversed_by=by, reason=reason)
