"""Payments and refunds: recorded by the treasurer, reversed and never edited; each books its own journal."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from app.db import ledger
from app.db.assignments import assignments
from app.db.engine import Tx, uuid7
from app.db.orders import events, orders
from app.db.outbox import tell
from app.db.payments import payments, refunds, standing_payments
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import (
    AlreadySettled,
    NothingToRefund,
    RefundAfterCompletion,
    RefundTooLarge,
    RuleRefused,
    SecondPersonNeeded,
    WrongState,
)
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting
from app.domain.orders import Order, OrderEvent, OrderState, PaymentState, less, roles_on
from app.domain.payments import Payment, PaymentMethod, payment_day, receive, reverse
from app.domain.refunds import Refund
from app.usecases.steps.assignment import follow_payment
from app.usecases.steps.audit import shows_private
from app.usecases.steps.charge import give_back_assignment
from app.usecases.steps.due import order_in_time
from app.usecases.steps.reading import asks_first
from app.usecases.steps.refund import book_refund
from app.usecases.steps.settle import drop_pending, settle, unsettle

PAYABLE_STATES = (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.DELIVERED, OrderState.COMPLETED)


@asks_first(lambda order_id, **_: (orders.only(lock=True, id=order_id),))
async def record_payment(
    tx: Tx,
    actor: Actor,
    *,
    order_id: UUID,
    cents: int,
    paid_on: date | None = None,
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
) -> Payment:
    """Record money that came in for an order; the last part of a completed order books its sale.

    Raises Overpaid, DayOutOfRange, WrongState before acceptance, and SecondPersonNeeded where the
    treasurer is the buyer.
    """
    order = await _locked(tx, actor, Right.RECORD_PAYMENT, order_id)
    by = await _second_person(tx, actor, order, "record_payment")
    if order.state not in PAYABLE_STATES:
        raise WrongState(verb="record_payment", state=order.state, possible=["accept"])
    paid = receive(order, cents)
    day = payment_day(order, paid_on, tx.today)
    payment = Payment(
        *(uuid7(), order.id, order.cooperative_id, cents, day, method, by, tx.now),
    )
    await follow_payment(tx, paid)
    settled = await settle(tx, paid)  # it reads; what is written after it goes out at once
    await payments.add(tx, payment)
    await _log(tx, actor, settled, "record_payment")
    if paid.payment is PaymentState.PAID:
        await tell(tx, "order.paid", order.cooperative_id, order.id, reference=order.reference)
    await orders.save(tx, settled)
    await _book(tx, payment, JournalKind.PAYMENT, day)  # after the sale: the bank is everybody's last lock
    return payment


@shows_private
async def list_payments(tx: Tx, actor: Actor, *, order_id: UUID) -> list[Payment]:
    """The payments of an order, oldest first."""
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_PAYMENT, order.cooperative_id, own=roles_on(order, actor))
    return await payments.all(tx, order_id=order_id)


async def reverse_payment(tx: Tx, actor: Actor, *, payment_id: UUID, reason: str) -> Payment:
    """Undo a payment that was recorded by mistake; a sale that stood on it is taken back first.

    Raises AlreadySettled for one that was undone or an order that was refunded, SecondPersonNeeded for the buyer.
    """
    found = await payments.get(tx, payment_id)
    order = await _locked(tx, actor, Right.RECORD_PAYMENT, found.order_id)
    payment = await payments.get(tx, payment_id, lock=True)
    by = await _second_person(tx, actor, order, "reverse_payment")
    if order.refunded_cents and (order.assignment_id is None or payment.cents > order.paid_cents):
        raise AlreadySettled(what="order")
    today = tx.today
    undone = reverse(payment, by=by, on=today, reason=reason)
    if order.assignment_id is None:  # what an assignment earned does not wait for the customer
        order = await unsettle(tx, order)
    await _book_reversal(tx, undone, today)
    saved = await orders.save(tx, replace(order, paid_cents=order.paid_cents - payment.cents))
    await follow_payment(tx, saved)
    await _log(tx, actor, saved, "reverse_payment", reason)
    await tell(tx, "order.payment_reversed", order.cooperative_id, order.id, reference=order.reference)
    return await payments.save(tx, undone)


async def refund_order(tx: Tx, actor: Actor, *, order_id: UUID, reason: str, cents: int | None = None) -> Order:
    """Give money of an order back: all of it, or `cents` of a completed one.

    All: the sale is taken back by F, every payment is reversed, and what was not booked is not earned any more.
    Raises NothingToRefund, RefundTooLarge, RefundAfterCompletion for a part, SecondPersonNeeded for the buyer.
    """
    order = await _locked(tx, actor, Right.REFUND, order_id)
    by = await _second_person(tx, actor, order, "refund")
    if order.assignment_id is not None and order.settled:
        return await _refund_assignment(tx, actor, order, by, cents, reason)
    if not order.paid_cents:
        raise NothingToRefund
    back = order.paid_cents if cents is None else cents
    if back > order.paid_cents:
        raise RefundTooLarge(left_cents=order.paid_cents)
    if order.refunded_cents or back < order.paid_cents:
        order = await _refund_part(tx, order, by, back, reason)
    else:
        order = await _refund_all(tx, order, by, reason)
    left, gone = order.paid_cents - back, 0 if order.assignment_id else back  # a deposit can be paid anew
    refunded = replace(order, paid_cents=left, refunded_cents=order.refunded_cents + gone)
    if not left:
        refunded = replace(refunded, sale_reversed=order.sale_parts > 0)
    saved = await orders.save(tx, refunded)
    await _log(tx, actor, saved, "refund", reason)
    await tell(tx, "order.refunded", order.cooperative_id, order.id, reference=order.reference)
    return saved


@shows_private
async def list_refunds(tx: Tx, actor: Actor, *, order_id: UUID) -> list[Refund]:
    """What was given back of an order in parts, oldest first."""
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_PAYMENT, order.cooperative_id, own=roles_on(order, actor))
    return await refunds.all(tx, order_id=order_id)


async def _refund_all(tx: Tx, order: Order, by: UUID, reason: str) -> Order:
    today = tx.today
    order = await unsettle(tx, order)
    await drop_pending(tx, order)
    for payment in await standing_payments(tx, order.id):
        undone = reverse(payment, by=by, on=today, reason=reason)
        await _book_reversal(tx, undone, today)
        await payments.save(tx, undone)
    return order


async def _refund_assignment(tx: Tx, actor: Actor, order: Order, by: UUID, cents: int | None, reason: str) -> Order:
    """Off every part of every cooperative; before the customer has paid it all, it lowers what is still to be paid."""
    left = order.gross_cents - order.refunded_cents
    back = left if cents is None else cents
    if back > left:
        raise RefundTooLarge(left_cents=left)
    vat_left = order.vat_cents - sum(refund.vat_cents for refund in await refunds.all(tx, order_id=order.id))
    refund = Refund(uuid7(), order.id, order.cooperative_id, back, 0, tx.today, reason, by, tx.now)
    await refunds.add(tx, await give_back_assignment(tx, order, refund, vat_left))
    smaller = less(order, back)
    await follow_payment(tx, smaller)
    saved = await orders.save(tx, smaller)
    await _log(tx, actor, saved, "refund", reason)
    await tell(tx, "order.refunded", order.cooperative_id, order.id, reference=order.reference)
    return saved


async def _refund_part(tx: Tx, order: Order, by: UUID, cents: int, reason: str) -> Order:
    if not order.settled:
        raise RefundAfterCompletion
    earlier = await refunds.all(tx, order_id=order.id)
    vat_left = order.vat_cents - sum(refund.vat_cents for refund in earlier)
    today = tx.today
    refund = Refund(uuid7(), order.id, order.cooperative_id, cents, 0, today, reason, by, tx.now)
    await refunds.add(tx, await book_refund(tx, order, refund, vat_left))
    return order


async def _locked(tx: Tx, actor: Actor, right: Right, order_id: UUID) -> Order:
    order = await orders.get(tx, order_id, lock=True)
    actor.require(right, order.cooperative_id, own=roles_on(order, actor))
    order = order_in_time(tx, order)
    if order.buyer_id is not None:
        raise RuleRefused(rule="charges_are_netted", value=order.reference)
    return order


async def _second_person(tx: Tx, actor: Actor, order: Order, verb: str) -> UUID:
    """The treasurer, who is neither the buyer of this order nor one of those who do the work."""
    makers = set(order.maker_ids)
    if order.assignment_id is not None:
        makers |= set((await assignments.get(tx, order.assignment_id)).member_ids)
    if order.customer_person_id == actor.person or actor.member_ids() & makers:
        raise SecondPersonNeeded(verb=verb)
    return actor.person


async def _book(tx: Tx, payment: Payment, kind: JournalKind, day: date, reverses: UUID | None = None) -> None:
    sign = 1 if kind is JournalKind.PAYMENT else -1
    facts = {"method": payment.method, "order": str(payment.order_id)}
    rule = "payment" if sign > 0 else "payment_reversal"
    legs = (
        Leg(AccountKind.BANK, -sign * payment.cents, rule, facts),
        Leg(AccountKind.RECEIVABLE_CUSTOMER, sign * payment.cents, rule, facts),
    )
    place = (uuid7(), payment.cooperative_id, kind, "payment", payment.id, 1)
    await ledger.post(tx, Posting(*place, day, legs, reverses))


async def _book_reversal(tx: Tx, payment: Payment, day: date) -> None:
    original = await ledger.journal_of(tx, "payment", payment.id, JournalKind.PAYMENT, 1)
    await _book(tx, payment, JournalKind.PAYMENT_REVERSAL, day, original.id)


async def _log(tx: Tx, actor: Actor, order: Order, verb: str, note: str = "") -> None:
    where = (uuid7(), order.id, order.cooperative_id)
    await events.add(tx, OrderEvent(*where, verb, order.state, tx.now, actor.person_id, actor.app_id, note))
