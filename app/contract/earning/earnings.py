"""Earnings: the result of each order for a member, and the destination of every cent."""

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
    """The earnings of one member from one order, or from one part of an assignment."""

    id: EarningId
    order_id: OrderId
    cooperative_id: CooperativeId
    """The cooperative that sold the work."""
    member_id: MemberId
    """The member who did the work."""
    work_date: date
    """The day on which the work was done; the agreement of that day splits it."""
    net: Money
    """The price of the work without VAT."""
    costs: Money = cents("cost_cents")
    """The costs that are paid from it first."""
    kept: Money
    """The part of it that counts for the member's total of the year."""
    state: EarningState
    agreement_id: AgreementId | None
    """The version of the agreement that split it; null while it is pending."""
    journal_id: JournalId | None
    """The journal that booked it last."""
    held: Money
    """The amount that is held until somebody decides."""
    held_because: str | None
    """The reason of the hold: `trial` or `permission`."""
    to_member_id: MemberId | None
    """The member who got it instead, if it was transferred."""
    reason: str
    """The reason of the decision."""
    decision_journal_id: JournalId | None
    """The journal of the decision on what was held, to reverse it; null if there is none in force."""
    legs: list[Leg]
    """The parts of the split, after refunds."""
    version: int
    available_transitions: list[Step] = steps("EarningTransition", HELD)


ONE = "/earnings/{earning_id}"
earnings = Noun("earnings")
earnings.get("/cooperatives/{cooperative_id}/earnings", list_earnings, Earning)
earnings.get(ONE, get_earning, Earning)
earnings.move(f"{ONE}/transitions", decide_held, Earning)
