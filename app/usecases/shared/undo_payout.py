"""Undoes a payout to a creditor; and refuses to undo a debt that was paid."""

from app.db import ledger
from app.db.books.payables import payout_on
from app.db.books.payment_batches import payment_items
from app.db.books.payouts import payouts
from app.db.engine import Tx
from app.db.people.persons import lend_staff_view
from app.domain.books.payment_batches import PaymentItem
from app.domain.creditors import Creditor, CreditorKind
from app.domain.errors import ReverseThatFirst
from app.domain.ledger import AccountKind, Journal, JournalKind
from app.usecases.shared.remittances_paid import follow_payouts
from app.usecases.shared.undo import Undoing, negation_of, netted_since, post_reversal

DEBTS = (AccountKind.PAYABLE_SUPPLIER, AccountKind.PAYABLE_MEMBER, AccountKind.PAYABLE_COOPERATIVE)


async def undo_payout(tx: Tx, undoing: Undoing) -> None:
    """The creditor is owed as before; so is another cooperative, in its own books. A bank line is open again.

    Raises ReverseThatFirst if what two cooperatives owe each other was netted since.
    """
    payout = await payouts.get(tx, undoing.source_id)
    await _undo(tx, undoing, payout.creditor)


async def undo_item_journal(tx: Tx, undoing: Undoing) -> None:
    """The same of an item of a batch of payments."""
    await undo_item_payment(tx, undoing, await payment_items.get(tx, undoing.source_id))


async def undo_item_payment(tx: Tx, undoing: Undoing, item: PaymentItem) -> None:
    """The same of an item that is known."""
    await _undo(tx, undoing, item.creditor)


async def _undo(tx: Tx, undoing: Undoing, creditor: Creditor) -> None:
    if creditor.kind is CreditorKind.COOPERATIVE:
        await lend_staff_view(tx, creditor.id)
    source = undoing.journal.source_type, undoing.journal.source_id
    journals = await ledger.journals_of(tx, *source, JournalKind.PAYOUT)
    await netted_since(tx, undoing, journals)
    for journal in sorted(journals, key=lambda journal: journal.cooperative_id):
        await post_reversal(tx, undoing, await negation_of(tx, journal), journal)
    if creditor.kind is CreditorKind.MUNICIPALITY:
        await follow_payouts(tx, undoing.cooperative_id, creditor.id, undoing.day)


async def not_paid_since(tx: Tx, journal: Journal) -> None:
    """Raises ReverseThatFirst if a creditor has been paid what this journal, which is undone by now, owed them."""
    owed = any(entry.account_kind in DEBTS and entry.cents > 0 for entry in journal.entries)
    payout_id = await payout_on(tx, journal.id) if owed else None
    if payout_id is not None:
        raise ReverseThatFirst(kind=JournalKind.PAYOUT, journal_id=str(payout_id))
