"""What a municipality sees of a replay: totals and counts that tell of no member."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.earning.replay import MOST_RULES, Compared, Replay, check_over, check_sets_of_rules, for_municipality
from app.domain.errors import RuleRefused
from app.domain.figures import fits

NOW = datetime(2027, 1, 10, tzinfo=UTC)
SAME = (100, 20, 110, 10)
"""Pot and municipality, real and under the draft."""


def member(name: str, pot: int, town: int, new_pot: int, new_town: int) -> Compared:
    return Compared(name, {"pot": pot, "municipality": town}, {"pot": new_pot, "municipality": new_town})


def replayed(*rows: tuple[int, int, int, int]) -> Replay:
    members = tuple(member(f"M{number}", *row) for number, row in enumerate(rows))
    total = Compared(None)
    for one in members:
        for side in ("actual", "draft"):
            sums = getattr(total, side)
            sums |= {target: sums.get(target, 0) + cents for target, cents in getattr(one, side).items()}
    gains = [one.gain for one in members]
    counts: dict[str, Any] = {"gainers": sum(g > 0 for g in gains), "losers": sum(g < 0 for g in gains)}
    counts |= {"unchanged": sum(g == 0 for g in gains)}
    return Replay(year=2026, computed_at=NOW, earnings=len(rows), total=total, members=members, **counts)


@pytest.mark.parametrize(
    ("rows", "totals", "counts"),
    [
        pytest.param([SAME] * 3, False, None, id="three"),
        pytest.param([SAME] * 5, True, (5, 0, 0), id="five"),
        pytest.param([SAME] * 5 + [(700, 20, 710, 10)], False, (6, 0, 0), id="one has more than half"),
        pytest.param([SAME] * 5 + [(100, 20, 100, 20)], True, None, id="one is not touched"),
        pytest.param([(100, 20, 100, 20)] * 5 + [SAME], False, None, id="only one is touched"),
        pytest.param([SAME] * 5 + [(100, 20, 90, 30)] * 5, False, (5, 5, 0), id="gains and losses cancel out"),
        pytest.param([(100, 0, 100, 0)] * 5 + [(100, 20, 100, 20)], False, (0, 0, 6), id="one pays the municipality"),
        pytest.param([SAME] * 5 + [(120, 0, 120, 0)], False, None, id="one is below a limit"),
        pytest.param([SAME] * 5 + [(120, 0, 120, 0)] * 5, True, (5, 0, 5), id="five are below a limit"),
        pytest.param([SAME] * 5 + [(100, 20, 120, 0)], False, (6, 0, 0), id="the draft takes one below a limit"),
        pytest.param([], True, (0, 0, 0), id="nobody"),
    ],
)
def test_what_a_municipality_sees(
    rows: list[tuple[int, int, int, int]], totals: bool, counts: tuple[int, int, int] | None
) -> None:
    found = replayed(*rows)
    seen = for_municipality(found)
    assert seen.members == ()
    assert (seen.total, seen.earnings) == ((found.total, found.earnings) if totals else (None, None))
    assert (seen.gainers, seen.losers, seen.unchanged) == (counts or (None, None, None))


def test_totals_of_another_year_than_was_shown_are_not_shown() -> None:
    found = replayed(*[SAME] * 6)
    assert for_municipality(found, found.total).total == found.total
    assert for_municipality(found, replayed(*[SAME] * 5).total).total is None


amounts = st.integers(0, 500)


@given(rows=st.lists(st.tuples(amounts, amounts, amounts, amounts), max_size=9))
def test_no_total_is_one_members(rows: list[tuple[int, int, int, int]]) -> None:
    """Neither a total nor a difference; and no count is of a few."""
    found = replayed(*rows)
    seen = for_municipality(found)
    if seen.total is not None:
        for side in ("actual", "draft", "difference"):
            for target in getattr(seen.total, side):
                parts = [getattr(one, side).get(target, 0) for one in found.members]
                assert not any(parts) or fits(parts)
        for target in ("pot", "municipality"):
            without = [one for one in found.members if not one.actual[target] and any(one.actual.values())]
            assert not without or len(without) >= 5
    if seen.gainers is not None:
        assert not {seen.gainers, seen.losers, seen.unchanged} & {1, 2, 3, 4}


def test_a_year_that_still_runs_is_refused() -> None:
    check_over(2025, date(2026, 1, 1))
    with pytest.raises(RuleRefused):
        check_over(2026, date(2026, 12, 31))


def test_many_drafts_are_refused() -> None:
    check_sets_of_rules(MOST_RULES - 1)
    with pytest.raises(RuleRefused):
        check_sets_of_rules(MOST_RULES)
