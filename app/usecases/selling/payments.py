"""Payments: the treasurer records money that came in, and reverses what was recorded by mistake."""

from dataclasses import replace
from typing import Annotated

from app.db.engine import Tx, uuid7
from app.db.platform.outbox import tell
from app.db.selling.credits import repayments
from app.db.selling.invoices import invoices
from app.db.selling.orders import orders
from app.db.selling.payments import payments
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import RuleRefused
from app.domain.selling.orders import roles_on
from app.domain.selling.payments import (
    RECEIPT,
    Payment,
    PaymentMethod,
    ReceiptState,
    ReceiptVerb,
    SettlementMethod,
    decide,
    paid_by,
)
from app.domain.selling.repayments import Repayment, used_for
from app.domain.transitions import Case, find
from app.ids import InvoiceId, OrderId, PaymentId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import asks_first, reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.book_sale import book_alone
from app.usecases.shared.order_money import day_of_money, locked_for_money, locked_pair, nobody_involved, save_money
from app.usecases.shared.receipt import book_receipt
from app.vocabulary import Amount, Doc, PastDay, Reason, Version

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
    order = await locked_for_money(tx, actor, Right.RECORD_PAYMENT, order_id)
    by = await nobody_involved(tx, actor, order, "record_payment")
    payment = Payment(
        id=uuid7(),
        order_id=order.id,
        cooperative_id=order.cooperative_id,
        cents=amount.cents,
        paid_on=await day_of_money(tx, order, paid_on),
        method=SettlementMethod(method),
        recorded_by=by,
        recorded_at=tx.now,
    )
    await book_receipt(tx, actor, order, payment)
    return payment


async def pay_invoice(
    tx: Tx,
    actor: Actor,
    *,
    invoice_id: InvoiceId,
    amount: Amount,
    paid_on: ReceiptDay | None = None,
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
) -> list[Payment]:
    """Record money that came in for an invoice: it pays its orders, the oldest first. For the treasurer.

    Money beyond what is due of them is owed back on the last one. Answers with a payment for each order that got some.

    Raises DayOutOfRange, SecondPersonNeeded, RuleRefused for a credit note and for an invoice that is netted.
    """
    invoice = await invoices.get(tx, invoice_id)
    actor.require(Right.RECORD_PAYMENT, invoice.cooperative_id)
    if invoice.buyer_id is not None or not invoice.rf_reference:
        raise RuleRefused(rule="charges_are_netted" if invoice.buyer_id else "notes_are_not_paid", value=invoice.number)
    locked = [await locked_for_money(tx, actor, Right.RECORD_PAYMENT, one) for one in sorted(invoice.order_ids)]
    by = [await nobody_involved(tx, actor, order, "record_payment") for order in locked]
    await book_alone(tx, *locked)
    made = []
    for order, cents in paid_by(locked, amount.cents):
        payment = Payment(
            id=uuid7(),
            order_id=order.id,
            cooperative_id=order.cooperative_id,
            cents=cents,
            paid_on=await day_of_money(tx, order, paid_on),
            method=SettlementMethod(method),
            recorded_by=by[0],
            recorded_at=tx.now,
        )
        await book_receipt(tx, actor, order, payment)
        made.append(payment)
    return made


async def record_cash(
    tx: Tx, actor: Actor, *, order_id: OrderId, amount: Amount, paid_on: ReceiptDay | None = None
) -> Payment:
    """Say that the customer paid you in cash, at the door. For makers; it counts once the treasurer confirms it.

    Raises DayOutOfRange, NotFound.
    """
    order = await orders.get(tx, order_id)
    actor.require(Right.RECORD_CASH, order.cooperative_id, own=roles_on(order, actor))
    payment = Payment(
        id=uuid7(),
        order_id=order.id,
        cooperative_id=order.cooperative_id,
        cents=amount.cents,
        paid_on=await day_of_money(tx, order, paid_on),
        method=SettlementMethod.CASH,
        recorded_by=actor.person,
        recorded_at=tx.now,
        state=ReceiptState.TO_CONFIRM,
    )
    await payments.add(tx, payment)
    await tell(tx, "payment.to_confirm", order.cooperative_id, payment.id, reference=order.reference)
    return payment


async def use_credit(
    tx: Tx, actor: Actor, *, order_id: OrderId, for_order_id: OrderId, amount: Amount | None = None
) -> Payment:
    """Use what is owed back on an order to pay another one of the same customer: no money moves. For the treasurer.

    Without an amount it is as much as is owed back and the other order can take. The order that owed it lists it as a
    repayment; the answer is the payment of the other one, and reversing that undoes both.

    Raises NothingOwed, NothingOpen, MoreThanLeft, RuleRefused for another customer, SecondPersonNeeded.
    """
    source, target = await locked_pair(tx, actor, Right.REFUND, order_id, for_order_id)
    by = await nobody_involved(tx, actor, source, "repay")
    await nobody_involved(tx, actor, target, "record_payment")
    payment = Payment(
        id=uuid7(),
        order_id=target.id,
        cooperative_id=target.cooperative_id,
        cents=used_for(source, target, amount.cents if amount else None),
        paid_on=tx.today,
        method=SettlementMethod.OTHER_ORDER,
        recorded_by=by,
        recorded_at=tx.now,
        from_order_id=source.id,
    )
    await book_receipt(tx, actor, target, payment)
    repayment = Repayment(
        id=uuid7(),
        order_id=source.id,
        cooperative_id=source.cooperative_id,
        cents=payment.cents,
        paid_on=tx.today,
        method=SettlementMethod.OTHER_ORDER,
        recorded_by=by,
        recorded_at=tx.now,
        payment_id=payment.id,
    )
    await repayments.add(tx, repayment)
    await tell(tx, "order.repaid", source.cooperative_id, source.id, reference=source.reference)
    after = replace(source, paid_cents=source.paid_cents - payment.cents)
    await save_money(tx, actor, source, after, "repay")
    return payment


async def move_payment(
    tx: Tx,
    actor: Actor,
    *,
    payment_id: PaymentId,
    verb: ReceiptVerb,
    reason: Reason = "",
    expected_version: Version | None = None,
) -> Payment:
    """Confirm cash that was paid at the door, which books it, or reject it with a reason. For the treasurer.

    Raises WrongState, Stale, ReasonNeeded, SecondPersonNeeded for whoever got it, the buyer and the makers.
    """
    found = await payments.get(tx, payment_id)
    order = await locked_for_money(tx, actor, find(RECEIPT, verb).right, found.order_id)
    payment = await payments.get(tx, payment_id, lock=True)
    expect(payment.version, expected_version)
    decided = decide(Case(payment, actor, tx.now), verb, reason)
    if decided.state is ReceiptState.RECORDED:
        await book_receipt(tx, actor, order, decided, known=True)
    await tell(tx, "payment.decided", order.cooperative_id, payment.id, reference=order.reference)
    return await payments.save(tx, decided)


@shows_private
@reads_by_id(orders, (payments, "order_id"))
async def list_payments(tx: Tx, actor: Actor, *, order_id: OrderId) -> list[Payment]:
    """The payments of an order, oldest first."""
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_PAYMENT, order.cooperative_id, own=roles_on(order, actor))
    return await payments.all(tx, order_id=order_id)
