"""The charges of a joint purchase sum to the invoice, whatever was wished, ordered and delivered."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.buying.allocation import SharingRule
from app.domain.buying.joint_purchases import Article, DeliveryBy, JointPurchase, PaidBy, Tier, Wish
from app.domain.buying.purchase_costs import charge_legs, charges, check_total, credit_legs
from app.domain.errors import TotalDiffers
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
    goods = sum(one.cost_cents for one in articles)
    made = purchase(delivery_cents=delivery, discount_cents=discount, delivery_by=DeliveryBy(by))
    found = charges(made, articles, wishes)
    assert found.total == goods + delivery - min(discount, goods)
    assert all(charge.cents >= 0 for charge in found.wishes.values())
    for one in wishes:
        assert one.units or not found.wishes[one.id].goods
    check_total(found, found.total)
    with pytest.raises(TotalDiffers):
        check_total(found, found.total + 1)


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
    assert article(1, 4).cost_cents == 400
    assert article(1, 5).cost_cents == 450
    assert replace(article(1, 5), received_units=2).cost_cents == 180


@pytest.mark.parametrize(("cents", "packs"), [(1, 1), (400, 4), (401, 5), (450, 5), (451, 6)])
def test_a_minimum_of_money_is_the_fewest_packs_that_cost_it(cents: int, packs: int) -> None:
    assert replace(article(1, 0), minimum=cents, minimum_unit="money").minimum_units == packs
