"""Undoes what was recorded about the money of an order by mistake: payments, repayments, credits, bad debts, costs."""

from dataclasses import replace
from uuid import UUID

from app.db import ledger
from app.db.books.bills import bills
from app.db.earning.costs import claims
from app.db.engine import Tx
from app.db.platform.outbox import tell
from app.db.selling.credits import credits as credit_store
from app.db.selling.credits import repayments, write_offs
from app.db.selling.orders import orders
from app.db.selling.payments import payments
from app.domain.actors import Actor
from app.domain.books.corrections import Reversal
from app.domain.earning.costs import CostBearer, undecided
from app.domain.errors import AlreadySettled, NotReversible, SecondPersonNeeded
from app.domain.ledger import AccountKind, Journal, JournalKind, Leg
from app.domain.selling.charged import about, to_share_leg
from app.domain.selling.credits import of_other_vat, uncredited
from app.domain.selling.orders import CALLED_OFF, Order, due_for_sale
from app.domain.selling.payments import reverse, undo_receipt, undone
from app.domain.selling.repayments import Repayment
from app.domain.selling.write_offs import WriteOffState
from app.usecases.shared.book_credit import lower, recharge
from app.usecases.shared.book_order import Reverses, costs_of, post_of_order
from app.usecases.shared.book_sale import book_alone, settle, unsettle
from app.usecases.shared.issue import invoice_again
from app.usecases.shared.order_money import nobody_involved, open_for_money, save_money
from app.usecases.shared.owed_back import set_off
from app.usecases.shared.small_business import count_again, lock_count
from app.usecases.shared.undo import Undoing, negation_of, post_reversal
from app.usecases.shared.undo_job_credit import customers_credit, undo_job_credit


async def sides_of_write_off(_: Tx, journal: Journal) -> tuple[UUID, ...]:
    """The cooperative twice: two of its people agree, as one proposed the write-off and another one confirmed it."""
    return (journal.cooperative_id, journal.cooperative_id)


async def sides_of_cost(tx: Tx, journal: Journal) -> tuple[UUID, ...]:
    """The cooperative twice if a third person confirmed the claim; otherwise nobody else has to agree."""
    claim = await claims.get(tx, journal.source_id)
    return (journal.cooperative_id, journal.cooperative_id) if claim.confirmed_by is not None else ()


async def not_about_oneself(tx: Tx, actor: Actor, reversal: Reversal) -> None:
    """Raises SecondPersonNeeded for whoever it is about: buyer, makers, debtor, who claimed a cost or sent a bill."""
    if reversal.kind is JournalKind.DEBT_WRITE_OFF:
        if actor.as_member(*reversal.about_ids):
            raise SecondPersonNeeded(verb="decline")
        return
    if reversal.kind is JournalKind.BILL:
        if (await bills.get(tx, reversal.source_id)).member_id in actor.member_ids():
            raise SecondPersonNeeded(verb="decline")
        return
    if reversal.kind is JournalKind.COST:
        claim = await claims.get(tx, reversal.source_id)
        order_id, own = claim.order_id, claim.claimed_by == actor.person
    else:
        order_id, own = (await write_offs.get(tx, reversal.source_id)).order_id, False
    await nobody_involved(tx, actor, await orders.get(tx, order_id), "decline")
    if own:
        raise SecondPersonNeeded(verb="decline")


