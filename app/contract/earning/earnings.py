"""What each order brought a member, and where every cent of it went."""

from datetime import date

from app.contract.ledger import Leg
from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain.earning import earnings as domain
from app.domain.earning.earnings import HELD, EarningState
from app.ids import AgreementId, CooperativeId, EarningId, JournalId, MemberId, OrderId
from app.usecases.earning.earnings import decide_held, get_earning, list_earnings


@shape(domain.Earning)
class Earning:
    """What one member earned with one order, or with one part of an assignment."""

    id: EarningId
    order_id: OrderId
    cooperative_id: CooperativeId
    """The cooperative that sold the work."""
    member_id: MemberId
    """Who did the work."""
    work_date: date
    """The day on which the work was done; the agreement of that day splits it."""
    net: Money
    """The price of the work without VAT."""
    costs: Money = cents("cost_cents")
    """The costs that are paid from it first."""
    kept: Money
    """What of it counts for the member's total of the year."""
    state: EarningState
    agreement_id: AgreementId | None
    """The version of the agreement that split it; null while it is pending."""
    journal_id: JournalId | None
    """The journal in which it was booked last."""
    held: Money
    """What is held until somebody decides."""
    held_because: str | None
    """Why it is held: `trial` or `permission`."""
    to_member_id: MemberId | None
    """To whom it went instead, if it was transferred."""
    reason: str
    """Why it was decided so."""
    legs: list[Leg]
    """Where it went, after what was given back."""
    version: int
    available_transitions: list[Step] = steps("EarningTransition", HELD)


ONE = "/earnings/{earning_id}"
earnings = Noun("earnings")
earnings.get("/cooperatives/{cooperative_id}/earnings", list_earnings, Earning)
earnings.get(ONE, get_earning, Earning)
earnings.move(f"{ONE}/transitions", decide_held, Earning)
