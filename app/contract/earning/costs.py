"""Cost claims: the maker claims the costs of a job, somebody else decides."""

from datetime import datetime

from app.contract.operation import Noun
from app.contract.shape import Money, cents, computed, shape
from app.contract.transitions import Step, steps
from app.domain.earning import costs as domain
from app.domain.earning.costs import CLAIM, ClaimState, CostBearer, Payee
from app.domain.money import percent_text
from app.ids import CooperativeId, CostClaimId, MemberId, OrderId, OrderLineId, PersonId
from app.usecases.earning.costs import claim_cost, decide_claim, get_cost_claim, list_cost_claims


@shape(domain.CostClaim)
class CostClaim:
    """A claim for the costs of an order line, with VAT, as paid."""

    id: CostClaimId
    order_id: OrderId
    order_line_id: OrderLineId
    """The order line that it belongs to."""
    cooperative_id: CooperativeId
    """The cooperative that sold the job."""
    member_id: MemberId
    """The member who did the job."""
    category: str
    """The category, as the agreement names it."""
    amount: Money = cents("cents")
    """The cost, with VAT."""
    vat: Money
    """The VAT inside the amount."""
    deductible: str = computed(lambda claim, _: percent_text(claim.deductible_basis_points))
    """The percentage of the VAT that can be deducted."""
    payee: Payee
    """The party that advanced the money and gets it back."""
    supplier: str | None
    """The supplier, if the payee is a supplier."""
    receipt: str
    """The proof: a number, a shop or a link."""
    borne_by: CostBearer
    """Who bears it once it is approved."""
    state: ClaimState
    claimed_at: datetime
    """When it was claimed."""
    decided_at: datetime | None
    """When it was decided."""
    confirmed_by: PersonId | None
    """The third person who confirmed costs above the net of the line."""
    reason: str
    """The reason of the last step."""
    version: int
    available_transitions: list[Step] = steps("ClaimTransition", CLAIM)


ONE = "/cost-claims/{claim_id}"
costs = Noun("costs")
costs.get("/cooperatives/{cooperative_id}/cost-claims", list_cost_claims, CostClaim)
costs.post("/orders/{order_id}/cost-claims", claim_cost, CostClaim, opens="/cost-claims")
costs.get(ONE, get_cost_claim, CostClaim)
costs.move(f"{ONE}/transitions", decide_claim, CostClaim)
