"""Nettings: what two cooperatives owe each other is set off, confirmed by both, and paid once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Role, Scope
from app.domain.actors import Actor, Holding
from app.domain.books.nettings import (
    NETTING,
    Between,
    CreditLimit,
    Netting,
    NettingState,
    check_limit,
    confirmed,
    declined,
    netting_legs,
    parent_legs,
    propose,
)
from app.domain.errors import (
    AlreadySettled,
    BooksDiffer,
    DayOutOfRange,
    DomainError,
    LimitExceeded,
    NothingToNet,
    ReasonNeeded,
    RuleRefused,
    SecondPersonNeeded,
    WrongState,
)
from app.domain.ledger import AccountKind
from app.domain.transitions import Case, available

ONE, TWO, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
DRAWN_UP = datetime(2026, 3, 1, 3, tzinfo=UTC)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
PAID = date(2026, 3, 4)


def treasurer(person: int, *places: UUID) -> Actor:
    holdings = tuple(Holding(Role.TREASURER, place) for place in places)
    return Actor(
        person_id=UUID(int=person), issuer="i", subject=str(person), scopes=frozenset(Scope), holdings=holdings
    )


OF_ONE, OF_TWO, OF_BOTH = treasurer(11, ONE), treasurer(12, TWO), treasurer(13, ONE, TWO)


def between(first: int = 500, second: int = 300, **more: int) -> Between:
    fields = {"first_owes": first, "second_owes": second, "first_is_owed": second, "second_is_owed": first}
    return Between(first_id=ONE, second_id=TWO, **fields | more)


def netting(first: int = 500, second: int = 300, **more: Any) -> Netting:
    made = propose(between(first, second), id=UUID(int=9), as_of=DRAWN_UP, upto={})
    return replace(made, **more)


def test_what_stands_is_proposed() -> None:
    made = netting()
    assert (made.state, made.first_owes_cents, made.second_owes_cents) == (NettingState.PROPOSED, 500, 300)
    assert made.net_cents == 200
    assert netting(300, 500).net_cents == -200


@pytest.mark.parametrize(
    ("stands", "refusal"),
    [
        (between(0, 0), NothingToNet),
        (between(500, 300, second_is_owed=499), BooksDiffer),
        (between(500, 300, first_is_owed=301), BooksDiffer),
    ],
    ids=["nothing", "the second's books differ", "the first's books differ"],
)
def test_what_cannot_be_netted(stands: Between, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        propose(stands, id=UUID(int=9), as_of=DRAWN_UP, upto={})


def test_both_sides_confirm_and_then_it_is_settled() -> None:
    once = confirmed(Case(netting(), OF_ONE, NOW), ONE, PAID)
    assert (once.state, once.first_confirmed_by, once.second_confirmed_by) == (
        NettingState.PROPOSED,
        OF_ONE.person_id,
        None,
    )
    twice = confirmed(Case(once, OF_TWO, NOW), TWO, PAID)
    assert (twice.state, twice.second_confirmed_by, twice.paid_on) == (NettingState.CONFIRMED, OF_TWO.person_id, PAID)
    with pytest.raises(WrongState):
        confirmed(Case(twice, OF_BOTH, NOW), ONE, PAID)


ONCE: dict[str, Any] = {"first_confirmed_by": OF_ONE.person_id, "paid_on": PAID}


@pytest.mark.parametrize(
    ("who", "side", "paid_on", "stands", "refusal"),
    [
        pytest.param(OF_ONE, ONE, PAID, ONCE, AlreadySettled, id="the same side again"),
        pytest.param(
            OF_BOTH, TWO, PAID, ONCE | {"first_confirmed_by": OF_BOTH.person_id}, SecondPersonNeeded, id="one person"
        ),
        pytest.param(OF_TWO, TWO, date(2026, 3, 3), ONCE, RuleRefused, id="another day"),
        pytest.param(OF_ONE, ONE, date(2026, 3, 6), {}, DayOutOfRange, id="tomorrow"),
        pytest.param(OF_ONE, ONE, date(2026, 1, 31), {}, DayOutOfRange, id="before its month"),
        pytest.param(OF_ONE, ONE, PAID, {"state": NettingState.DECLINED}, WrongState, id="declined"),
    ],
)
def test_what_is_not_confirmed(
    who: Actor, side: UUID, paid_on: date, stands: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(DomainError) as refused:
        confirmed(Case(netting(**stands), who, NOW), side, paid_on)
    assert type(refused.value) is refusal


def test_what_was_paid_in_the_month_that_it_clears_counts() -> None:
    assert confirmed(Case(netting(), OF_ONE, NOW), ONE, date(2026, 2, 1)).paid_on == date(2026, 2, 1)


def test_a_no_has_a_reason() -> None:
    no = declined(Case(netting(), OF_ONE, NOW), ONE, "dubbel")
    assert (no.state, no.reason) == (NettingState.DECLINED, "dubbel")
    with pytest.raises(ReasonNeeded):
        declined(Case(netting(), OF_ONE, NOW), ONE, " ")


@pytest.mark.parametrize(
    ("who", "stands", "allowed"),
    [
        pytest.param(OF_ONE, {}, {"confirm", "decline"}, id="the first"),
        pytest.param(OF_TWO, ONCE, {"confirm", "decline"}, id="the second"),
        pytest.param(OF_ONE, ONCE, {"decline"}, id="who has spoken"),
        pytest.param(OF_BOTH, ONCE, {"confirm", "decline"}, id="of both, another person"),
        pytest.param(treasurer(14, OTHER), {}, set(), id="of another cooperative"),
    ],
)
def test_what_can_be_done_next(who: Actor, stands: dict[str, Any], allowed: set[str]) -> None:
    steps = available(NETTING, Case(netting(**stands), who, NOW))
    assert {step.verb for step in steps if step.allowed} == allowed
    assert {step.verb: step.to for step in steps}["confirm"] == ("confirmed" if stands else "proposed")


@given(st.integers(0, 10_000_000), st.integers(0, 10_000_000))
def test_both_books_balance_and_the_banks_meet(first: int, second: int) -> None:
    """What leaves one bank arrives at the other; neither owes the other anything after it."""
    if not first + second:
        return
    made, banks = netting(first, second), []
    for side, owes, is_owed, other in ((ONE, first, second, TWO), (TWO, second, first, ONE)):
        legs = {leg.kind: leg for leg in netting_legs(made, side)}
        assert sum(leg.cents for leg in legs.values()) == 0
        assert {kind: leg.cents for kind, leg in legs.items() if kind is not AccountKind.BANK} == {
            kind: cents
            for kind, cents in (
                (AccountKind.RECEIVABLE_COOPERATIVE, is_owed),
                (AccountKind.PAYABLE_COOPERATIVE, -owes),
            )
            if cents
        }
        assert {leg.party for kind, leg in legs.items() if kind is not AccountKind.BANK} == {str(other)}
        banks.append(legs[AccountKind.BANK].cents if AccountKind.BANK in legs else 0)
    assert banks == [first - second, second - first]


def test_an_umbrella_has_a_share_of_what_a_sub_cooperative_earned() -> None:
    legs = parent_legs(TWO, 70)
    assert {leg.kind: (leg.cents, leg.party) for leg in legs} == {
        AccountKind.RECEIVABLE_COOPERATIVE: (-70, str(TWO)),
        AccountKind.COOPERATIVE_FUND: (70, None),
    }


@pytest.mark.parametrize(
    ("limit", "open_cents", "more", "refused"),
    [
        pytest.param(1_000, 400, 600, False, id="up to the limit"),
        pytest.param(1_000, 400, 601, True, id="a cent more"),
        pytest.param(0, 0, 1, True, id="no credit"),
        pytest.param(None, 400, 10**9, False, id="as much as it comes to"),
    ],
)
def test_how_much_may_stand_open(limit: int | None, open_cents: int, more: int, refused: bool) -> None:
    check_limit(None, open_cents, more)
    allowed = CreditLimit(id=UUID(int=8), creditor_id=ONE, debtor_id=TWO, cents=limit, set_by=UUID(int=7))
    if not refused:
        check_limit(allowed, open_cents, more)
        return
    with pytest.raises(LimitExceeded) as error:
        check_limit(allowed, open_cents, more)
    assert error.value.facts == {"limit_cents": limit, "open_cents": open_cents, "more_cents": more}
