"""What a collective buys from its fund, by the vote of its members."""

from collections.abc import Callable
from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.shape import Money, Viewer, cents, shape
from app.contract.transitions import Step, steps
from app.domain import ballots as domain
from app.domain.access import Right
from app.domain.ballots import BALLOT, BallotState, BallotVerb
from app.domain.transitions import AvailableTransition
from app.ids import BallotId, CooperativeId
from app.usecases.ballots import cast_vote, list_ballots, pay_purchase, propose_purchase


@shape(AvailableTransition)
class BallotTransition(Step):
    """A step that leads on from the state of a ballot."""

    verb: BallotVerb
    to: BallotState
    """The state that it leads to; the last vote that is needed decides the ballot."""


def _may(ballot: domain.Ballot, viewer: Viewer) -> Callable[[Right], bool]:
    own = viewer.actor.as_member(*viewer.actor.members_at(ballot.cooperative_id))
    return lambda right: viewer.actor.may(right, ballot.cooperative_id, own=own)


@shape(domain.Ballot)
class Ballot:
    """A purchase on which members vote; `needed` of `members` have to say yes. Nobody is told who said what."""

    id: BallotId
    cooperative_id: CooperativeId
    """The collective whose fund pays."""
    title: str
    """What is to be bought."""
    supplier: str
    """The supplier that sells it."""
    amount: Money = cents("cents")
    """What it costs."""
    members: int
    """How many members may vote."""
    needed: int
    """How many have to say yes."""
    yes: int
    """How many said yes."""
    no: int
    """How many said no."""
    state: BallotState
    proposed_at: datetime
    """When it was proposed."""
    paid_on: date | None
    """The day on which the supplier was paid."""
    version: int
    available_transitions: list[BallotTransition] = steps(BALLOT, BallotTransition, _may)


ballots = Noun("ballots")
ballots.get("/cooperatives/{cooperative_id}/ballots", list_ballots, Ballot)
ballots.post("/cooperatives/{cooperative_id}/ballots", propose_purchase, Ballot)
ballots.post("/ballots/{ballot_id}/votes", cast_vote, Ballot)
ballots.post("/ballots/{ballot_id}/payments", pay_purchase, Ballot)
