"""Partial refunds: exact, never with a wrong sign, and zero in the end."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.messages import EN, NL, explain_leg
from app.domain.earning.agreements import Agreement
from app.domain.earning.earnings import Earning, EarningState
from app.domain.earning.refunds import (
    decided_since,
    fund_given,
    fund_taken,
    given_up,
    merged,
    remembered,
    restored,
    shared_off,
    take,
)
from app.domain.earning.split import BY_YEAR_TOTAL, split
from app.domain.ledger import AccountKind, Leg
from app.domain.rules import Pot, RemitAbove, Rule, ShareOfSurplus

DAY, ID = date(2026, 3, 5), UUID(int=1)
RULES: tuple[Rule, ...] = (
    ShareOfSurplus("cooperative_fund", 1000),
    ShareOfSurplus("training_pot", 500),
    RemitAbove(1_000, 5_000),
    Pot(),
)


def earning(net: int, cost: int, rules: tuple[Rule, ...] = RULES) -> Earning:
    terms = Agreement(
        id=ID, cooperative_id=ID, municipality_id=ID, number=1, title="t", active_from=DAY, rules=rules, examples=()
    )
    result = split(terms, net_cents=net, cost_cents=cost, months=(), day=DAY, member_id=ID)
    return Earning(
        id=ID,
        order_id=ID,
        cooperative_id=ID,
        member_id=ID,
        work_date=DAY,
        net_cents=net,
        cost_cents=cost,
        kept_cents=result.kept_cents,
        legs=result.legs,
    )


@given(net=st.integers(1, 500_000), cost=st.integers(0, 600_000), parts=st.lists(st.integers(1, 200_000), max_size=6))
def test_parts_come_off_every_leg_and_end_at_nothing(net: int, cost: int, parts: list[int]) -> None:
    left, taken_of_kept = earning(net, cost), 0
    kept = left.kept_cents
    for part in [*parts, net]:
        cents = min(part, left.net_left_cents)
        if not cents:
            break
        taken = take(left, cents)
        assert -sum(leg.cents for leg in taken.legs) + taken.kept_cents == cents
        assert 0 <= taken.kept_cents <= left.kept_cents
        if cost <= net:
            assert all(leg.cents < 0 for leg in taken.legs)
        assert all("…" not in explain_leg(leg, NL) + explain_leg(leg, EN) for leg in taken.legs)
        taken_of_kept += taken.kept_cents
        left = replace(
            left,
            legs=taken.left,
            kept_cents=left.kept_cents - taken.kept_cents,
            refunded_cents=left.refunded_cents + cents,
        )
    if left.net_left_cents == 0:
        assert (sum(leg.cents for leg in left.legs), left.kept_cents, taken_of_kept) == (-cost, 0, kept)
        assert all(leg.kind is AccountKind.COOPERATIVE_FUND for leg in left.legs)


@pytest.mark.parametrize(
    ("net", "cost", "parts", "expected"),
    [
        (20_000, 3_000, (10_000,), [(-1000, -9000)]),
        (20_000, 3_000, (10_000, 10_000), [(-1000, -9000), (-3700, -6300)]),
        (10_000, 12_000, (4_000, 6_000), [(-4000, 0), (-6000, 0)]),
    ],
)
def test_costs_stay_and_beyond_the_surplus_the_fund_bears(
    net: int, cost: int, parts: tuple[int, ...], expected: list[tuple[int, int]]
) -> None:
    """Fund and pot of 200.00 with 30.00 of material: half back, then the rest; and of a loss."""
    only_fund: tuple[Rule, ...] = (ShareOfSurplus("cooperative_fund", 1000), Pot())
    left, found = earning(net, cost, only_fund), []
    for part in parts:
        taken = take(left, part)
        found.append((fund_taken(taken), -taken.kept_cents))
        left = replace(
            left,
            legs=taken.left,
            kept_cents=left.kept_cents - taken.kept_cents,
            refunded_cents=left.refunded_cents + part,
        )
    assert found == expected
    if left.net_left_cents == 0:
        assert [(leg.kind, leg.cents) for leg in left.legs] == [(AccountKind.COOPERATIVE_FUND, -cost)]


def test_the_legs_of_f_are_one_of_a_kind() -> None:
    pot = Leg(kind=AccountKind.POT, cents=100, rule="pot", facts={"before": 0})
    less = Leg(kind=AccountKind.POT, cents=-40, rule="pot", facts={"before": 100})
    assert merged([pot], [less]) == (Leg(kind=AccountKind.POT, cents=60, rule="pot", facts={"before": 100}),)
    assert merged([pot], [Leg(kind=AccountKind.POT, cents=-100, rule="pot", facts={})]) == ()


def test_what_each_part_of_a_job_gives_up_and_what_goes_beyond_all() -> None:
    parts = [replace(earning(net, 0), id=UUID(int=number)) for number, net in enumerate((1000, 500, 0), start=1)]
    assert shared_off(parts, 900) == ({UUID(int=1): 600, UUID(int=2): 300, UUID(int=3): 0}, 0)
    assert shared_off(parts, 1600) == ({UUID(int=1): 1000, UUID(int=2): 500, UUID(int=3): 0}, 100)
    assert shared_off([], 5) == ({}, 5)
    assert given_up(parts[:1], {ID: 400}) == {UUID(int=1): 600}


@given(net=st.integers(1, 500_000), cost=st.integers(0, 600_000), parts=st.lists(st.integers(1, 200_000), max_size=6))
def test_credits_that_are_undone_in_reverse_leave_an_earning_as_it_was(net: int, cost: int, parts: list[int]) -> None:
    left, states = earning(net, cost), []
    by_year = [leg for leg in left.legs if leg.rule in BY_YEAR_TOTAL]
    for part in [*parts, net]:
        cents = min(part, left.net_left_cents)
        if not cents:
            break
        taken = take(left, cents)
        states.append((left, remembered(left, cents, before_id=ID, credit_id=ID), fund_taken(taken)))
        left = replace(
            left,
            legs=(*taken.left, *by_year),
            kept_cents=left.kept_cents - taken.kept_cents,
            refunded_cents=left.refunded_cents + cents,
        )
    for was, before, fund in reversed(states):
        assert fund_given(left, before) == -fund
        left = restored(left, before, ())
        assert replace(left, legs=()) == replace(was, legs=())
        assert sorted(map(repr, left.legs)) == sorted(map(repr, was.legs))


def test_a_decision_after_a_credit_is_undone_first() -> None:
    held = replace(earning(1000, 0), state=EarningState.HELD)
    before = remembered(held, 100, before_id=ID, credit_id=ID)
    released = replace(held, state=EarningState.POSTED, release_parts=1)
    assert decided_since(released, before)
    assert not decided_since(replace(released, state=EarningState.HELD), before)
    again = remembered(released, 100, before_id=ID, credit_id=ID)
    assert not decided_since(released, again)
    assert not decided_since(replace(released, state=EarningState.REVERSED), again)
    assert decided_since(replace(released, state=EarningState.FORFEITED, release_parts=2), again)
