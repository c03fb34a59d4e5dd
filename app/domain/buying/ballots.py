"""Ballots: the members of a collective decide what its fund buys, one member one vote."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import AlreadyExists, DomainError, Forbidden
from app.domain.ledger import AccountKind, Leg
from app.domain.money import WHOLE
from app.domain.transitions import Case, Need, Process, Terms, Transition, move


class BallotState(StrEnum):
    """The state of a ballot."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PAID = "paid"


@dataclass(frozen=True)
class Cast:
    member_id: UUID
    yes: bool


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """A purchase of `cents`; `members` may vote, `basis_points` of them must say yes. Votes are secret."""

    id: UUID
    cooperative_id: UUID
    title: str
    supplier: str
    cents: int
    members: int
    basis_points: int
    proposed_by: UUID
    proposed_at: datetime
    agreement_id: UUID
    voter_ids: tuple[UUID, ...] = ()
    """The members who may vote: those who belonged when it was opened."""
    casts: tuple[Cast, ...] = ()
    state: BallotState = BallotState.OPEN
    paid_on: date | None = None
    version: int = 1

    @property
    def yes(self) -> int:
        return sum(cast.yes for cast in self.casts)

    @property
    def no(self) -> int:
        return len(self.casts) - self.yes

    @property
    def needed(self) -> int:
        """The yes votes needed: the share of the members, rounded up, and at least one."""
        return max(1, -(-self.members * self.basis_points // WHOLE))


class BallotVerb(StrEnum):
    """Steps of a ballot."""

    VOTE = "vote"
    PAY = "pay"


def voter_of(case: Case[Ballot]) -> UUID | None:
    """The member for whom the caller may vote."""
    return min(case.actor.member_ids().intersection(case.thing.voter_ids), default=None)


def _may_vote(case: Case[Ballot]) -> DomainError | None:
    voter_id = voter_of(case)
    if voter_id is None:
        return Forbidden(right=Right.CAST_VOTE)
    voted = any(earlier.member_id == voter_id for earlier in case.thing.casts)
    return AlreadyExists(what="vote", value=str(voter_id), how="vote") if voted else None


def _rights(ballot: Ballot, actor: Actor) -> Callable[[Right], bool]:
    own = actor.as_member(*actor.members_at(ballot.cooperative_id))
    return lambda right: actor.may(right, ballot.cooperative_id, own=own)


BALLOT: Process[Ballot] = Process(
    verbs=BallotVerb,
    states=BallotState,
    rights=_rights,
    rows=(
        Transition("vote", ("open",), "open", Right.CAST_VOTE, Terms(_may_vote, needs=(Need("yes"),))),
        Transition("pay", ("accepted",), "paid", Right.PAY_PURCHASE),
    ),
)


def cast(case: Case[Ballot], *, yes: bool) -> Ballot:
    """The ballot with one more vote; decided as soon as possible.

    Raises WrongState, AlreadyExists for a second vote, Forbidden for callers that may not vote.
    """
    ballot = case.thing
    move(BALLOT, case, "vote", yes=yes)
    voter_id = voter_of(case)
    assert voter_id is not None  # noqa: S101  the guard of voting
    voted = replace(ballot, casts=(*ballot.casts, Cast(voter_id, yes)))
    if voted.yes >= voted.needed:
        return replace(voted, state=BallotState.ACCEPTED)
    if voted.no > voted.members - voted.needed:
        return replace(voted, state=BallotState.REJECTED)
    return voted


def paid(case: Case[Ballot], on: date) -> Ballot:
    """The ballot whose purchase was paid. Raises WrongState before it was accepted."""
    return replace(case.thing, state=BallotState(move(BALLOT, case, "pay")), paid_on=on)


def purchase_legs(ballot: Ballot) -> tuple[Leg, ...]:
    """The payment of the purchase, from the fund and the bank."""
    facts = {"title": ballot.title, "supplier": ballot.supplier, "yes": ballot.yes, "members": ballot.members}
    return (
        Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-ballot.cents, rule="collective_purchase", facts=facts),
        Leg(kind=AccountKind.BANK, cents=ballot.cents, rule="collective_purchase", facts=facts),
    )
