"""Items of payment batches: booked when their batch is sent, undone if the bank refuses one or it comes back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.db import ledger
from app.db.books.payables import debts_to
from app.db.books.payment_batches import payment_batches, payment_items
from app.db.engine import Tx, uuid7
from app.domain.actors import Actor
from app.domain.books.payables import Owed
from app.domain.books.payment_batches import BatchState, ItemState, PaymentItem
from app.domain.books.payment_purposes import purpose
from app.domain.books.payouts import PayoutMethod, payout_legs
from app.domain.creditors import Creditor, CreditorKind
from app.domain.errors import WrongState
from app.domain.ledger import Journal, JournalKind
from app.domain.money_place import AT_BANK
from app.usecases.shared.pay_creditor import book_payment, book_receipt_there, pay_customer
from app.usecases.shared.remittances_paid import follow_payouts
from app.usecases.shared.undo import Undoing
from app.usecases.shared.undo_payment import undo_repayment
from app.usecases.shared.undo_payout import undo_item_payment

UNDER_WAY = (ItemState.OPEN, ItemState.SENT)


async def with_texts(
    tx: Tx, items: Sequence[PaymentItem], owed: Mapping[Creditor, Owed], name: str
) -> list[PaymentItem]:
    """New items of a batch, each with a text: that of its maker, or else what it is for.

    `name` is that of the cooperative. `owed` is what the creditors were owed before.
    """
    creditors = list(dict.fromkeys(item.creditor for item in items))
    debts = await debts_to(tx, items[0].cooperative_id, creditors)
    before = Counter({creditor: owed[creditor].in_batch_cents for creditor in creditors})
    found = []
    for item in items:
        who = item.creditor
        default = owed[who].order_reference or name
        said = purpose(debts.get(who, ()), item.cents, before_cents=before[who], default=default)
        found.append(replace(item, text=item.text or said))
        before[who] += item.cents
    return found


async def book_item(tx: Tx, actor: Actor, item: PaymentItem, owed: Mapping[Creditor, Owed], day: date) -> None:
    """Books an item that is sent: its journal has its id, and the money is on its way."""
    if item.creditor_kind is CreditorKind.CUSTOMER:
        await pay_customer(tx, actor, item.creditor_id, item.cents, day, method=PayoutMethod.BANK, journal_id=item.id)
        return
    source = ("payment_item", item.id)
    legs = payout_legs(owed[item.creditor].account, item.cents, AT_BANK)
    await book_payment(tx, item.id, item.cooperative_id, source, day, legs)
    if item.creditor_kind is CreditorKind.COOPERATIVE and item.creditor_id != item.cooperative_id:
        await book_receipt_there(tx, item.cooperative_id, item.creditor_id, item.cents, PayoutMethod.BANK, source, day)
    if item.creditor_kind is CreditorKind.MUNICIPALITY:
        await follow_payouts(tx, item.cooperative_id, item.creditor_id, day)


async def undo_item(tx: Tx, actor: Actor, item: PaymentItem, day: date, reason: str) -> None:
    """The creditor is owed it again; what was on its way is not any more."""
    undoing = Undoing(
        journal=await ledger.get_journal(tx, item.id),
        id=uuid7(),
        day=day,
        reason=reason,
        actor=actor,
    )
    if item.creditor_kind is CreditorKind.CUSTOMER:
        await undo_repayment(tx, undoing)
    else:
        await undo_item_payment(tx, undoing, item)


async def item_went_out(tx: Tx, item_id: UUID) -> None:
    """A line of a statement says that an item went out; the line is booked by whoever matched it.

    Raises WrongState if it is not under way.
    """
    await _follow(tx, item_id, (ItemState.SENT,), ItemState.PAID)


async def item_did_not_go_out(tx: Tx, item_id: UUID) -> None:
    """That line was matched wrongly: the item is on its way again. Raises WrongState."""
    await _follow(tx, item_id, (ItemState.PAID,), ItemState.SENT)


async def item_came_back(tx: Tx, actor: Actor, item_id: UUID, day: date, reason: str = "") -> None:
    """A line of a statement brings an item back: its journal is undone, so the creditor is owed it again.

    The line itself goes from `suspense` to the account in transit of the item, booked by whoever matched it; so it does
    not matter which of both lines comes first. Raises WrongState if it came back already.
    """
    item = await _follow(tx, item_id, (ItemState.SENT, ItemState.PAID), ItemState.RETURNED)
    await undo_item(tx, actor, item, day, reason)


async def item_undone(tx: Tx, journal: Journal) -> None:
    """The item of a journal that people undid, if it is of one: the bank did not take it.

    Raises WrongState, also if a part of it went out.
    """
    if journal.kind not in (JournalKind.PAYOUT, JournalKind.REPAYMENT):
        return
    item = await payment_items.find(tx, lock=True, id=journal.id)
    if item is not None and item.went_out:
        raise WrongState(verb="refuse", state=item.state, possible=[], reason="payment_went_out")
    if item is not None:
        await _follow(tx, item.id, (ItemState.SENT,), ItemState.REFUSED)


async def save_refused(tx: Tx, item: PaymentItem) -> PaymentItem:
    """Saves an item that the bank did not take; its batch may be done with that."""
    saved = await payment_items.save(tx, item)
    await _end_batch(tx, item.batch_id)
    return saved


async def _follow(tx: Tx, item_id: UUID, before: tuple[ItemState, ...], after: ItemState) -> PaymentItem:
    item = await payment_items.get(tx, item_id, lock=True)
    if item.state not in before:
        raise WrongState(verb="match", state=item.state, possible=[])
    moved = await payment_items.save(tx, replace(item, state=after))
    await _end_batch(tx, item.batch_id)
    return moved


async def _end_batch(tx: Tx, batch_id: UUID) -> None:
    """A sent batch is done once none of its items is under way; it is not, if one is again."""
    batch = await payment_batches.plain.get(tx, batch_id, lock=True)
    left = await payment_items.all(tx, batch_id=batch_id, state=UNDER_WAY)
    if batch.state is BatchState.SENT and not left:
        await payment_batches.save(tx, replace(batch, state=BatchState.DONE))
    elif batch.state is BatchState.DONE and left:
        await payment_batches.save(tx, replace(batch, state=BatchState.SENT))