async def undo_payment(tx: Tx, undoing: Undoing) -> None:
    """The order without the payment. If the sale is not paid any more, it is taken back.

    Raises AlreadySettled for a payment that was undone, PaidBackAlready if its money went back to the customer,
    SecondPersonNeeded for the buyer and for whoever did the work.
    """
    found = await payments.get(tx, undoing.source_id)
    order_ids = sorted({found.order_id, found.from_order_id or found.order_id})
    locked = {one: open_for_money(tx, await orders.get(tx, one, lock=True)) for one in order_ids}
    order = locked[found.order_id]
    payment = await payments.get(tx, found.id, lock=True)
    used = await repayments.find(tx, payment_id=payment.id, lock=True) if payment.from_order_id else None
    for one in locked.values():
        await nobody_involved(tx, undoing.actor, one, "reverse_payment")
    reversed_payment = reverse(payment, by=undoing.actor.person, on=undoing.day, reason=undoing.reason)
    legs = await ledger.legs_of(tx, undoing.journal)
    after, credit = undo_receipt(order, payment, legs)
    if credit or used is not None:
        await book_alone(tx, *locked.values())
    # The earnings of an assignment do not depend on the customer's payment.
    if order.assignment_id is None and after.due_cents:
        after = await unsettle(tx, after)
    await set_off(tx, after, ("payment", payment.id), credit)
    await post_reversal(tx, undoing, undone(legs))
    after = await recharge(tx, order, after, undoing.day)
    await tell(tx, "order.payment_reversed", order.cooperative_id, order.id, reference=order.reference)
    await save_money(tx, undoing.actor, order, after, "reverse_payment", undoing.reason)
    await payments.save(tx, reversed_payment)
    if used is not None:
        await _came_back(tx, undoing, locked[used.order_id], used, payment.cents)


async def undo_repayment(tx: Tx, undoing: Undoing) -> None:
    """The money is still there: it pays the price again, or is owed back. Raises as `undo_payment` does."""
    found = await repayments.get(tx, undoing.source_id)
    order = open_for_money(tx, await orders.get(tx, found.order_id, lock=True))
    repayment = await repayments.get(tx, found.id, lock=True)
    await nobody_involved(tx, undoing.actor, order, "reverse_repayment")
    if repayment.reversed_on is not None:
        raise AlreadySettled(what="payment")
    if due_for_sale(replace(order, paid_cents=order.paid_cents + repayment.cents)):
        await book_alone(tx, order)
    legs = await negation_of(tx, undoing.journal)
    await post_reversal(tx, undoing, legs)
    owed = sum(leg.cents for leg in legs if leg.kind is AccountKind.CUSTOMER_CREDIT)
    await _came_back(tx, undoing, order, repayment, owed)


async def _came_back(tx: Tx, undoing: Undoing, order: Order, repayment: Repayment, owed: int) -> None:
    """What went back did not: it pays the price again, or is owed back, as `owed` cents of it are booked already."""
    after = replace(order, paid_cents=order.paid_cents + repayment.cents)
    await set_off(tx, after, ("repayment", repayment.id), order.owed_back_cents + owed - after.owed_back_cents)
    after = await settle(tx, await recharge(tx, order, after, undoing.day))
    await save_money(tx, undoing.actor, order, after, "reverse_repayment", undoing.reason)
    done = replace(
        repayment,
        reversed_on=undoing.day,
        reversed_by=undoing.actor.person,
        reason=undoing.reason,
    )
    await repayments.save(tx, done)


async def undo_credit(tx: Tx, undoing: Undoing) -> None:
    """The price is as it was before the credit, and so are VAT and shares; the customer owes it again.

    Of a job, all cooperatives undo it together. Raises AlreadySettled, SecondPersonNeeded, NotReversible for an order
    that is called off and for a credit of before a supply with other VAT, ReverseThatFirst as `undo_job_credit` does.
    """
    found = await customers_credit(tx, undoing.source_id)
    order = open_for_money(tx, await orders.get(tx, found.order_id, lock=True))
    await nobody_involved(tx, undoing.actor, order, "reverse_credit")
    if order.state in CALLED_OFF:
        raise NotReversible(kind=undoing.journal.kind, how="order")
    if found.reversed_on is not None:
        raise AlreadySettled(what="credit")
    if of_other_vat(order, found):
        raise NotReversible(kind=undoing.journal.kind, how="other_vat")
    counted = await lock_count(tx, order)
    if order.assignment_id is not None:
        after = await undo_job_credit(tx, undoing, order, found)
    else:
        after = await _again(tx, undoing, order, await invoice_again(tx, uncredited(order, found), found))
    await credit_store.save(tx, replace(found, reversed_on=undoing.day))
    if counted is not None:
        await count_again(tx, after, counted)
    await save_money(tx, undoing.actor, order, after, "reverse_credit", undoing.reason)


