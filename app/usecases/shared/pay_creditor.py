"""Books money that goes to a creditor."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.db import ledger
from app.db.books.payables import lock_payables, owed_to
from app.db.books.payouts import payouts
from app.db.engine import Tx, uuid7
from app.db.people.persons import lend_staff_view
from app.db.selling.orders import orders
from app.domain.actors import Actor
from app.domain.books.payables import check_owed
from app.domain.books.payouts import Payout, PayoutMethod, method_of, payout_legs, receipt_legs
from app.domain.creditors import Creditor, CreditorAccount, CreditorKind
from app.domain.errors import NotFound
from app.domain.ledger import JournalKind, Leg, Posting
from app.domain.money_place import MoneyPlace
from app.domain.selling.payments import PaymentMethod
from app.usecases.shared.book_repayment import book_repayment
from app.usecases.shared.order_money import open_for_money
from app.usecases.shared.remittances_paid import follow_payouts

Source = tuple[str, UUID]


async def pay_creditor(
    tx: Tx,
    actor: Actor,
    cooperative_id: UUID,
    creditor: Creditor,
    cents: int,
    day: date,
    place: MoneyPlace,
    *,
    payout_id: UUID | None = None,
    bank_line_id: UUID | None = None,
    reason: str = "",
) -> Payout:
    """Books `cents` that went to a creditor from a place. Another cooperative gets it in its own books, too.

    To a customer it is a repayment of their order. Raises NotFound, NothingOwed for more than is owed, InBatch,
    SecondPersonNeeded for the buyer and the makers of an order.
    """
    account = await check_payable(tx, cooperative_id, creditor, cents)
    payout = Payout(
        id=payout_id or uuid7(),
        cooperative_id=cooperative_id,
        creditor_kind=creditor.kind,
        creditor_id=creditor.id,
        cents=cents,
        paid_on=day,
        method=method_of(place),
        recorded_by=actor.person,
        recorded_at=tx.now,
        reason=reason,
        bank_line_id=bank_line_id,
    )
    await payouts.add(tx, payout)
    if creditor.kind is CreditorKind.CUSTOMER:
        await pay_customer(
            tx,
            actor,
            creditor.id,
            cents,
            day,
            method=payout.method,
            journal_id=payout.id,
            bank_line_id=bank_line_id,
        )
    else:
        legs = payout_legs(account, cents, place)
        source = ("payout", payout.id)
        await book_payment(tx, payout.id, cooperative_id, source, day, legs)
        if creditor.kind is CreditorKind.COOPERATIVE and creditor.id != cooperative_id:
            await book_receipt_there(tx, cooperative_id, creditor.id, cents, payout.method, source, day)
        await still_owed(tx, cooperative_id, (creditor,))
    if creditor.kind is CreditorKind.MUNICIPALITY:
        await follow_payouts(tx, cooperative_id, creditor.id, day)
    return payout


async def check_payable(
    tx: Tx, cooperative_id: UUID, creditor: Creditor, cents: int, *, invoiced_cents: int = 0
) -> CreditorAccount:
    """The account of a creditor who is owed so much that no open batch is to pay. Nobody else pays creditors then.

    At least `invoiced_cents` count as owed.

    Raises NotFound, NothingOwed, InBatch.
    """
    await lock_payables(tx, cooperative_id)
    found = (await owed_to(tx, cooperative_id, (creditor,))).get(creditor)
    if found is None:
        raise NotFound
    replace(found, balance_cents=max(found.balance_cents, invoiced_cents)).check(cents)
    return found.account


async def still_owed(tx: Tx, cooperative_id: UUID, creditors: Sequence[Creditor]) -> None:
    """Raises NothingOwed if somebody else lowered a debt meanwhile, so that more is paid than was owed."""
    for owed in (await owed_to(tx, cooperative_id, creditors)).values():
        check_owed(0, owed.balance_cents)


async def book_payment(
    tx: Tx, journal_id: UUID, cooperative_id: UUID, source: Source, day: date, legs: tuple[Leg, ...], part: int = 1
) -> None:
    """Posts a journal of money that goes to a creditor."""
    await ledger.post(
        tx,
        Posting(
            id=journal_id,
            cooperative_id=cooperative_id,
            kind=JournalKind.PAYOUT,
            source_type=source[0],
            source_id=source[1],
            part=part,
            effective_on=day,
            legs=legs,
        ),
    )


async def book_receipt_there(
    tx: Tx, debtor_id: UUID, creditor_id: UUID, cents: int, method: PayoutMethod, source: Source, day: date
) -> None:
    """Another cooperative gets the money, in its own books."""
    await lend_staff_view(tx, creditor_id)
    legs = receipt_legs(debtor_id, cents, method)
    await book_payment(tx, uuid7(), creditor_id, source, day, legs, part=2)


async def pay_customer(
    tx: Tx,
    actor: Actor,
    order_id: UUID,
    cents: int,
    day: date,
    *,
    method: PayoutMethod,
    journal_id: UUID,
    bank_line_id: UUID | None = None,
) -> None:
    """Books what goes back to the customer of an order. Raises NothingOwed, SecondPersonNeeded."""
    order = open_for_money(tx, await orders.get(tx, order_id, lock=True))
    check_owed(cents, order.owed_back_cents)
    await book_repayment(
        tx,
        actor,
        order,
        cents,
        day,
        method=PaymentMethod.CASH if method is PayoutMethod.CASH else PaymentMethod.BANK_TRANSFER,
        bank_line_id=bank_line_id,
        journal_id=journal_id,
    )
