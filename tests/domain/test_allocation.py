"""Packs are filled and shared out by the stated rule, for whatever is wished."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.buying.allocation import Change, Inputs, SharingRule, WishLine, allocate, demand
from app.domain.errors import LocksExceed

START = datetime(2026, 3, 1, tzinfo=UTC)
RULE = st.sampled_from(SharingRule)


def history(number: int, *states: tuple[int, int]) -> tuple[Change, ...]:
    times = range(number, number + len(states))
    return tuple(Change(n, START + timedelta(seconds=n), *state) for n, state in zip(times, states, strict=True))


def wish(place: int, *states: tuple[int, int], number: int | None = None, locked: int | None = None) -> WishLine:
    return WishLine(UUID(int=place + 1), history(place * 100 if number is None else number, *states), locked)


def inputs(
    lines: list[WishLine], rule: str = "first_come", pack: int = 10, minimum: int = 0, units: int | None = None
) -> Inputs:
    return Inputs(SharingRule(rule), pack, minimum, tuple(lines), units)


STATES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 15)), min_size=1, max_size=4)


@st.composite
def cases(draw: st.DrawFn, *, locks: bool = False) -> Inputs:
    made = draw(st.lists(STATES, min_size=1, max_size=8))
    lines = [wish(place, *states) for place, states in enumerate(made)]
    return inputs(lines, draw(RULE), draw(st.integers(1, 12)), draw(st.sampled_from([0, 0, 5, 40])))


def got(case: Inputs) -> list[int]:
    return [line.units for line in allocate(case).lines]


@given(cases())
def test_whole_packs_are_shared_out_and_nobody_gets_more_than_asked(case: Inputs) -> None:
    made = allocate(case)
    assert made.units == made.packs * case.pack_units
    assert sum(line.units for line in made.lines) + made.left == made.units
    assert made.left == 0
    for line, asked in zip(made.lines, case.lines, strict=True):
        assert 0 <= line.firm <= asked.quantity
        assert 0 <= line.tolerance <= asked.tolerance


@given(cases())
def test_tolerance_alone_makes_no_pack_beyond_the_minimum(case: Inputs) -> None:
    wanted, packs = demand(case), allocate(case).packs
    firm_packs = -(-wanted.firm // case.pack_units)
    assert packs <= max(firm_packs, -(-case.minimum_units // case.pack_units))
    assert wanted.firm or not packs
    if packs:
        assert packs * case.pack_units >= case.minimum_units
        assert packs * case.pack_units <= wanted.firm + wanted.tolerance


@given(cases(), st.integers(0, 300))
def test_firm_wishes_come_before_what_is_tolerated(case: Inputs, units: int) -> None:
    made = allocate(inputs(list(case.lines), case.rule, case.pack_units, units=units))
    if any(line.tolerance for line in made.lines):
        assert [line.firm for line in made.lines] == [line.quantity for line in case.lines]
    assert sum(line.units for line in made.lines) == min(units, demand(case).firm + demand(case).tolerance)


@given(cases(), st.integers(0, 300))
def test_proportional_and_equal_are_within_one_unit_of_exact(case: Inputs, units: int) -> None:
    firm = [line.quantity for line in case.lines]
    there = min(units, sum(firm))
    parts = allocate(inputs(list(case.lines), "proportional", case.pack_units, units=units)).lines
    for line, asked in zip(parts, firm, strict=True):
        assert abs(line.firm - Fraction(there * asked, sum(firm) or 1)) < 1
    parts = allocate(inputs(list(case.lines), "equal", case.pack_units, units=units)).lines
    highest = max((line.firm for line in parts), default=0)
    for line, asked in zip(parts, firm, strict=True):
        assert line.firm in (asked, highest, highest - 1)


@given(cases(), st.integers(0, 300))
def test_an_allocation_comes_out_again_with_any_of_its_lines_locked(case: Inputs, units: int) -> None:
    again = inputs(list(case.lines), case.rule, case.pack_units, units=units)
    made = allocate(again)
    assert allocate(again) == made
    locked = [WishLine(line.wish_id, line.changes, out.units) for line, out in zip(case.lines, made.lines, strict=True)]
    assert got(inputs(locked, case.rule, case.pack_units, units=units)) == [line.units for line in made.lines]


@given(cases(), st.randoms())
def test_the_order_of_the_lines_does_not_matter(case: Inputs, random: st.DataObject) -> None:
    mixed = list(case.lines)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    other = allocate(inputs(mixed, case.rule, case.pack_units, case.minimum_units))
    made = allocate(case)
    assert {line.wish_id: line for line in other.lines} == {line.wish_id: line for line in made.lines}
    assert other.digest == made.digest


def test_who_came_first_is_served_first_and_who_raises_goes_to_the_back_with_the_increase() -> None:
    early, late = wish(0, (8, 0), number=1), wish(1, (8, 0), number=2)
    raised = WishLine(early.wish_id, (*early.changes, Change(3, START, 12, 0)))
    assert got(inputs([raised, late], units=10)) == [8, 2]
    assert got(inputs([raised, late], units=17)) == [9, 8]


def test_who_lowers_gives_up_the_newest_units() -> None:
    one = WishLine(UUID(int=1), (Change(1, START, 5, 0), Change(3, START, 15, 0), Change(4, START, 7, 0)))
    other = WishLine(UUID(int=2), (Change(2, START, 10, 0),))
    assert got(inputs([one, other], units=10)) == [5, 5]
    assert got(inputs([one, other], units=16)) == [6, 10]


def test_equal_times_are_told_apart_by_the_number_of_the_change() -> None:
    lines = [WishLine(UUID(int=9), (Change(1, START, 1, 0),)), WishLine(UUID(int=1), (Change(2, START, 1, 0),))]
    for rule in SharingRule:
        assert got(inputs(lines, rule, units=1)) == [1, 0]


@pytest.mark.parametrize(
    ("firm", "tolerance", "pack", "minimum", "packs", "missing"),
    [
        (25, 5, 10, 0, 3, 0),
        (25, 4, 10, 0, 2, 1),
        (20, 9, 10, 0, 2, 0),
        (0, 50, 10, 0, 0, 0),
        (6, 20, 5, 15, 3, 0),
        (6, 8, 5, 15, 0, 1),
        (18, 0, 10, 0, 1, 2),
        (7, 4, 6, 10, 0, 1),
    ],
)
def test_packs_and_what_is_missing(
    firm: int, tolerance: int, pack: int, minimum: int, packs: int, missing: int
) -> None:
    wanted = demand(inputs([wish(0, (firm, tolerance))], pack=pack, minimum=minimum))
    assert (wanted.packs, wanted.missing) == (packs, missing)


def test_what_was_set_by_hand_stays_and_the_rest_is_shared() -> None:
    lines = [wish(0, (10, 0), locked=3), wish(1, (10, 0)), wish(2, (10, 0))]
    assert got(inputs(lines, "equal", units=20)) == [3, 9, 8]
    with pytest.raises(LocksExceed):
        allocate(inputs(lines, units=2))


def test_more_than_anybody_asked_for_is_left() -> None:
    made = allocate(inputs([wish(0, (5, 1))], units=10))
    assert (made.lines[0].units, made.left) == (6, 4)
