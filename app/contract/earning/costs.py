"""Cost claims: what a job cost, claimed by its maker and decided by somebody else."""

from datetime import datetime

from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain.earning import costs as domain
from app.domain.earning.costs import CLAIM, ClaimState, Payee
from app.ids import CooperativeId, CostClaimId, MemberId, OrderId, OrderLineId, PersonId
from app.usecases.earning.costs import claim_cost, decide_claim, get_cost_claim, list_cost_claims


@shape(domain.CostClaim)
class CostClaim:
    """What a line of an order cost, with VAT, as it was paid."""

    id: CostClaimId
    order_id: OrderId
    order_line_id: OrderLineId
    """The line of the order that it counts for."""
    cooperative_id: CooperativeId
    """The cooperative that sold the job."""
    member_id: MemberId
    """Who did the job."""
    category: str
    """What it was for, as the agreement names it."""
    amount: Money = cents("cents")
    """What it cost, with VAT."""
    payee: Payee
    """Who laid the money out and gets it back."""
    supplier: str | None
    """Who is paid, if the payee is a supplier."""
    receipt: str
    """What proves it: a number, a shop or a link."""
    state: ClaimState
    claimed_at: datetime
    """When it was claimed."""
    decided_at: datetime | None
    """When it was decided."""
    confirmed_by: PersonId | None
    """The third person who confirmed costs above the net of the line."""
    reason: str
    """The last reason that somebody gave."""
    version: int
    available_transitions: list[Step] = steps("ClaimTransition", CLAIM)


ONE = "/cost-claims/{claim_id}"
costs = Noun("costs")
costs.get("/cooperatives/{cooperative_id}/cost-claims", list_cost_claims, CostClaim)
costs.post("/orders/{order_id}/cost-claims", claim_cost, CostClaim, opens="/cost-claims")
costs.get(ONE, get_cost_claim, CostClaim)
costs.move(f"{ONE}/transitions", decide_claim, CostClaim)
