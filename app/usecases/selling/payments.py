"""Payments and refunds: the treasurer records them, and never edits them; each books its own journal."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from app.db import ledger
from app.db.engine import Tx, uuid7
from app.db.platform.outbox import tell
from app.db.selling.assignments import assignments
from app.db.selling.orders import orders
from app.db.selling.payments import payments, refunds
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.earning.refunds import Refund, after_refund, split_refund
from app.domain.errors import ReasonNeeded, RuleRefused, SecondPersonNeeded
from app.domain.ledger import JournalKind, Posting
from app.domain.selling.orders import Order, roles_on
from app.domain.selling.payments import (
    Payment,
    PaymentMethod,
    payment_day,
    receipt_legs,
    receive,
)
from app.ids import OrderId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.due import order_in_time
from app.usecases.declared.reading import asks_first, reads_by_id
from app.usecases.shared.assignment import follow_payment
from app.usecases.shared.book_assignment import give_back_assignment
from app.usecases.shared.book_refund import book_refund, pay_back
from app.usecases.shared.book_sale import settle, unsettle
from app.usecases.shared.owed_back import tell_due, tell_owed_back
from app.usecases.shared.trails import note_order
from app.vocabulary import Amount, Doc, PastDay, Reason

ReceiptDay = Annotated[PastDay, Doc("The day on which the money came in; today if it is left out.")]


@asks_first(lambda order_id, **_: (orders.only(lock=True, id=order_id),))
async def record_payment(
    tx: Tx,
    actor: Actor,
    *,
    order_id: OrderId,
    amount: Amount,
    paid_on: ReceiptDay | None = None,
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
) -> Payment:
    """Record money that came in, in any state of the order. For the treasurer.

    If the order is completed, the last payment books its sale. Money beyond the price is owed back to the customer.

    Raises DayOutOfRange, RuleRefused for a charge that is netted, and SecondPersonNeeded if the treasurer is the buyer.
    """
    cents = amount.cents
    order = await _locked(tx, actor, Right.RECORD_PAYMENT, order_id)
    by = await _second_person(tx, actor, order, "record_payment")
    paid = receive(order, cents)
    day = payment_day(order, paid_on, tx.today)
    payment = Payment(
        id=uuid7(),
        order_id=order.id,
        cooperative_id=order.cooperative_id,
        cents=cents,
        paid_on=day,
        method=method,
        recorded_by=by,
        recorded_at=tx.now,
    )
    await follow_payment(tx, paid)
    settled = await settle(tx, paid) if order.due_cents else paid
    await payments.add(tx, payment)
    await note_order(tx, actor, settled, "record_payment")
    if order.due_cents and not paid.due_cents:
        await tell(tx, "order.paid", order.cooperative_id, order.id, reference=order.reference)
    await tell_owed_back(tx, order, paid)
    await orders.save(tx, settled)
    legs = receipt_legs(order, paid, method)
    # Last: transactions lock the bank account after all others, so no two wait for each other.
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=payment.cooperative_id,
            kind=JournalKind.PAYMENT,
            source_type="payment",
            source_id=payment.id,
            part=1,
            effective_on=day,
            legs=legs,
        ),
    )
    return payment


@shows_private
@reads_by_id(orders, (payments, "order_id"))
async def list_payments(tx: Tx, actor: Actor, *, order_id: OrderId) -> list[Payment]:
    """The payments of an order, oldest first."""
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_PAYMENT, order.cooperative_id, own=roles_on(order, actor))
    return await payments.all(tx, order_id=order_id)


async def refund_order(
    tx: Tx, actor: Actor, *, order_id: OrderId, reason: Reason, amount: Amount | None = None
) -> Order:
    """Refund an order, in whole or in part. For the treasurer. Money owed back to the customer goes first.

    The rest lowers the price of a booked sale, with its split. Without a booked sale, the price becomes due again.

    Raises NothingToRefund, RefundTooLarge, ReasonNeeded, SecondPersonNeeded for the buyer.
    """
    order = await _locked(tx, actor, Right.REFUND, order_id)
    by = await _second_person(tx, actor, order, "refund")
    if not reason.strip():
        raise ReasonNeeded(verb="refund")
    back, returned = split_refund(order, None if amount is None else amount.cents)
    refund = Refund(
        id=uuid7(),
        order_id=order.id,
        cooperative_id=order.cooperative_id,
        cents=back,
        vat_cents=0,
        day=tx.today,
        reason=reason,
        refunded_by=by,
        refunded_at=tx.now,
        returned_cents=returned,
    )
    if refund.credited_cents:
        refund = await _credit(tx, order, refund)
    await refunds.add(tx, refund)
    after = after_refund(order, refund)
    await pay_back(tx, order, refund, order.paid_cents - after.paid_cents)
    await follow_payment(tx, after)
    saved = await orders.save(tx, after)
    await note_order(tx, actor, saved, "refund", reason)
    await tell(tx, "order.refunded", order.cooperative_id, order.id, reference=order.reference)
    await tell_due(tx, order, saved)
    await tell_owed_back(tx, order, saved)
    return saved


@shows_private
@reads_by_id(orders, (refunds, "order_id"))
async def list_refunds(tx: Tx, actor: Actor, *, order_id: OrderId) -> list[Refund]:
    """The refunds of an order, oldest first."""
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_PAYMENT, order.cooperative_id, own=roles_on(order, actor))
    return await refunds.all(tx, order_id=order_id)


async def _credit(tx: Tx, order: Order, refund: Refund) -> Refund:
    """Takes a refund off the sale of an order. Returns the refund with its VAT.

    A full refund reverses the sale; the municipality's part and the pot are computed again. For an assignment it may
    lower the amount still due.
    """
    earlier = await refunds.all(tx, order_id=order.id)
    vat_left = order.vat_cents - sum(row.vat_cents for row in earlier)
    if order.assignment_id is not None:
        return await give_back_assignment(tx, order, refund, vat_left)
    if refund.credited_cents == order.gross_cents:
        await unsettle(tx, order)
        return replace(refund, vat_cents=vat_left)
    return await book_refund(tx, order, refund, vat_left)


async def _locked(tx: Tx, actor: Actor, right: Right, order_id: UUID) -> Order:
    order = await orders.get(tx, order_id, lock=True)
    actor.require(right, order.cooperative_id, own=roles_on(order, actor))
    order = order_in_time(tx, order)
    if order.buyer_id is not None:
        raise RuleRefused(rule="charges_are_netted", value=order.reference)
    return order


async def _second_person(tx: Tx, actor: Actor, order: Order, verb: str) -> UUID:
    """Returns the treasurer's person id. Raises SecondPersonNeeded if they are the buyer or did the work."""
    makers = set(order.maker_ids)
    if order.assignment_id is not None:
        makers |= set((await assignments.get(tx, order.assignment_id)).member_ids)
    if order.customer_person_id == actor.person or actor.member_ids() & makers:
        raise SecondPersonNeeded(verb=verb)
    return actor.person
