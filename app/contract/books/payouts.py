"""Money that went to creditors."""

from datetime import date, datetime

from app.contract.creditors import Creditor
from app.contract.operation import Noun
from app.contract.shape import Money, cents, computed, shape
from app.domain.books import payouts as domain
from app.domain.books.payouts import PayoutMethod
from app.ids import AnyId, CooperativeId, JournalId, PayoutId
from app.usecases.books import payouts as usecases


@shape(domain.Payout)
class Payout:
    """Money that went to a creditor."""

    id: PayoutId
    cooperative_id: CooperativeId
    """The cooperative that paid."""
    creditor: Creditor
    """The creditor."""
    amount: Money = cents("cents")
    """The amount."""
    paid_on: date
    """The day on which the money left."""
    method: PayoutMethod
    """How it left."""
    reason: str
    """The reason, if one was given."""
    recorded_at: datetime
    """When it was recorded."""
    bank_line_id: AnyId | None
    """The line of a bank statement that it went by, if it was matched with one."""
    journal_id: JournalId = computed(lambda payout, _: payout.id)
    """The journal that books it, which can be reversed."""
    reversed_on: date | None
    """The day on which it was undone."""


THERE = "/cooperatives/{cooperative_id}/payouts"
payouts = Noun("payouts")
payouts.get(THERE, usecases.list_payouts, Payout)
payouts.post(THERE, usecases.record_payout, Payout, opens="/payouts")
payouts.get("/payouts/{payout_id}", usecases.get_payout, Payout)
