"""Credits lower the price of an order; repayments give back what is owed. Both are for the treasurer."""

from typing import Annotated

from pydantic import Field

from app.db.engine import Tx, uuid7
from app.db.platform.outbox import tell
from app.db.selling.credits import add_credit, repayments
from app.db.selling.credits import credits as credit_store
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import ReasonNeeded, RuleRefused
from app.domain.ledger import JournalKind
from app.domain.selling.credits import Credit, Wanted, amount_off, credit_lines, credited, lines_off
from app.domain.selling.orders import OrderState, roles_on
from app.domain.selling.payments import PaymentMethod
from app.domain.selling.repayments import Repayment
from app.ids import OrderId, OrderLineId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared.book_assignment import lower_assignment
from app.usecases.shared.book_credit import lower
from app.usecases.shared.book_repayment import book_repayment
from app.usecases.shared.issue import note_credit
from app.usecases.shared.order_money import day_of_money, locked_for_money, nobody_involved, save_money
from app.vocabulary import Amount, Doc, Form, PastDay, Quantity, Reason

MOST_LINES = 100


class CreditLineInput(Form):
    """The credited part of a line: a number of its units, or an amount as the line shows its price."""

    order_line_id: OrderLineId
    quantity: Annotated[Quantity | None, Doc("The units that are credited.")] = None
    amount: Annotated[Amount | None, Doc("The amount that is credited, in place of units.")] = None

    @property
    def wanted(self) -> Wanted:
        """The line as the domain's type. Raises RuleRefused unless it names units or an amount, and not both."""
        if (self.quantity is None) == (self.amount is None):
            raise RuleRefused(rule="quantity_or_amount", value=str(self.order_line_id))
        return Wanted(self.order_line_id, self.quantity, self.amount.cents if self.amount else None)


CreditLines = Annotated[
    list[CreditLineInput],
    Field(min_length=1, max_length=MOST_LINES),
    Doc("The lines that are credited; without them, all lines."),
]
CreditAmount = Annotated[Amount, Doc("The amount with VAT, shared over what is left of all lines; without it, all.")]
PaidBackDay = Annotated[PastDay, Doc("The day on which the money left; today if it is left out.")]


async def credit_order(
    tx: Tx,
    actor: Actor,
    *,
    order_id: OrderId,
    reason: Reason,
    amount: CreditAmount | None = None,
    lines: CreditLines | None = None,
) -> Credit:
    """Lower the price of an order, by line or as a whole, with its VAT and its shares. For the treasurer.

    Costs stay owed. Money paid beyond the new price is owed back: a repayment gives it back. An invoiced order
    gets a credit note.

    Raises NothingOpen, MoreThanLeft, ReasonNeeded, RuleRefused for lines together with an amount, SecondPersonNeeded
    for the buyer and the makers.
    """
    order = await locked_for_money(tx, actor, Right.REFUND, order_id)
    by = await nobody_involved(tx, actor, order, "credit")
    if not reason.strip():
        raise ReasonNeeded(verb="credit")
    if lines and amount is not None:
        raise RuleRefused(rule="lines_or_amount", value=order.reference)
    if order.assignment_id is not None and order.state is not OrderState.COMPLETED:
        raise RuleRefused(rule="credit_after_approval", value=order.reference)
    cents = amount.cents if amount else None
    off = lines_off(order, [line.wanted for line in lines]) if lines else amount_off(order, cents)
    credit_id = uuid7()
    taken = credit_lines(credit_id, order, off)
    credit = Credit(
        id=credit_id,
        order_id=order.id,
        cooperative_id=order.cooperative_id,
        net_cents=sum(line.net_cents for line in taken),
        vat_cents=sum(line.vat_cents for line in taken),
        day=tx.today,
        reason=reason,
        credited_by=by,
        credited_at=tx.now,
        lines=taken,
    )
    after = credited(order, taken)
    await add_credit(tx, credit)
    if order.assignment_id is not None:
        after = await lower_assignment(tx, order, after, credit)
    else:
        after = await note_credit(tx, after, credit)
        after = await lower(tx, order, after, JournalKind.CREDIT, ("credit", credit.id))
    await tell(tx, "order.refunded", order.cooperative_id, order.id, reference=order.reference)
    await save_money(tx, actor, order, after, "credit", reason)
    return credit


@shows_private
@reads_by_id(orders, (credit_store, "order_id"))
async def list_credits(tx: Tx, actor: Actor, *, order_id: OrderId) -> list[Credit]:
    """The credits of an order, oldest first."""
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_PAYMENT, order.cooperative_id, own=roles_on(order, actor))
    return await credit_store.all(tx, order_id=order_id)


async def repay_order(
    tx: Tx,
    actor: Actor,
    *,
    order_id: OrderId,
    amount: Amount | None = None,
    paid_on: PaidBackDay | None = None,
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
) -> Repayment:
    """Record that money went back to the customer: what is owed back or, until there is a sale, what was paid.

    The price is due again as far as its money went back. Without an amount it is all that is owed back. For the
    treasurer.

    Raises NothingOwed, MoreThanLeft, DayOutOfRange, SecondPersonNeeded for the buyer and the makers.
    """
    order = await locked_for_money(tx, actor, Right.REFUND, order_id)
    return await book_repayment(
        tx, actor, order, amount.cents if amount else None, await day_of_money(tx, order, paid_on), method=method
    )


@shows_private
@reads_by_id(orders, (repayments, "order_id"))
async def list_repayments(tx: Tx, actor: Actor, *, order_id: OrderId) -> list[Repayment]:
    """The money that went back for an order, oldest first."""
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_PAYMENT, order.cooperative_id, own=roles_on(order, actor))
    return await repayments.all(tx, order_id=order_id)
