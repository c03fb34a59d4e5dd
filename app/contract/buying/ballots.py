"""Purchases of a collective from its fund, decided by a vote of its members."""

from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain.buying import ballots as domain
from app.domain.buying.ballots import BALLOT, BallotState
from app.ids import BallotId, CooperativeId
from app.usecases.buying.ballots import cast_vote, list_ballots, pay_purchase, propose_purchase


@shape(domain.Ballot)
class Ballot:
    """A purchase on which members vote; `needed` of `members` must say yes. The votes are secret."""

    id: BallotId
    cooperative_id: CooperativeId
    """The collective whose fund pays."""
    title: str
    """The goods or service to buy."""
    supplier: str
    """The supplier that sells it."""
    amount: Money = cents("cents")
    """The cost."""
    members: int
    """The number of members who may vote."""
    needed: int
    """The number of yes votes needed."""
    yes: int
    """The number of yes votes."""
    no: int
    """The number of no votes."""
    state: BallotState
    proposed_at: datetime
    """When it was proposed."""
    paid_on: date | None
    """The day on which the supplier was paid."""
    version: int
    available_transitions: list[Step] = steps("BallotTransition", BALLOT)


ballots = Noun("ballots")
ballots.get("/cooperatives/{cooperative_id}/ballots", list_ballots, Ballot)
ballots.post("/cooperatives/{cooperative_id}/ballots", propose_purchase, Ballot)
ballots.post("/ballots/{ballot_id}/votes", cast_vote, Ballot)
ballots.post("/ballots/{ballot_id}/payments", pay_purchase, Ballot)
