"""Opening balances of a cooperative that was running already."""

from app.contract.operation import Noun
from app.contract.shape import Money, shape
from app.domain.books import opening as domain
from app.ids import JournalId
from app.usecases.books.opening import open_books


@shape(domain.OpeningReport)
class OpeningBalances:
    """The totals of the opening balances."""

    owned: Money
    """The total that it owns."""
    owed: Money
    """The total that it owes, or keeps for somebody."""
    pots: Money
    """The total of the savings pots."""
    members: int
    """The number of members in it."""
    totals: Money
    """The amount kept this year before remittance."""
    journal_id: JournalId | None
    """The journal that was booked; null after a dry run."""


opening = Noun("ledger")
opening.post("/cooperatives/{cooperative_id}/opening-balances", open_books, OpeningBalances)
