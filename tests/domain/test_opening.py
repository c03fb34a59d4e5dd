"""Opening balances: what there is equals what is owed and kept, and nothing is said twice."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.books.opening import (
    Opening,
    OpeningAccount,
    OpeningPot,
    OpeningTotal,
    check_opening,
    opening_legs,
    report,
)
from app.domain.errors import DayOutOfRange, DomainError, OpeningDiffers, RuleRefused
from app.domain.ledger import AccountKind

TODAY, TOWN, NOOR, SAM = date(2026, 3, 5), UUID(int=1), UUID(int=2), UUID(int=3)
MARCH, FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)


def accounts(**cents: int) -> tuple[OpeningAccount, ...]:
    return tuple(OpeningAccount(AccountKind(kind), balance) for kind, balance in cents.items())


def opening(**more: Any) -> Opening:
    """1000.00 in the bank and 50.00 to come: 300.00 for the fund, 150.00 owed, 600.00 in two pots."""
    fields: dict[str, Any] = {
        "as_of": MARCH,
        "accounts": accounts(
            bank=100_000,
            receivable_customer=5_000,
            cooperative_fund=30_000,
            payable_supplier=5_000,
            payable_municipality=10_000,
        ),
        "pots": (OpeningPot(NOOR, FEBRUARY, 40_000), OpeningPot(SAM, FEBRUARY, 20_000)),
        "totals": (OpeningTotal(FEBRUARY, 70_000, NOOR), OpeningTotal(FEBRUARY, 5_000)),
    }
    return Opening(**fields | more)


def test_what_a_cooperative_brings_along() -> None:
    check_opening(opening(), TODAY)
    said = report(opening())
    assert (said.owned_cents, said.owed_cents, said.pots_cents) == (105_000, 105_000, 60_000)
    assert (said.members, said.totals_cents, said.journal_id) == (2, 75_000, None)


def test_it_is_one_journal_that_sums_to_zero() -> None:
    """What the cooperative has is a debit; each debt names whom it is owed."""
    legs = opening_legs(opening(), TOWN)
    assert sum(leg.cents for leg in legs) == 0
    assert [(leg.kind.value, leg.cents, leg.party, leg.member_id) for leg in legs] == [
        ("bank", -100_000, None, None),
        ("receivable_customer", -5_000, None, None),
        ("cooperative_fund", 30_000, None, None),
        ("payable_supplier", 5_000, "opening", None),
        ("payable_municipality", 10_000, str(TOWN), None),
        ("pot", 40_000, None, NOOR),
        ("pot", 20_000, None, SAM),
    ]


def test_an_account_without_a_balance_has_no_leg() -> None:
    made = opening(accounts=accounts(bank=5, vat=0, cooperative_fund=5), pots=())
    assert [leg.kind.value for leg in opening_legs(made, TOWN)] == ["bank", "cooperative_fund"]


@pytest.mark.parametrize(
    ("more", "refusal", "rule"),
    [
        pytest.param({"as_of": date(2026, 3, 6)}, DayOutOfRange, None, id="a day that has not come"),
        pytest.param({"pots": ()}, OpeningDiffers, None, id="no balance"),
        pytest.param({"accounts": accounts(bank=0), "pots": ()}, RuleRefused, "opening_has_balances", id="nothing"),
        pytest.param(
            {"totals": (OpeningTotal(date(2026, 4, 1), 1),)}, RuleRefused, "months_before_the_first_day", id="later"
        ),
        pytest.param(
            {"totals": (OpeningTotal(date(2026, 2, 2), 1),)}, RuleRefused, "months_before_the_first_day", id="no month"
        ),
        pytest.param({"totals": (OpeningTotal(date(1999, 12, 1), 1),)}, DayOutOfRange, None, id="too long ago"),
        pytest.param(
            {"totals": (OpeningTotal(FEBRUARY, 1, NOOR), OpeningTotal(FEBRUARY, 2, NOOR))},
            RuleRefused,
            "each_line_once",
            id="twice",
        ),
        pytest.param(
            {"accounts": accounts(bank=1, held=1), "pots": ()}, RuleRefused, "opening_account", id="no such account"
        ),
    ],
)
def test_what_is_refused(more: dict[str, Any], refusal: type[DomainError], rule: str | None) -> None:
    with pytest.raises(DomainError) as refused:
        check_opening(opening(**more), TODAY)
    assert (type(refused.value), refused.value.facts.get("rule")) == (refusal, rule)


def test_the_first_month_may_count_itself() -> None:
    check_opening(opening(totals=(OpeningTotal(MARCH, 1, NOOR),)), TODAY)


@given(st.integers(1, 10**9), st.integers(-(10**6), 10**6))
def test_a_difference_is_told_to_the_cent(bank: int, difference: int) -> None:
    made = opening(accounts=accounts(bank=bank, cooperative_fund=bank - difference), pots=())
    if not difference:
        check_opening(made, TODAY)
        return
    with pytest.raises(OpeningDiffers) as refused:
        check_opening(made, TODAY)
    assert refused.value.facts["difference_cents"] == difference
