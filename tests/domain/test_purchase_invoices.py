"""The lines of a partner's invoice of a joint purchase add up to what it was charged, to the cent."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.buying.joint_purchases import JointPurchase
from app.domain.buying.purchase_articles import Tier
from app.domain.buying.purchase_costs import charges
from app.domain.buying.purchase_invoices import PartnerCharge
from app.domain.vat import VatClass
from tests.domain.test_purchase_costs import LEAD, PARTNER, SMALL, article, for_work, purchase, wish

CLASSES = {0: VatClass.ZERO, 900: VatClass.REDUCED, 2100: VatClass.STANDARD}


def settled(made: JointPurchase, place: UUID, articles: list[Any], wishes: list[Any]) -> tuple[PartnerCharge, int]:
    """What a purchase charged a partner, and the sum in the books."""
    found = charges(made, articles, wishes)
    theirs = [
        replace(one, charged_cents=found.wishes[one.id].cents, reserved_cents=0)
        for one in wishes
        if one.cooperative_id == place
    ]
    return PartnerCharge(made, place, articles, theirs), found.owed_cents(wishes).get(place, 0)


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 20), st.sampled_from([1, 2, 3])),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.tuples(st.integers(1, 3_000), st.sampled_from([0, 900, 2100])), min_size=4, max_size=4),
    st.integers(0, 2_000),
    st.integers(0, 2_000),
    st.sampled_from([PARTNER, SMALL]),
)
def test_an_invoice_is_what_the_books_charge(
    wished: list[tuple[int, int, int]], kinds: list[tuple[int, int]], delivery: int, discount: int, place: UUID
) -> None:
    wishes = [
        wish(n, number, units, cooperative_id=UUID(int=side), reserved_cents=10**6)
        for n, (number, units, side) in enumerate(wished)
    ]
    articles = [
        replace(
            article(n, sum(w.units for w in wishes if w.article_id.int == n), cents, vat=vat), vat_class=CLASSES[vat]
        )
        for n, (cents, vat) in enumerate(kinds, 1)
    ]
    made = for_work(delivery_cents=delivery, discount_cents=discount)
    charge, owed = settled(made, place, articles, wishes)
    lines = charge.lines()
    assert sum(line.gross_cents for line in lines) == owed
    for rate, vat in ((one.basis_points, one.vat) for one in charges(made, articles, wishes).partners.get(place, ())):
        assert sum(line.vat_cents for line in lines if line.basis_points == rate) == vat
    assert all(line.gross_cents == line.net_cents + line.vat_cents and line.quantity > 0 for line in lines)


@pytest.mark.parametrize(
    ("deductible", "deducting", "scheme", "shared"),
    [(False, (LEAD,), False, True), (False, (), True, False), (True, (), True, False)],
)
def test_a_bill_that_is_shared_shows_no_vat(
    deductible: bool, deducting: tuple[UUID, ...], scheme: bool, shared: bool
) -> None:
    """With VAT inside it: by the scheme of the lead, or as costs that all made together."""
    goods = replace(
        article(1, 10, vat=2100),
        tiers=(Tier(1, 100),),
        vat_class=VatClass.STANDARD,
        received_on=date(2026, 3, 5),
        unit="meter",
    )
    made = purchase(deductible=deductible, deducting_ids=deducting, partner_ids=(PARTNER,))
    charge, owed = settled(made, PARTNER, [goods], [wish(1, 1, 6, cooperative_id=PARTNER), wish(2, 1, 4)])
    (line,) = charge.lines()
    assert (line.net_cents, line.vat_cents, owed, line.quantity, line.unit) == (726, 0, 726, 6, "meter")
    assert (line.vat_class, line.basis_points, line.small_business) == (VatClass.EXEMPT, 0, scheme)
    assert (charge.shared_costs, line.supplied_on) == (shared, date(2026, 3, 5))
