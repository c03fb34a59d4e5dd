"""Opening balances of a cooperative that runs already."""

from app.contract.operation import Noun
from app.contract.shape import Money, shape
from app.domain.books import opening as domain
from app.ids import JournalId
from app.usecases.books.opening import open_books


@shape(domain.OpeningReport)
class OpeningBalances:
    """What the cooperative brings along, added up."""

    owned: Money
    """What it has."""
    owed: Money
    """What it owes, or keeps for somebody."""
    pots: Money
    """What is in the savings pots."""
    members: int
    """How many members are named."""
    totals: Money
    """What was kept this year before remittance."""
    journal_id: JournalId | None
    """The journal that was booked; null after a dry run."""


opening = Noun("ledger")
opening.post("/cooperatives/{cooperative_id}/opening-balances", open_books, OpeningBalances)
