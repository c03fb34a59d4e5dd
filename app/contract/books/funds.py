"""Restricted funds."""

from app.contract.ledger import Journal
from app.contract.operation import Noun
from app.contract.shape import Money, shape
from app.domain.books import funds as domain
from app.ids import CooperativeId, FundId
from app.usecases.books.funds import add_fund, donate, get_fund, list_funds, spend_fund


@shape(domain.Fund)
class RestrictedFund:
    """Money that may be spent on named purposes only."""

    id: FundId
    cooperative_id: CooperativeId
    """The cooperative that keeps it."""
    title: str
    """The name."""
    purposes: list[str]
    """The purposes that it may be spent on."""
    balance: Money
    """The balance."""
    version: int


funds = Noun("funds")
funds.get("/cooperatives/{cooperative_id}/funds", list_funds, RestrictedFund)
funds.post("/cooperatives/{cooperative_id}/funds", add_fund, RestrictedFund, opens="/funds")
funds.get("/funds/{fund_id}", get_fund, RestrictedFund)
funds.post("/funds/{fund_id}/donations", donate, Journal)
funds.post("/funds/{fund_id}/expenses", spend_fund, Journal)
