"""The charges of a joint purchase sum to the invoice, whatever was wished, ordered and delivered."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.buying.allocation import SharingRule
from app.domain.buying.joint_purchases import DeliveryBy, JointPurchase, PaidBy, Wish
from app.domain.buying.purchase_articles import Article, Tier
from app.domain.buying.purchase_bill import bill, check_discount
from app.domain.buying.purchase_costs import (
    between_legs,
    charge_legs,
    charges,
    check_total,
    credit_legs,
    fund_legs,
)
from app.domain.buying.purchase_vat import RateVat, of_bill, vat_legs, vat_results
from app.domain.errors import RuleRefused, TotalDiffers
from app.domain.money import half_up
from app.domain.vat import VatClass

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LEAD = UUID(int=1)


def purchase(**more: Any) -> JointPurchase:
    made = JointPurchase(
        id=UUID(int=9),
        cooperative_id=LEAD,
        title="x",
        about="",
        supplier="S",
        purpose="p",
        rule=SharingRule.EQUAL,
        closes_at=NOW,
        created_by=LEAD,
        created_at=NOW,
    )
    return replace(made, **more)


def article(number: int, units: int, cents: int = 100, pack: int = 1, vat: int = 0) -> Article:
    tiers = (Tier(1, cents), Tier(5, max(1, cents - 10)))
    made = Article(
        id=UUID(int=number),
        purchase_id=UUID(int=9),
        title=f"a{number}",
        unit="x",
        pack_units=pack,
        tiers=tiers,
        vat_class=VatClass.STANDARD,
        vat_basis_points=vat,
    )
    return replace(made, ordered_units=units)


def wish(number: int, article_id: int, units: int, **more: Any) -> Wish:
    made = Wish(
        id=UUID(int=1000 + number),
        purchase_id=UUID(int=9),
        lead_id=LEAD,
        article_id=UUID(int=article_id),
        cooperative_id=LEAD,
        member_id=UUID(int=number),
        paid_by=PaidBy.POT,
        wished_by=LEAD,
    )
    return replace(made, firm_units=units, **more)


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 20)), min_size=1, max_size=12),
    st.tuples(st.integers(0, 30), st.integers(1, 2000), st.integers(1, 12), st.sampled_from([0, 900, 2100])),
    st.integers(0, 5000),
    st.integers(0, 5000),
    st.sampled_from(["quantity", "price", "head"]),
)
def test_charges_sum_to_the_invoice_and_nobody_pays_below_zero(
    wished: list[tuple[int, int]], kind: tuple[int, int, int, int], delivery: int, discount: int, by: str
) -> None:
    extra, cents, pack, vat = kind
    wishes = [wish(number, place, units) for number, (place, units) in enumerate(wished)]
    articles = []
    for number in (1, 2, 3):
        got = sum(w.units for w in wishes if w.article_id == UUID(int=number))
        articles.append(article(number, got + (extra if number == 1 else 0), cents, pack, vat))
    made = purchase(delivery_cents=delivery, discount_cents=discount, delivery_by=DeliveryBy(by))
    found = charges(made, articles, wishes)
    nets = sum(one.net_cents() for one in articles)
    goods = nets + half_up(nets, vat)
    assert found.bill.total_cents == goods + delivery - min(discount, goods)
    assert sum(charge.cents for charge in found.wishes.values()) + found.left.cents == found.bill.total_cents
    assert all(charge.cents >= 0 for charge in found.wishes.values())
    for one in wishes:
        assert one.units or not found.wishes[one.id].goods
    check_total(found, found.bill.total_cents)
    with pytest.raises(TotalDiffers):
        check_total(found, found.bill.total_cents + 1)


@given(st.integers(0, 5000), st.integers(0, 5000), st.sampled_from(["pot", "account"]))
def test_what_a_wish_pays_leaves_what_was_set_apart_and_the_rest_comes_back(
    reserved: int, cents: int, paid_by: str
) -> None:
    one = wish(1, 1, 3, reserved_cents=reserved, paid_by=paid_by)
    legs = charge_legs(purchase(), article(1, 3), one, cents)
    assert sum(leg.cents for leg in legs) == -cents
    assert legs[0].cents == -reserved
    assert sum(leg.cents for leg in credit_legs(purchase(), one, cents, "x")) == cents


def test_the_price_is_that_of_the_packs_that_were_ordered() -> None:
    """Four packs at 1.00, five at 0.90; a short delivery is still paid at the price of the order."""
    assert article(1, 4).net_cents() == 400
    assert article(1, 5).net_cents() == 450
    assert replace(article(1, 5), received_units=2).net_cents() == 180


@pytest.mark.parametrize(("cents", "packs"), [(1, 1), (400, 4), (401, 5), (450, 5), (451, 6)])
def test_a_minimum_of_money_is_the_fewest_packs_that_cost_it(cents: int, packs: int) -> None:
    assert replace(article(1, 0), minimum=cents, minimum_unit="money").minimum_units == packs


def test_vat_is_that_of_the_sum_of_each_rate() -> None:
    """10 × 0.12 at 21 %: 1.20 + 0.25. The first five articles carry the odd cents."""
    articles = [article(number, 1, 12, vat=2100) for number in range(10)]
    found = bill(articles)
    assert (found.total_cents, [rate.vat_cents for rate in found.rates]) == (145, [25])
    assert list(found.gross.articles.values()) == [15] * 5 + [14] * 5


def test_delivery_and_discount_have_the_rates_of_the_goods() -> None:
    """121.00 at 21 % and 109.00 at 9 %, delivery 23.00, discount 11.50: 121/230 and 109/230 of each."""
    found = bill([article(1, 1, 10_000, vat=2100), article(2, 1, 10_000, vat=900)], 2_300, 1_150)
    assert [(rate.basis_points, rate.delivery, rate.discount) for rate in found.rates] == [
        (900, 1_090, 545),
        (2_100, 1_210, 605),
    ]
    assert [rate.vat_cents for rate in found.rates] == [945, 2_205]


@pytest.mark.parametrize(("discount", "units"), [(1_815, 1), (3_630, 2)])
def test_a_discount_is_at_most_the_price_of_the_goods(discount: int, units: int) -> None:
    goods = [article(1, units, 1_500, vat=2100)]
    check_discount(discount, goods)
    with pytest.raises(RuleRefused):
        check_discount(discount + 1, goods)


NETS = st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 12), st.sampled_from([0, 900, 2100])), max_size=12)


@given(NETS, st.integers(0, 5_000), st.integers(0, 20_000))
def test_a_bill_adds_up_for_each_rate(goods: list[tuple[int, int, int]], delivery: int, discount: int) -> None:
    articles = [article(number, units, cents, vat=vat) for number, (cents, units, vat) in enumerate(goods)]
    found = bill(articles, delivery, discount)
    assert sum(found.gross.articles.values()) == found.goods_cents
    assert found.delivery_cents == delivery
    assert found.discount_cents == min(discount, found.goods_cents)
    for rate in found.rates:
        net = sum(one.net_cents() for one in articles if one.vat_basis_points == rate.basis_points)
        assert rate.goods == net + half_up(net, rate.basis_points)
        assert 0 <= rate.vat_cents <= rate.gross_cents
        if not rate.delivery and not rate.discount:
            assert rate.vat_cents == half_up(net, rate.basis_points)
    for one in articles:
        assert abs(found.gross.articles[one.id] - one.net_cents() - half_up(one.net_cents(), one.vat_basis_points)) <= 1


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 20), st.integers(0, 3_000)), min_size=1, max_size=12),
    st.lists(st.none() | st.integers(0, 3_000), min_size=3, max_size=3),
    st.integers(0, 2_000),
    st.integers(0, 2_000),
    st.sampled_from(["quantity", "price", "head"]),
)
def test_nobody_pays_for_a_price_that_rose_but_the_fund_of_the_lead(
    wished: list[tuple[int, int, int]], prices: list[int | None], delivery: int, discount: int, by: str
) -> None:
    """Everybody pays at most what is reserved, or what the order says; all together it is the bill."""
    wishes = [wish(n, place, units, reserved_cents=cents) for n, (place, units, cents) in enumerate(wished)]
    ordered = [article(n, sum(w.units for w in wishes if w.article_id.int == n), 1_000, vat=2100) for n in (1, 2, 3)]
    billed = [
        replace(one, billed_pack_cents=cents, priced_by=None if cents is None else LEAD)
        for one, cents in zip(ordered, prices, strict=True)
    ]
    made = purchase(delivery_cents=delivery, discount_cents=discount, delivery_by=DeliveryBy(by))
    by_order, found = charges(made, ordered, wishes), charges(made, billed, wishes)
    paid = sum(charge.cents for charge in found.wishes.values())
    assert paid + found.left.cents + found.risen_cents == found.bill.total_cents
    assert found.risen_cents >= 0
    for one in wishes:
        charge = found.wishes[one.id]
        assert 0 <= charge.cents <= max(one.reserved_cents, by_order.wishes[one.id].cents)
        assert charge.risen <= 0
        if charge.risen:
            assert charge.cents == max(one.reserved_cents, by_order.wishes[one.id].cents)


PARTNER, SMALL, TWIN = UUID(int=2), UUID(int=3), UUID(int=4)


def for_work(**more: Any) -> JointPurchase:
    """A purchase of goods for taxed work, with three partners: one under the scheme, one of the lead's legal entity."""
    sides: dict[str, Any] = {"partner_ids": (PARTNER, SMALL, TWIN), "deductible": True}
    return purchase(**sides, deducting_ids=(LEAD, PARTNER, TWIN), entity_ids=(TWIN,), **more)


