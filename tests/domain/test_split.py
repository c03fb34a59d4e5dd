"""The split: exact, explained, and F in whatever order sales and refunds come."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.messages import EN, NL, explain_leg
from app.domain.earning.agreement_rules import check_rules
from app.domain.earning.agreements import Agreement, Example
from app.domain.earning.split import MonthTotal, add_to_year, buckets, by_target, run_examples, split, year_legs
from app.domain.errors import RuleRefused
from app.domain.ledger import AccountKind
from app.domain.rules import Collective, MonthlyAllowance, Pot, RemitAbove, Rule, ShareOfSurplus

MEMBER, DAY = UUID(int=7), date(2026, 3, 5)
FUND = ShareOfSurplus("cooperative_fund", 1000)
TRAINING = ShareOfSurplus("training_pot", 500)
VRIJE_UITLOOP: tuple[Rule, ...] = (FUND, TRAINING, RemitAbove(300_000, 5_000), Pot())
SHARES = st.lists(st.integers(0, 3_000), max_size=2)


def agreement(rules: tuple[Rule, ...] = VRIJE_UITLOOP, number: int = 1) -> Agreement:
    return Agreement(
        id=UUID(int=number),
        cooperative_id=UUID(int=98),
        municipality_id=UUID(int=99),
        number=number,
        title="test",
        active_from=date(2026, 1, 1),
        rules=rules,
        examples=(),
    )


def test_the_examples_of_the_source_documents() -> None:
    crossing = {"cooperative_fund": 1700, "training_pot": 850, "municipality": 4225, "pot": 10225}
    below = {"cooperative_fund": 1700, "training_pot": 850, "pot": 14450}
    examples = (
        Example(name="crossing", net_cents=20000, expected=crossing, cost_cents=3000, year_so_far_cents=294000),
        Example(name="below", net_cents=20000, expected=below, cost_cents=3000, year_so_far_cents=100000),
    )
    results = run_examples(replace(agreement(), examples=examples))
    assert [result.actual for result in results] == [crossing, below]
    assert all(result.passed for result in results)


@given(
    net=st.integers(0, 10_000_000),
    cost=st.integers(0, 200_000),
    shares=SHARES,
    threshold=st.integers(0, 1_000_000),
    remit=st.integers(0, 10_000),
    before=st.integers(0, 2_000_000),
)
def test_every_cent_goes_somewhere_and_no_pot_shrinks(
    net: int, cost: int, shares: list[int], threshold: int, remit: int, before: int
) -> None:
    targets = (FUND, TRAINING)
    rules = (*(replace(t, basis_points=s) for t, s in zip(targets, shares, strict=False)),)
    terms = agreement((*rules, RemitAbove(threshold, remit), Pot()))
    months = add_to_year([], terms, DAY, before)
    result = split(terms, net_cents=net, cost_cents=cost, months=months, day=DAY, member_id=MEMBER)
    assert sum(leg.cents for leg in result.legs) == net - cost
    assert all(leg.cents for leg in result.legs)
    assert by_target(result).get("pot", 0) >= 0
    assert by_target(result).get("municipality", 0) >= 0
    for leg in result.legs:
        assert "…" not in explain_leg(leg, NL) + explain_leg(leg, EN)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 400_000)), min_size=1, max_size=8), st.randoms())
def test_sales_and_refunds_in_any_order_end_where_the_remaining_sales_would(
    sales: list[tuple[int, int]], random: object
) -> None:
    """The books are F of the remaining sales, whatever was refunded when."""
    shuffle = random.shuffle  # type: ignore[attr-defined]
    terms, booked = agreement(), {"municipality": 0, "pot": 0}
    months: list[MonthTotal] = []
    names = {AccountKind.PAYABLE_MUNICIPALITY: "municipality", AccountKind.POT: "pot"}
    events = [(1, index) for index in range(len(sales))]
    refunded = [index for index in range(len(sales)) if index % 2]
    for index in refunded:
        events.insert(events.index((1, index)) + 1, (-1, index))
    shuffle(events)
    events = [e for e in events if e[0] == 1] + [e for e in events if e[0] == -1]
    for sign, index in events:
        month, kept = sales[index]
        after = add_to_year(months, terms, date(2026, month, 1), sign * kept)
        for leg in year_legs(terms, buckets(months), buckets(after), MEMBER):
            booked[names[leg.kind]] += leg.cents
        months = after
    left: list[MonthTotal] = []
    for index, (month, kept) in enumerate(sales):
        if index not in refunded:
            left = add_to_year(left, terms, date(2026, month, 1), kept)
    assert (booked["municipality"], booked["pot"]) == (buckets(left).municipality_cents, buckets(left).pot_cents)


def test_each_version_counts_its_own_months_and_the_threshold_the_whole_year() -> None:
    first, second = agreement(), replace(agreement(number=2), rules=(RemitAbove(300_000, 10_000), Pot()))
    months = add_to_year([], first, date(2026, 2, 1), 310_000)
    months = add_to_year(months, replace(second, active_from=date(2026, 7, 1)), date(2026, 8, 1), 10_000)
    assert buckets(months).municipality_cents == 5_000 + 10_000


def test_costs_above_the_net_amount_are_the_cooperatives() -> None:
    result = split(agreement(), net_cents=1000, cost_cents=2500, months=[], day=DAY)
    assert [(leg.kind, leg.cents) for leg in result.legs] == [(AccountKind.COOPERATIVE_FUND, -1500)]
    assert result.kept_cents == 0


def test_a_reason_in_dutch_and_english() -> None:
    months = add_to_year([], agreement(), DAY, 294_000)
    result = split(agreement(), net_cents=20_000, cost_cents=3_000, months=months, day=DAY, member_id=MEMBER)
    remittance = next(leg for leg in result.legs if leg.rule == "remit_above")
    assert "Boven € 3.000,00 gaat 50 % naar de gemeente" in explain_leg(remittance, NL)
    assert "Above €3,000.00, 50 % goes to the municipality" in explain_leg(remittance, EN)


@pytest.mark.parametrize(
    ("rules", "refused"),
    [
        ((Pot(), FUND), "rules_in_order"),
        ((FUND,), "one_rest_last"),
        ((Pot(), Collective()), "one_rest_last"),
        ((RemitAbove(1, 1), RemitAbove(2, 2), Pot()), "one_remittance"),
        ((RemitAbove(1, 1), Collective()), "no_remittance_of_members_from_a_collective"),
        ((replace(FUND, basis_points=9_999), replace(TRAINING, basis_points=2), Pot()), "shares_at_most_whole"),
        ((FUND, FUND, Pot()), "one_share_per_target"),
        ((ShareOfSurplus("parent", 1000), Pot()), "parent_exists"),
    ],
)
def test_rules_that_are_no_agreement_are_refused(rules: tuple[Rule, ...], refused: str) -> None:
    with pytest.raises(RuleRefused) as found:
        check_rules(rules, [Example(name="x", net_cents=1, expected={})], has_parent=False)
    assert found.value.facts["rule"] == refused


def test_an_agreement_needs_an_example() -> None:
    with pytest.raises(RuleRefused):
        check_rules((Pot(),), (), has_parent=False)


def test_a_late_earning_that_moves_what_another_agreement_gives_has_a_reason_without_terms() -> None:
    """It has no threshold and no allowance of its own to name."""
    later = replace(agreement(number=2), active_from=date(2026, 7, 1))
    rules = (MonthlyAllowance(90_000), RemitAbove(100_000, 5_000), Pot())
    months = add_to_year([], replace(later, rules=rules), date(2026, 8, 1), 120_000)
    earlier = replace(agreement(), rules=(Pot(),))
    result = split(earlier, net_cents=80_000, months=months, day=DAY, member_id=MEMBER)
    said = {leg.rule: (explain_leg(leg, NL), explain_leg(leg, EN)) for leg in result.legs}
    assert set(said) == {"remit_above", "monthly_allowance", "pot"}
    assert "Daardoor gaat nu € 500,00 in totaal naar de gemeente" in said["remit_above"][0]
    assert "So €500.00 in total goes to the municipality now" in said["remit_above"][1]
    assert said["monthly_allowance"][1].endswith("So the expense allowance by another agreement changes.")
