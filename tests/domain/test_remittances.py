"""Remittances: a closed month is reported once, invoiced by the municipality, settled, and can be worked out again."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from app.domain.access import Role, Scope
from app.domain.actors import Actor, Holding
from app.domain.books.remittances import (
    Line,
    Remittance,
    RemittanceState,
    Specification,
    as_csv,
    check_period,
    digest,
    invoiced,
    recompute,
    settled,
    settlement,
    sums,
)
from app.domain.errors import DomainError, ReasonNeeded, RuleRefused, SecondPersonNeeded, WrongState
from app.domain.ledger import AccountKind
from app.domain.transitions import Case

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
PLACE, TOWN, REPORTER = UUID(int=1), UUID(int=2), UUID(int=3)
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
LINE = Line(
    journal_id=UUID(int=4),
    line=2,
    effective_on=date(2026, 2, 10),
    period=FEBRUARY,
    kind="sale",
    rule="remit_above",
    cents=2_225,
    member="M1",
    facts={"before": 290_000, "after": 304_450},
)


def remittance(**more: Any) -> Remittance:
    fields: dict[str, Any] = {
        "id": UUID(int=5),
        "cooperative_id": PLACE,
        "municipality_id": TOWN,
        "after": JANUARY,
        "through": FEBRUARY,
        "cents": LINE.cents,
        "digest": digest((LINE,)),
        "reported_by": REPORTER,
        "reported_at": NOW,
    }
    return Remittance(**fields | more)


def specification(**more: Any) -> Specification:
    fields: dict[str, Any] = {"id": UUID(int=5), "cooperative_id": PLACE, "through": FEBRUARY, "cents": LINE.cents}
    return Specification(**fields | {"lines": (LINE,), "digest": digest((LINE,))} | more)


def controller(person: int) -> Actor:
    holdings = (Holding(Role.CONTROLLER, None, TOWN),)
    return Actor(person_id=UUID(int=person), issuer="i", subject="s", scopes=frozenset(Scope), holdings=holdings)


@pytest.mark.parametrize(
    ("through", "last", "closed", "cents", "rule"),
    [
        pytest.param(FEBRUARY, JANUARY, FEBRUARY, 1, None, id="the month after the last one"),
        pytest.param(FEBRUARY, None, MARCH, 1, None, id="the first report"),
        pytest.param(FEBRUARY, None, None, 1, "month_closed_first", id="nothing is closed"),
        pytest.param(MARCH, None, FEBRUARY, 1, "month_closed_first", id="still open"),
        pytest.param(FEBRUARY, FEBRUARY, MARCH, 1, "not_reported_yet", id="reported already"),
        pytest.param(FEBRUARY, JANUARY, FEBRUARY, 0, "something_is_owed", id="nothing owed"),
        pytest.param(FEBRUARY, JANUARY, FEBRUARY, -1, "something_is_owed", id="refunds came after"),
    ],
)
def test_which_months_are_reported(
    through: date, last: date | None, closed: date | None, cents: int, rule: str | None
) -> None:
    if rule is None:
        check_period(through, last, closed, cents)
        return
    with pytest.raises(RuleRefused) as refused:
        check_period(through, last, closed, cents)
    assert refused.value.facts["rule"] == rule


@pytest.mark.parametrize(
    ("who", "more", "reference", "refusal"),
    [
        pytest.param(controller(9), {}, "F1", None, id="the municipality"),
        pytest.param(controller(3), {}, "F1", SecondPersonNeeded, id="who reported it"),
        pytest.param(controller(9), {}, " ", ReasonNeeded, id="without a reference"),
        pytest.param(controller(9), {"state": RemittanceState.SETTLED}, "F1", WrongState, id="settled"),
    ],
)
def test_who_invoices(who: Actor, more: dict[str, Any], reference: str, refusal: type[DomainError] | None) -> None:
    case = Case(remittance(**more), who, NOW)
    if refusal is None:
        made = invoiced(case, reference)
        assert (made.state, made.reference, made.invoiced_by) == (RemittanceState.INVOICED, "F1", UUID(int=9))
        paid = settled(Case(made, who, NOW), date(2026, 3, 6))
        assert (paid.state, paid.settled_on) == (RemittanceState.SETTLED, date(2026, 3, 6))
        return
    with pytest.raises(DomainError) as refused:
        invoiced(case, reference)
    assert type(refused.value) is refusal


def test_what_is_settled_leaves_the_bank() -> None:
    legs = {leg.kind: (leg.cents, leg.party) for leg in settlement(remittance())}
    assert legs == {AccountKind.PAYABLE_MUNICIPALITY: (-2_225, str(TOWN)), AccountKind.BANK: (2_225, None)}


@pytest.mark.parametrize(
    ("more", "ledger", "matches"),
    [
        pytest.param({}, 2_225, True, id="as it was"),
        pytest.param({}, 2_224, False, id="the ledger says otherwise"),
        pytest.param({"cents": 2_226}, 2_226, False, id="a total that its lines do not sum to"),
        pytest.param({"lines": (replace(LINE, member="M2"),)}, 2_225, False, id="another line"),
    ],
)
def test_a_specification_is_worked_out_again(more: dict[str, Any], ledger: int, matches: bool) -> None:
    assert recompute(specification(**more), ledger).matches is matches


def test_the_lines_that_differ_are_for_the_staff() -> None:
    year = [{"month": "2026-02-01", "agreement": str(TOWN), "from": "2026-01-01", "before": 0, "after": 0}]
    wrong = specification(lines=(replace(LINE, facts={"year": year}),))
    told = [recompute(wrong, LINE.cents, for_staff=for_staff) for for_staff in (True, False)]
    assert [(one.matches, one.recomputed_cents, len(one.differences)) for one in told] == [(False, 0, 1), (False, 0, 0)]


def lines(*parts: tuple[str, date, str | None, int]) -> list[Line]:
    return [replace(LINE, rule=rule, period=month, member=member, cents=cents) for rule, month, member, cents in parts]


FIVE = ["M1", "M2", "M3", "M4", "M5"]


def each(rule: str, month: date, members: list[str] = FIVE, cents: int = 100) -> list[Line]:
    return lines(*((rule, month, member, cents) for member in members))


@pytest.mark.parametrize(
    ("report", "by_rule", "by_month"),
    [
        pytest.param(each("a", JANUARY, FIVE[:3]), {"a": 300}, {}, id="three members"),
        pytest.param(each("a", JANUARY), {"a": 500}, {"2026-01": 500}, id="five members"),
        pytest.param(
            each("a", JANUARY) + each("a", FEBRUARY), {"a": 1_000}, {"2026-01": 500, "2026-02": 500}, id="two months"
        ),
        pytest.param(
            each("a", JANUARY) + each("a", FEBRUARY, FIVE[:1]), {"a": 600}, {}, id="one month is one member's"
        ),
        pytest.param(
            each("a", JANUARY) + each("a", FEBRUARY, FIVE[:3]) + each("a", MARCH, FIVE[3:]),
            {"a": 1_000},
            {"2026-01": 500},
            id="two hidden months are together five members'",
        ),
        pytest.param(
            each("a", JANUARY) + each("a", FEBRUARY, ["M1", *FIVE], 0) + each("a", FEBRUARY, ["M1"] * 9 + FIVE),
            {"a": 1_900},
            {},
            id="one member has more than half of a month",
        ),
        pytest.param(
            each("a", JANUARY) + each("b", JANUARY, FIVE[:1]), {}, {"2026-01": 600}, id="a rule of one member"
        ),
        pytest.param(
            each("a", JANUARY) + each("b", FEBRUARY),
            {"a": 500, "b": 500},
            {"2026-01": 500, "2026-02": 500},
            id="each rule has its month",
        ),
        pytest.param(
            each("a", JANUARY) + each("b", FEBRUARY) + each("b", JANUARY, FIVE[:1]),
            {"a": 500, "b": 600},
            {},
            id="a month less a rule would be one member's",
        ),
        pytest.param(
            each("a", JANUARY) + lines(("a", JANUARY, None, 100)), {"a": 600}, {}, id="a line of nobody in particular"
        ),
    ],
)
def test_what_a_municipality_sees_of_the_lines(
    report: list[Line], by_rule: dict[str, int], by_month: dict[str, int]
) -> None:
    assert sums(report) == (by_rule, by_month)


def test_the_specification_is_a_table() -> None:
    head, line, total = as_csv(specification()).splitlines()
    assert head == "journal,line,effectiveOn,period,kind,rule,member,before,after,amount"
    assert line == f"{UUID(int=4)},2,2026-02-10,2026-02,sale,remit_above,M1,2900.00,3044.50,22.25"
    assert total == "total,,,,,,,,,22.25"
