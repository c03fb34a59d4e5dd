"""Purchases that a member asks to pay from the savings pot."""

from datetime import date, datetime

from app.contract.ledger import Journal
from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain.buying import spending as domain
from app.domain.buying.spending import SPENDING, SpendingState
from app.ids import AgreementId, CooperativeId, MemberId, SpendingRequestId
from app.usecases.buying import spending as usecases


@shape(domain.Lot)
class Lot:
    """The part of a purchase that was earned in one month."""

    month: date
    """The month, by its first day."""
    amount: Money = cents("cents")
    """The part that was earned in it."""


@shape(domain.Request)
class SpendingRequest:
    """A purchase that a member asks to have paid from their savings pot."""

    id: SpendingRequestId
    cooperative_id: CooperativeId
    """The cooperative of the member, which pays the supplier."""
    member_id: MemberId
    """The member whose pot pays."""
    purpose: str
    """The purpose of the purchase, as the agreement names it."""
    policy: str
    """The agreement's policy for this purpose at the request: `allowed` or `needs_municipal_consent`."""
    title: str
    """The goods or service to buy."""
    supplier: str
    """The supplier."""
    amount: Money = cents("cents")
    """The highest cost."""
    reserved: Money
    """The amount reserved in the pot now."""
    state: SpendingState
    requested_at: datetime
    """When it was requested."""
    consented_at: datetime | None
    """When the municipality consented, if it had to."""
    paid_on: date | None
    """The day on which the supplier was paid."""
    spent: Money | None
    """The real cost, by the receipt."""
    receipt: str
    """The receipt with which it was settled."""
    reason: str
    """The reason of the last step."""
    lots: list[Lot]
    """The months in which its money was earned, oldest first, once it is paid."""
    agreement_id: AgreementId
    """The version of the agreement that decides about it."""
    version: int
    available_transitions: list[Step] = steps("SpendingTransition", SPENDING)


ONE = "/spending-requests/{request_id}"
spending = Noun("spending")
spending.get("/cooperatives/{cooperative_id}/spending-requests", usecases.list_spending_requests, SpendingRequest)
spending.post(
    "/members/{member_id}/spending-requests", usecases.request_spending, SpendingRequest, opens="/spending-requests"
)
spending.post("/members/{member_id}/pot-settlements", usecases.settle_pot, Journal)
spending.get(ONE, usecases.get_spending_request, SpendingRequest)
spending.move(f"{ONE}/transitions", usecases.move_spending, SpendingRequest)
spending.post(f"{ONE}/payments", usecases.pay_spending, SpendingRequest)
spending.post(f"{ONE}/settlements", usecases.settle_spending, SpendingRequest)
