"""Ballots: one member one vote, decided as soon as it can be."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Role, Scope
from app.domain.actors import Actor, Holding
from app.domain.buying.ballots import BALLOT, Ballot, BallotState, Cast, cast, paid, purchase_legs
from app.domain.errors import AlreadyExists, DomainError, Forbidden, WrongState
from app.domain.ledger import AccountKind
from app.domain.transitions import Case, available

PLACE = UUID(int=1)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def voter(number: int) -> Actor:
    holdings = (Holding(Role.MEMBER, PLACE, None, UUID(int=number)),)
    return Actor(person_id=UUID(int=number), issuer="i", subject="s", scopes=frozenset(Scope), holdings=holdings)


def ballot(members: int = 5, basis_points: int = 5_000, votes: str = "") -> Ballot:
    """`votes`: y and n, of the members 100, 101, …"""
    return Ballot(
        id=UUID(int=2),
        cooperative_id=PLACE,
        title="Bakfiets",
        supplier="Fietsenmaker",
        cents=200_000,
        members=members,
        basis_points=basis_points,
        proposed_by=UUID(int=3),
        proposed_at=NOW,
        agreement_id=UUID(int=4),
        voter_ids=tuple(UUID(int=100 + number) for number in range(members)),
        casts=tuple(Cast(UUID(int=100 + number), vote == "y") for number, vote in enumerate(votes)),
    )


@pytest.mark.parametrize(
    ("members", "basis_points", "needed"),
    [(5, 5_000, 3), (4, 5_000, 2), (3, 6_667, 3), (10, 10_000, 10), (3, 0, 1)],
    ids=["more than half of five", "half of four", "two thirds, rounded up", "all", "at least one"],
)
def test_how_many_votes_are_enough(members: int, basis_points: int, needed: int) -> None:
    assert ballot(members, basis_points).needed == needed


@pytest.mark.parametrize(
    ("before", "yes", "state"),
    [
        pytest.param("", True, "open", id="the first"),
        pytest.param("yy", True, "accepted", id="the third yes of five"),
        pytest.param("ynnn", True, "rejected", id="too late"),
        pytest.param("nn", False, "rejected", id="three cannot be reached any more"),
        pytest.param("n", False, "open", id="they still can"),
    ],
)
def test_it_is_decided_as_soon_as_it_can_be(before: str, yes: bool, state: str) -> None:
    voted = cast(Case(ballot(votes=before), voter(100 + len(before)), NOW), yes=yes)
    assert voted.state == state
    assert len(voted.casts) == len(before) + 1
    assert (voted.yes, voted.no) == (before.count("y") + yes, before.count("n") + (not yes))


@given(st.integers(1, 12), st.integers(0, 10_000), st.lists(st.booleans(), max_size=12))
def test_once_everybody_voted_it_is_decided_by_the_share(members: int, basis_points: int, votes: list[bool]) -> None:
    """By whom or in which order does not matter."""
    now = ballot(members, basis_points)
    for number, yes in enumerate([*votes, *[False] * members][:members]):
        if now.state is not BallotState.OPEN:
            break
        now = cast(Case(now, voter(100 + number), NOW), yes=yes)
    enough = sum(votes[:members]) >= now.needed
    assert now.state is (BallotState.ACCEPTED if enough else BallotState.REJECTED)


@pytest.mark.parametrize(
    ("who", "refusal"), [(voter(100), AlreadyExists), (voter(999), Forbidden)], ids=["twice", "joined later"]
)
def test_who_does_not_vote(who: Actor, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        cast(Case(ballot(votes="y"), who, NOW), yes=True)
    (step,) = available(BALLOT, Case(ballot(votes="y"), who, NOW))
    assert (step.verb, type(step.refusal)) == ("vote", refusal)


def test_what_was_accepted_is_paid_from_the_fund() -> None:
    accepted = replace(ballot(votes="yyy"), state=BallotState.ACCEPTED)
    bought = paid(Case(accepted, voter(1), NOW), date(2026, 3, 6))
    assert (bought.state, bought.paid_on) == (BallotState.PAID, date(2026, 3, 6))
    assert {leg.kind: leg.cents for leg in purchase_legs(bought)} == {
        AccountKind.COOPERATIVE_FUND: -200_000,
        AccountKind.BANK: 200_000,
    }
    with pytest.raises(WrongState):
        paid(Case(ballot(), voter(1), NOW), date(2026, 3, 6))
