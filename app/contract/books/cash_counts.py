"""Counts of cash."""

from datetime import date, datetime

from app.contract.operation import Key, Noun
from app.contract.shape import Money, cents, shape
from app.domain.books import cash_counts as domain
from app.ids import CashCountId, CooperativeId, PersonId
from app.usecases.books.cash_counts import count_cash, list_cash_counts


@shape(domain.CashCount)
class CashCount:
    """What was in the till at the end of a day."""

    id: CashCountId
    cooperative_id: CooperativeId
    """The cooperative whose cash it is."""
    counted_on: date
    """The day."""
    amount: Money = cents("cents")
    """The amount in the till."""
    expected: Money
    """The amount by the books."""
    difference: Money
    """The amount that was there beyond the books or, if negative, was missing. The fund has or bears it."""
    counted_by: PersonId
    """The person who counted it."""
    counted_at: datetime
    """When it was recorded."""
    version: int


OF_ONE = "/cooperatives/{cooperative_id}/cash-counts"
cash_counts = Noun("cash_counts")
cash_counts.get(OF_ONE, list_cash_counts, CashCount)
cash_counts.post(OF_ONE, count_cash, CashCount, key=Key.KEPT)
