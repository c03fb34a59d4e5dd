"""How statements of an account join on: what is new, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.books.bank_statements import LineOfBank, StatementOfBank
from app.domain.books.statement_joins import Known, begun, covering, identity_of, joined
from app.domain.errors import DayOutOfRange, DomainError, StatementDiffers, StatementDoesNotAddUp, StatementGap


def day(number: int) -> date:
    return date(2026, 3, number)


def line(number: int, cents: int, text: str = "", reference: str | None = None) -> LineOfBank:
    return LineOfBank(day=day(number), cents=cents, text=text, bank_reference=reference)


def of(first: int, last: int, opening: int, *lines: LineOfBank) -> StatementOfBank:
    return StatementOfBank(
        iban="NL91ABNA0417164300",
        currency="EUR",
        number="1",
        first_on=day(first),
        last_on=day(last),
        opening_cents=opening,
        closing_cents=opening + sum(one.cents for one in lines),
        lines=lines,
    )


A, B, C = line(10, 100, "a"), line(10, 200, "b"), line(11, -50, "c")


def known(*statements: StatementOfBank) -> Known:
    """What is known after these."""
    first, *rest = statements
    result = begun(first).known
    for one in rest:
        result = joined(result, one).known
    return result


def test_the_same_again_adds_nothing() -> None:
    first = of(10, 11, 0, A, A, C)
    again = joined(begun(first).known, first)
    assert (begun(first).adds, again.adds, again.lines, again.known) == (True, False, (), begun(first).known)
    assert [one.place for one in begun(first).lines] == [1, 2, 1]


def test_equal_lines_are_counted() -> None:
    more = joined(known(of(10, 10, 0, A)), of(10, 10, 0, A, A, B))
    assert [(one.line, one.place) for one in more.lines] == [(A, 2), (B, 1)]
    assert (more.known.closing_cents, more.reaches_further) == (400, False)


@pytest.mark.parametrize(
    ("next_one", "refused"),
    [
        (of(12, 12, 251), (StatementGap, {"after": "2026-03-11", "expected_cents": 250, "stated_cents": 251})),
        (of(11, 12, 299, C), (StatementGap, {"after": "2026-03-10", "expected_cents": 300, "stated_cents": 299})),
        (of(10, 12, 0, A, C), (StatementDiffers, {"day": "2026-03-10"})),
        (of(10, 10, 0, A, B, B), (StatementDiffers, {"day": "2026-03-10"})),
        (of(11, 11, 300), (StatementDiffers, {"day": "2026-03-11"})),
        (of(9, 12, 0), (DayOutOfRange, {"field": "firstOn", "first": "2026-03-10", "last": "9999-12-31"})),
        (replace(of(12, 12, 250), closing_cents=1), (StatementDoesNotAddUp, None)),
    ],
)
def test_what_does_not_join_is_refused(next_one: StatementOfBank, refused: tuple[type[DomainError], object]) -> None:
    with pytest.raises(refused[0]) as error:
        joined(known(of(10, 11, 0, A, B, C)), next_one)
    assert refused[1] in (None, error.value.facts)


def test_days_between_have_no_lines() -> None:
    """A weekend has no statement: the days up to the next one are known to be empty."""
    after = known(of(10, 10, 0, A), of(13, 13, 100, line(13, 5)))
    with pytest.raises(StatementDiffers):
        joined(after, of(11, 13, 100, line(11, 7), line(13, -2)))


def test_a_line_is_known_again_by_its_reference_else_by_what_is_said() -> None:
    assert identity_of(line(10, 1, "x", "R1")) == identity_of(line(10, 1, "y", "R1"))
    assert identity_of(line(10, 1, "een brief\nvan ons")) == identity_of(line(10, 1, "eenbrief van\n ons"))
    assert identity_of(line(10, 1, "x")) != identity_of(replace(line(10, 1, "x"), counterparty_iban="NL1"))
    long = [identity_of(line(10, 1, "x" * 3000 + end)) for end in "ab"]
    assert long[0] != long[1]
    assert max(map(len, long)) < 1000


def test_a_statement_covers_its_lines_and_no_day_to_come() -> None:
    month = replace(of(1, 31, 0, line(10, 5), line(10, 0)), last_on=day(31))
    found = covering(month, day(12))
    assert (found.first_on, found.last_on, len(found.lines)) == (day(1), day(12), 1)
    assert covering(of(10, 10, 0, line(11, 5)), day(12)).last_on == day(11)
    with pytest.raises(DayOutOfRange):
        covering(of(10, 13, 0, line(13, 5)), day(12))


END = 5
"""The last day of an account."""


@st.composite
def accounts(draw: st.DrawFn) -> list[LineOfBank]:
    """The lines of an account, by day."""
    lines = st.builds(
        line,
        st.integers(1, END),
        st.integers(-3, 3).filter(bool),
        st.sampled_from("ab"),
        st.sampled_from([None, "R1"]),
    )
    return sorted(draw(st.lists(lines, max_size=8)), key=lambda one: one.day)


@given(accounts(), st.data())
@settings(max_examples=200, deadline=None)
def test_overlapping_statements_bring_each_line_once(lines: list[LineOfBank], data: st.DataObject) -> None:
    """However days overlap, and whenever in the newest day a file was downloaded."""
    found: Known | None = None
    last, said, brought = 1, 0, list[LineOfBank]()
    for until in [*sorted(data.draw(st.lists(st.integers(1, END), max_size=4))), END]:
        first = data.draw(st.integers(1, last)) if found else 1
        of_newest = [one for one in lines if one.day == day(until)]
        said = data.draw(st.integers(said if until == last else 0, len(of_newest)))
        older = [one for one in lines if one.day < day(until)]
        whole = [*older, *of_newest[:said]]
        opening = sum(one.cents for one in whole if one.day < day(first))
        statement = of(first, until, opening, *(one for one in whole if one.day >= day(first)))
        result = joined(found, statement) if found else begun(statement)
        assert not joined(result.known, statement).adds
        found, last, brought = result.known, until, brought + [one.line for one in result.lines]
        assert found.closing_cents == sum(one.cents for one in whole) == sum(one.cents for one in brought)
    assert sorted(map(repr, brought)) == sorted(map(repr, whole))
