"""Spells of the small-business scheme: when they run, when one may begin again, and the limit of a year."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import SchemeTooEarly
from app.domain.small_business import LIMITS, Spell, check_begin, open_spell, within_limit, without_vat

ONE, TWO = UUID(int=1), UUID(int=2)
DAY = date(2026, 3, 5)


def spell(since: date, until: date | None = None) -> Spell:
    return Spell(id=UUID(int=9), cooperative_id=ONE, since=since, until=until)


@pytest.mark.parametrize(
    ("spells", "runs"),
    [
        pytest.param([], False, id="never chosen"),
        pytest.param([spell(date(2026, 3, 5))], True, id="from its first day"),
        pytest.param([spell(date(2026, 3, 6))], False, id="a day too early"),
        pytest.param([spell(date(2026, 1, 1), date(2026, 3, 6))], True, id="on its last day"),
        pytest.param([spell(date(2026, 1, 1), date(2026, 3, 5))], False, id="from the day of its end"),
        pytest.param([spell(date(2020, 1, 1), date(2021, 1, 1)), spell(date(2026, 1, 1))], True, id="the second"),
    ],
)
def test_a_spell_runs_until_the_day_before_its_end(spells: list[Spell], runs: bool) -> None:
    assert without_vat(spells, DAY) is runs


@pytest.mark.parametrize(
    ("turnover", "net", "within"),
    [
        pytest.param(1_999_000, 1_000, True, id="up to the limit"),
        pytest.param(1_999_000, 1_001, False, id="a cent beyond it"),
        pytest.param(2_500_000, 0, False, id="beyond it already"),
    ],
)
def test_the_limit_of_a_year(turnover: int, net: int, within: bool) -> None:
    assert within_limit(turnover, net, DAY) is within


@pytest.mark.parametrize(
    ("ended", "since", "first"),
    [
        pytest.param(None, date(2026, 1, 1), None, id="the first one"),
        pytest.param(date(2026, 3, 10), date(2027, 12, 31), "2028-01-01", id="a day too early"),
        pytest.param(date(2026, 3, 10), date(2028, 1, 1), None, id="the second year after"),
        pytest.param(date(2026, 1, 1), date(2027, 1, 1), "2028-01-01", id="ended on a new year"),
        pytest.param(date(2025, 1, 1), date(2025, 6, 1), None, id="one that never ran does not count"),
    ],
)
def test_when_a_spell_may_begin_again(ended: date | None, since: date, first: str | None) -> None:
    earlier = [spell(date(2025, 1, 1), ended)] if ended else []
    if first is None:
        check_begin(earlier, since)
        return
    with pytest.raises(SchemeTooEarly) as refused:
        check_begin(earlier, since)
    assert refused.value.facts == {"first": first}


def test_the_open_spell_is_the_one_without_an_end() -> None:
    assert open_spell([spell(date(2020, 1, 1), date(2021, 1, 1))]) is None
    assert open_spell([spell(date(2020, 1, 1), date(2021, 1, 1)), spell(DAY)]) == spell(DAY)


SUPPLIES = st.lists(st.tuples(st.sampled_from([ONE, TWO]), st.integers(0, 900_000), st.integers(0, 100)), max_size=40)


@given(SUPPLIES)
def test_no_more_than_the_limit_of_a_year_has_no_vat(supplies: list[tuple[UUID, int, int]]) -> None:
    """Two cooperatives of one legal entity supply, and credit a part of some of it afterwards."""
    turnover, free, ended = 0, 0, False
    for _, cents, credited in supplies:
        ended = ended or not within_limit(turnover, cents, DAY)
        left = cents - cents * credited // 100
        free += 0 if ended else cents
        assert free <= LIMITS[0].cents
        free -= 0 if ended else cents - left
        turnover += left
