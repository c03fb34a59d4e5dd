"""The chart: codes, and result lines that follow from legs and sum to zero."""

from typing import Any
from uuid import UUID

import pytest

from app.domain.chart import CATEGORIES, RGS, VAT_RGS, VatBox, box_of, cost_category, result_lines, results_of, rgs_of
from app.domain.ledger import AccountKind, Leg, ResultLine, negated, refunded

MEMBER = UUID(int=1)


def leg(kind: AccountKind, cents: int, rule: str, **facts: Any) -> Leg:
    owner = MEMBER if kind in (AccountKind.POT, AccountKind.HELD, AccountKind.PAYABLE_MEMBER) else None
    return Leg(kind=kind, cents=cents, rule=rule, facts=facts, member_id=owner)


def lines(*legs: Leg, named: tuple[ResultLine, ...] = ()) -> dict[str, int]:
    return {line.category: line.cents for line in result_lines(legs, named)}


def test_every_kind_of_account_and_every_box_has_a_code() -> None:
    assert set(RGS) == set(AccountKind)
    assert set(VAT_RGS) == set(VatBox)
    assert all(code and " " not in code for code in (*RGS.values(), *CATEGORIES.values()))


def test_an_account_of_vat_has_the_code_of_its_box_and_what_a_fund_reserved_is_equity() -> None:
    box = Leg(kind=AccountKind.VAT, cents=1, rule="vat", facts={}, party="5b")
    assert rgs_of(box) == "BSchBepBoo"
    assert (
        rgs_of(Leg(kind=AccountKind.RESERVED, cents=1, rule="reserve", facts={})) == RGS[AccountKind.COOPERATIVE_FUND]
    )
    own = Leg(kind=AccountKind.RESERVED, cents=1, rule="reserve", facts={}, member_id=MEMBER)
    assert rgs_of(own) == RGS[AccountKind.POT]


def test_the_sale_of_the_example() -> None:
    """200.00, of which the fund gets 10 %, the training pot 5 %, after 30.00 of material."""
    assert lines(
        leg(AccountKind.TO_SHARE, -17000, "to_share"),
        leg(AccountKind.COOPERATIVE_FUND, 1700, "share_of_surplus"),
        leg(AccountKind.TRAINING_POT, 850, "share_of_surplus"),
        leg(AccountKind.POT, 14450, "pot"),
    ) == {"allotted/fund": -1700, "allotted/training": -850, "members": -14450, "members/to_share": 17000}


def test_a_cost_with_vat_that_is_deductible_is_its_net_amount() -> None:
    assert lines(
        leg(AccountKind.PAYABLE_SUPPLIER, 3630, "cost", category="materials"),
        Leg(kind=AccountKind.VAT, cents=-630, rule="cost", facts={"category": "materials"}, party="5b"),
        leg(AccountKind.TO_SHARE, -3000, "cost"),
    ) == {"cost/materials": -3000, "members/to_share": 3000}


def test_a_charge_names_its_revenue() -> None:
    legs = (leg(AccountKind.RECEIVABLE_CUSTOMER, -24200, "charge"), leg(AccountKind.TO_SHARE, 20000, "charge"))
    named = (ResultLine("revenue/services/1a", 20000),)
    assert lines(*legs, named=named) == {"members/to_share": -20000, "revenue/services/1a": 20000}
    with pytest.raises(ValueError, match="sum of zero"):
        result_lines(legs)
    with pytest.raises(ValueError, match="unknown"):
        result_lines(legs, (ResultLine("revenue/other", 20000),))


@pytest.mark.parametrize(
    ("kind", "cents", "rule", "expected"),
    [
        (AccountKind.RESTRICTED_FUND, 75000, "donation", {"allotted/restricted": -75000, "income/gifts": 75000}),
        (AccountKind.COOPERATIVE_FUND, -500, "collective_purchase", {"allotted/fund": 500, "cost/other": -500}),
        (AccountKind.COOPERATIVE_FUND, 300, "pot_settlement", {"allotted/fund": -300, "members": 300}),
        (AccountKind.COOPERATIVE_FUND, 300, "opening", {}),
        (AccountKind.POT, -300, "spend", {}),
        (AccountKind.BANK, -300, "payment", {}),
    ],
)
def test_equity_says_why_it_changes(kind: AccountKind, cents: int, rule: str, expected: dict[str, int]) -> None:
    assert lines(leg(kind, cents, rule)) == expected


def test_a_fund_expense_of_a_known_purpose_is_that_cost() -> None:
    spent = leg(AccountKind.RESTRICTED_FUND, -100, "fund_expense", purpose="rent")
    assert lines(spent) == {"allotted/restricted": 100, "cost/rent": -100}
    assert cost_category("verf") == "cost/other"


def test_the_opposite_of_a_leg_has_the_opposite_lines() -> None:
    one = leg(AccountKind.PAYABLE_SUPPLIER, 3000, "cost", category="materials")
    other = leg(AccountKind.RESTRICTED_FUND, 75000, "donation")
    for original in (one, other):
        for mirrored in (negated((original,))[0], refunded(original, original.cents)):
            assert [(r.category, -r.cents) for r in results_of(original)] == [
                (r.category, r.cents) for r in results_of(mirrored)
            ]
    again = negated(negated((one,)))
    assert results_of(again[0]) == results_of(one)


def test_the_base_of_vat_turns_with_its_leg() -> None:
    vat = Leg(
        kind=AccountKind.VAT, cents=210, rule="charge", facts={"box": "1a", "rate": 2100, "base": 1000}, party="1a"
    )
    assert negated((vat,))[0].facts == {"of": "charge", "box": "1a", "rate": 2100, "base": -1000}


def test_boxes_follow_the_rate() -> None:
    assert [box_of(rate) for rate in (2100, 900, 0)] == [VatBox.STANDARD, VatBox.REDUCED, None]
