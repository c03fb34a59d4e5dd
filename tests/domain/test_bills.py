"""Bills: their VAT by treatment and rate, what they book, and who decides."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.actors import Actor
from app.domain.books.bill_legs import bill_legs, cost_lines, cost_of, equity_leg
from app.domain.books.bills import (
    Bill,
    BillCategory,
    BillLine,
    BillState,
    PayerKind,
    VatTreatment,
    decide,
    totalled,
    undecided,
    vat_of_lines,
)
from app.domain.chart import result_lines
from app.domain.creditors import CreditorAccount, CreditorKind
from app.domain.errors import ReasonNeeded, RuleRefused, VatDiffers, WrongState
from app.domain.ledger import AccountKind
from app.domain.money import half_up
from app.domain.transitions import Case

SUPPLIER = CreditorAccount(AccountKind.PAYABLE_SUPPLIER, party="x")
MATERIALS = BillCategory.MATERIALS


def line(net: int, rate: int, vat: int, category: BillCategory = MATERIALS, deductible: int = 10_000) -> BillLine:
    return BillLine(
        title="x",
        net_cents=net,
        basis_points=rate,
        vat_cents=vat,
        category=category,
        deductible_basis_points=deductible,
    )


def bill(*lines: BillLine, treatment: VatTreatment = VatTreatment.DOMESTIC, **more: Any) -> Bill:
    return totalled(
        Bill(
            id=uuid4(),
            cooperative_id=uuid4(),
            creditor_kind=CreditorKind.SUPPLIER,
            creditor_id=uuid4(),
            number="2026-7",
            billed_on=date(2026, 3, 25),
            due_on=None,
            lines=lines,
            entered_by=uuid4(),
            entered_at=datetime(2026, 3, 26, tzinfo=UTC),
            net_cents=0,
            vat_cents=0,
            cents=0,
            vat_treatment=treatment,
            **more,
        )
    )


def booked(one: Bill, *, small_business: bool = False) -> dict[str, int]:
    """The cents by account, and box of VAT."""
    lines = vat_of_lines(one, small_business=small_business)
    legs = (*bill_legs(one, lines, SUPPLIER), equity_leg(one, lines))
    assert sum(leg.cents for leg in legs) == 0
    result_lines(legs, cost_lines(lines))
    return {leg.party if leg.kind is AccountKind.VAT and leg.party else leg.kind: leg.cents for leg in legs}


@pytest.mark.parametrize(
    ("treatment", "vat", "small_business", "expected"),
    [
        ("domestic", 2100, False, {"payable_supplier": 12100, "5b": -2100, "cooperative_fund": -10000}),
        ("domestic", 2100, True, {"payable_supplier": 12100, "cooperative_fund": -12100}),
        ("foreign", 2100, False, {"payable_supplier": 12100, "cooperative_fund": -12100}),
        ("reverse_charged", 0, False, {"payable_supplier": 10000, "2a": 2100, "5b": -2100, "cooperative_fund": -10000}),
        ("reverse_charged", 0, True, {"payable_supplier": 10000, "2a": 2100, "cooperative_fund": -12100}),
        ("eu", 0, False, {"payable_supplier": 10000, "4b": 2100, "5b": -2100, "cooperative_fund": -10000}),
        ("outside_eu", 0, False, {"payable_supplier": 10000, "4a": 2100, "5b": -2100, "cooperative_fund": -10000}),
    ],
)
def test_one_hundred_euro_at_21_percent(
    treatment: VatTreatment, vat: int, small_business: bool, expected: dict[str, int]
) -> None:
    one = bill(line(10000, 2100, vat), treatment=VatTreatment(treatment))
    assert booked(one, small_business=small_business) == expected


def test_costs_are_by_category_with_the_vat_that_is_not_deducted() -> None:
    """A dinner of 30.00 + 2.70 of which nothing is deductible, and a drill of 50.00 + 10.50 for half private use."""
    one = bill(
        line(3000, 900, 270, BillCategory.OTHER, 0),
        line(5000, 2100, 1050, BillCategory.EQUIPMENT, 5000),
    )
    lines = vat_of_lines(one, small_business=False)
    assert {result.category: result.cents for result in cost_lines(lines)} == {
        "cost/other": -3270,
        "cost/equipment": -5525,
    }
    assert (one.net_cents, one.vat_cents, one.cents, cost_of(lines)) == (8000, 1320, 9320, 8795)


@pytest.mark.parametrize(("vat", "right"), [(2098, True), (2102, True), (2097, False), (2103, False), (-2100, False)])
def test_the_vat_of_a_rate_is_right_within_two_cents(vat: int, right: bool) -> None:
    lines = (line(6000, 2100, vat - 840), line(4000, 2100, 840), line(100, 0, 0))
    if right:
        assert bill(*lines).vat_cents == vat
        return
    with pytest.raises(VatDiffers) as refused:
        bill(*lines)
    assert refused.value.facts == {"basis_points": 2100, "expected_cents": 2100, "stated_cents": vat}


def test_a_reverse_charged_bill_names_no_vat() -> None:
    with pytest.raises(VatDiffers):
        bill(line(10000, 2100, 1), treatment=VatTreatment.REVERSE_CHARGED)


def test_something_is_owed_and_no_purchase_pays_a_credit_note() -> None:
    with pytest.raises(RuleRefused):
        bill(line(100, 0, 0), line(-100, 0, 0))
    note = line(-100, 0, 0)
    assert bill(note).cents == -100
    with pytest.raises(RuleRefused):
        bill(note, payer_kind=PayerKind.SPENDING, payer_id=uuid4())


LINES = st.lists(
    st.builds(
        lambda net, rate, deductible: line(net, rate, half_up(net, rate), deductible=deductible),
        st.integers(-100_000, 100_000),
        st.sampled_from([0, 900, 2100]),
        st.integers(0, 10_000),
    ),
    min_size=1,
    max_size=6,
)


@given(lines=LINES, treatment=st.sampled_from(VatTreatment), small_business=st.booleans())
def test_every_bill_balances_and_a_note_of_the_same_is_its_opposite(
    lines: list[BillLine], treatment: VatTreatment, small_business: bool
) -> None:
    charged = treatment in (VatTreatment.DOMESTIC, VatTreatment.FOREIGN)
    stated = [one if charged else replace(one, vat_cents=0) for one in lines]
    try:
        one = bill(*stated, treatment=treatment)
    except (RuleRefused, VatDiffers):
        return
    note = bill(
        *(replace(each, net_cents=-each.net_cents, vat_cents=-each.vat_cents) for each in stated), treatment=treatment
    )
    mirrored = {name: -cents for name, cents in booked(one, small_business=small_business).items()}
    assert booked(note, small_business=small_business) == mirrored


def at(one: Bill, person_id: UUID) -> Case[Bill]:
    return Case(one, Actor(person_id=person_id), datetime(2026, 3, 27, tzinfo=UTC))


def test_a_second_person_approves_and_a_reversal_takes_it_back() -> None:
    one, other = bill(line(100, 0, 0)), uuid4()
    approved = decide(at(one, other), "approve")
    assert (approved.state, approved.approved_by) == (BillState.APPROVED, other)
    with pytest.raises(WrongState):
        decide(at(approved, other), "reject", reason="x")
    with pytest.raises(ReasonNeeded):
        decide(at(one, other), "dispute")
    again = undecided(approved, "verkeerd")
    assert again == replace(one, reason="verkeerd")
