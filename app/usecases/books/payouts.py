"""Payouts: the treasurer records money that went to a creditor."""

from typing import Annotated

from app.db.books.payouts import payouts
from app.db.engine import Tx
from app.db.people.cooperatives import books_from, cooperatives
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.payment_batches import check_maker
from app.domain.books.payouts import Payout, PayoutMethod, place_of
from app.domain.creditors import CreditorKind
from app.domain.days import check_day
from app.domain.page import Page, PageRequest
from app.ids import AnyId, CooperativeId, PayoutId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared.creditors import Payee
from app.usecases.shared.pay_creditor import pay_creditor
from app.vocabulary import Amount, Doc, PastDay, Reason

PaidAmount = Annotated[Amount, Doc("The amount: at most what the creditor is owed.")]
PaidOutDay = Annotated[PastDay, Doc("The day on which the money left; today if it is left out.")]


async def record_payout(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    creditor: Payee,
    amount: PaidAmount,
    paid_on: PaidOutDay | None = None,
    method: PayoutMethod = PayoutMethod.BANK,
    reason: Reason = "",
) -> Payout:
    """Record money that went to a creditor, at the bank or in cash. It pays the oldest debt first. For the treasurer.

    To a customer it is a repayment of what their order is owed back. Another cooperative gets it in its books, too.

    Raises NotFound, NothingOwed for more than is owed, InBatch, DayOutOfRange, SecondPersonNeeded for the member who is
    paid, and for the buyer and the makers of an order.
    """
    await cooperatives.plain.get(tx, cooperative_id)
    actor.require(Right.PAY_OUT, cooperative_id)
    check_maker(actor, (creditor.creditor,), ())
    day = check_day("paid_on", paid_on or tx.today, await books_from(tx, cooperative_id), tx.today)
    return await pay_creditor(
        tx, actor, cooperative_id, creditor.creditor, amount.cents, day, place_of(method), reason=reason
    )


@shows_private
async def list_payouts(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    page: PageRequest,
    creditor_kind: CreditorKind | None = None,
    creditor_id: AnyId | None = None,
) -> Page[Payout]:
    """The money that went to creditors of a cooperative, newest first. For the staff."""
    await cooperatives.plain.get(tx, cooperative_id)
    actor.require(Right.READ_PAYOUT, cooperative_id)
    return await payouts.page(
        tx, page, cooperative_id=cooperative_id, creditor_kind=creditor_kind, creditor_id=creditor_id
    )


@shows_private
@reads_by_id(payouts)
async def get_payout(tx: Tx, actor: Actor, *, payout_id: PayoutId) -> Payout:
    """One payout. For the staff. Raises NotFound."""
    found = await payouts.get(tx, payout_id)
    actor.require(Right.READ_PAYOUT, found.cooperative_id)
    return found
