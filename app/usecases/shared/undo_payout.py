"""Undoes a payout to a creditor; and refuses to undo a debt that was paid."""

from app.db import ledger
from app.db.books.payables import payout_on
from app.db.books.payouts import payouts
from app.db.engine import Tx
from app.db.people.persons import lend_staff_view
from app.domain.creditors import CreditorKind
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
    if payout.creditor_kind is CreditorKind.COOPERATIVE:
        await lend_staff_view(tx, payout.creditor_id)
    journals = await ledger.journals_of(tx, "payout", payout.id, JournalKind.PAYOUT)
    await netted_since(tx, undoing, journals)
    for journal in sorted(journals, key=lambda journal: journal.cooperative_id):
        await post_reversal(tx, undoing, await negation_of(tx, journal), journal)
    if payout.creditor_kind is CreditorKind.MUNICIPALITY:
        await follow_payouts(tx, payout.cooperative_id, payout.creditor_id, undoing.day)


async def not_paid_since(tx: Tx, journal: Journal) -> None:
    """Raises ReverseThatFirst if a creditor has been paid what this journal, which is undone by now, owed them."""
    owed = any(entry.account_kind in DEBTS and entry.cents > 0 for entry in journal.entries)
    payout_id = await payout_on(tx, journal.id) if owed else None
    if payout_id is not None:
        raise ReverseThatFirst(kind=JournalKind.PAYOUT, journal_id=str(payout_id))