@pytest.mark.parametrize(
    ("deducting", "deductible", "shares"),
    [
        ((LEAD,), True, [900, 1_800, 2_700]),
        ((LEAD,), False, [1_089, 2_178, 3_267]),
        ((), True, [1_089, 2_178, 3_267]),
    ],
)
def test_the_net_is_shared_if_the_lead_deducts_the_vat(
    deducting: tuple[UUID, ...], deductible: bool, shares: list[int]
) -> None:
    """54.00 over 10, 20 and 30, with 21 % of VAT."""
    goods = replace(article(1, 60, 5_400, pack=60, vat=2100), tiers=(Tier(1, 5_400),))
    wishes = [wish(number, 1, units) for number, units in enumerate((10, 20, 30))]
    found = charges(purchase(deductible=deductible, deducting_ids=deducting), [goods], wishes)
    assert [found.wishes[one.id].cents for one in wishes] == shares
    assert found.bill.total_cents == 6_534


def test_the_legs_of_vat_name_box_rate_base_and_day() -> None:
    made = for_work()
    charged = {PARTNER: [RateVat.on(2_100, 600)], SMALL: [RateVat.on(2_100, 100), RateVat.on(0, 50)]}
    day = date(2026, 3, 25)
    facts = {"title": "x", "rate": 2_100, "taxDay": "2026-03-25"}
    lead = vat_legs(made, LEAD, [RateVat(2_100, 1_000, 210), RateVat(0, 50, 0)], charged, day)
    assert [(leg.party, leg.cents, leg.rule, leg.facts) for leg in lead] == [
        ("5b", -210, "input_vat", facts | {"box": "5b", "base": 1_000, "net": 1_000}),
        ("1a", 147, "vat", facts | {"box": "1a", "base": 700, "net": 700}),
    ]
    (partner,) = vat_legs(made, PARTNER, [], charged, day)
    assert (partner.party, partner.cents, partner.facts["base"]) == ("5b", -126, 600)
    assert vat_legs(made, SMALL, [], charged, day) == vat_legs(made, TWIN, [], charged, day) == ()
    assert sum(line.cents for line in vat_results(charged)) == 0


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 20), st.integers(0, 3_000), st.sampled_from([1, 2, 3, 4])),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.tuples(st.none() | st.integers(0, 3_000), st.sampled_from([0, 900, 2100])), min_size=3, max_size=3),
    st.integers(0, 2_000),
    st.integers(0, 2_000),
    st.sampled_from(["quantity", "price", "head"]),
)
def test_vat_passes_through_and_every_book_balances(
    wished: list[tuple[int, int, int, int]],
    kinds: list[tuple[int | None, int]],
    delivery: int,
    discount: int,
    by: str,
) -> None:
    """The lead's own cost is the bill less its VAT, less what the partners are charged without VAT."""
    wishes = [
        wish(n, number, units, reserved_cents=cents, cooperative_id=UUID(int=place))
        for n, (number, units, cents, place) in enumerate(wished)
    ]
    articles = [
        replace(
            article(n, sum(w.units for w in wishes if w.article_id.int == n) + (n == 1), 1_000, vat=vat),
            billed_pack_cents=cents,
            priced_by=None if cents is None else LEAD,
        )
        for n, (cents, vat) in enumerate(kinds, 1)
    ]
    made = for_work(delivery_cents=delivery, discount_cents=discount, delivery_by=DeliveryBy(by))
    found = charges(made, articles, wishes)
    vat = sum(rate.vat for rate in of_bill(found.bill))
    parts = sum(charge.shared_cents for charge in found.wishes.values())
    assert parts + found.left.cents + found.risen_cents == found.bill.total_cents - vat
    owed = found.owed_cents(wishes) | {LEAD: found.bill.total_cents}
    settled = replace(made, left_cents=found.left.cents, risen_cents=found.risen_cents)
    for place in made.cooperative_ids:
        mine = [one for one in wishes if one.cooperative_id == place]
        legs = [leg for one in mine for leg in charge_legs(made, articles[0], one, found.wishes[one.id].cents)]
        legs += fund_legs(settled) if place == LEAD else ()
        if mine or place == LEAD:
            legs += between_legs(made, place, owed, "joint_purchase_paid")
            legs += vat_legs(made, place, of_bill(found.bill), found.partners, date(2026, 3, 25))
        assert sum(leg.cents for leg in legs) == 0
        for one in mine:
            assert found.wishes[one.id].cents >= 0
            assert bool(found.wishes[one.id].vat) <= (place == SMALL)
    for place, theirs in found.partners.items():
        assert place in (PARTNER, SMALL)
        assert all(one.vat == half_up(one.base, one.basis_points) for one in theirs)