async def undo_write_off(tx: Tx, undoing: Undoing) -> None:
    """The customer owes it again, as far as nothing lowered the write-off since.

    Raises as `undo_credit` does, AlreadySettled if all of it was paid or credited since.
    """
    found = await write_offs.get(tx, undoing.source_id, lock=True)
    order = open_for_money(tx, await orders.get(tx, found.order_id, lock=True))
    await nobody_involved(tx, undoing.actor, order, "reverse_write_off")
    if found.state is not WriteOffState.CONFIRMED or order.state in CALLED_OFF:
        raise NotReversible(kind=undoing.journal.kind, how="order")
    if not order.written_off_cents:
        # Money or a credit took its place: there is nothing that could be due again.
        raise AlreadySettled(what="write_off")
    left = max(0, order.written_off_cents - found.cents)
    after = await _again(tx, undoing, order, replace(order, written_off_cents=left))
    await write_offs.save(tx, replace(found, state=WriteOffState.REVERSED))
    await save_money(tx, undoing.actor, order, after, "reverse_write_off", undoing.reason)


async def _again(tx: Tx, undoing: Undoing, before: Order, after: Order) -> Order:
    """Books a price that is higher again, and takes back a sale that is not paid any more."""
    by = Reverses(undoing.journal.id, undoing.id)
    kind = JournalKind(f"{undoing.journal.kind}_reversal")
    source = (undoing.journal.source_type, undoing.journal.source_id)
    part = undoing.journal.part
    if before.assignment_id is None and after.due_cents:
        after = await unsettle(tx, after)
    return await lower(tx, before, after, kind, source, part=part, reverses=by)


async def undo_cost(tx: Tx, undoing: Undoing) -> None:
    """The claim waits for a decision again; a sale that it was taken from is taken back until then.

    Raises NotReversible for the costs of a job, SecondPersonNeeded for who claimed it or did the work.
    """
    claim = await claims.get(tx, undoing.source_id)
    order = await orders.get(tx, claim.order_id, lock=True)
    claim = await claims.get(tx, claim.id, lock=True)
    await nobody_involved(tx, undoing.actor, order, "reverse_cost")
    if claim.claimed_by == undoing.actor.person:
        raise SecondPersonNeeded(verb="reverse_cost")
    if due_for_sale(order):
        await book_alone(tx, order)
    after = await unsettle(tx, order) if claim.borne_by is CostBearer.EARNING else order
    await post_reversal(tx, undoing, await negation_of(tx, undoing.journal))
    await claims.save(tx, undecided(claim))
    if claim.off_earning_cents and not order.earned_from_cents:
        # The fund bears the costs of an order of which nothing is left: those that a sale had, from now on; of others
        # it gets those back that were none.
        cents = claim.off_earning_cents if not order.settled else -await costs_of(tx, order)
        after = await _off_the_fund(tx, after, cents)
    await tell(tx, "claim.made", order.cooperative_id, claim.id, reference=order.reference)
    await orders.change(tx, order, await settle(tx, after))


async def _off_the_fund(tx: Tx, order: Order, cents: int) -> Order:
    """The fund bears that much less of the costs of an order of which nothing is left; more, if it is below zero."""
    if not cents:
        return order
    part = order.charge_parts + 1
    rule = "costs_of_nothing"
    fund = Leg(kind=AccountKind.COOPERATIVE_FUND, cents=cents, rule=rule, facts=about(order))
    legs = (to_share_leg(order.id, -cents, rule), fund)
    await post_of_order(tx, order, JournalKind.CHARGE, ("order", order.id), part, tx.today, legs)
    return replace(order, charge_parts=part)
