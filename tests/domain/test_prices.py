"""What an order costs: consumers can multiply what was shown, VAT is per rate and basis, and all of it adds up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import PriceChanged, RuleRefused
from app.domain.market.offerings import Offering, OfferingKind, OfferingState, PriceUnit, shown
from app.domain.selling.customers import Buyer, BuyerType, Contact
from app.domain.selling.order_lines import OrderLine, Units, line_of
from app.domain.selling.orders import Order, totals
from app.domain.selling.prices import Amounts, LinePrice, PriceTerms, UnitPrice, VatGroup, cents_of_units, priced
from app.domain.selling.vat_at_supply import free_of_vat
from app.domain.small_business import Spell
from app.domain.vat import PriceBasis, VatClass, inside

DAY = date(2026, 3, 5)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
INCL, EXCL = PriceBasis.INCL, PriceBasis.EXCL
CONSUMER, BUSINESS, PUBLIC = BuyerType.CONSUMER, BuyerType.BUSINESS, BuyerType.PUBLIC


def offering(price: int, basis: PriceBasis = EXCL, vat_class: VatClass = VatClass.STANDARD, **more: Any) -> Offering:
    fields: dict[str, Any] = {
        "id": uuid4(),
        "cooperative_id": uuid4(),
        "member_id": uuid4(),
        "kind": OfferingKind.SERVICE,
        "title": "Kleding herstellen",
        "text": "",
        "category": "kleding",
        "price_unit": PriceUnit.PIECE,
        "price_cents": price,
        "price_basis": basis,
        "vat_class": vat_class,
        "town": "Breda",
        "state": OfferingState.PUBLISHED,
        "edition": 1,
    }
    spells = more.pop("spells", ())
    return shown(Offering(**fields | more), None, DAY, spells)


def line(terms: PriceTerms, of: Offering, quantity: int = 1, minutes: int | None = None) -> OrderLine:
    units = Units(quantity) if minutes is None else Units.of_minutes(minutes)
    return line_of(of, units, terms.unit_price(of), id=uuid4(), order_id=uuid4(), day=DAY)


def order(buyer: BuyerType, *bought: tuple[Offering, int], spells: tuple[Spell, ...] = ()) -> Order:
    terms = PriceTerms(buyer=buyer, day=DAY, spells=spells)
    return totals(
        Order(
            id=uuid4(),
            cooperative_id=uuid4(),
            reference="SMKKT5DN",
            contact=Contact(name="Jo", buyer=Buyer(buyer_type=buyer)),
            lines=tuple(line(terms, of, quantity) for of, quantity in bought),
            net_cents=0,
            vat_cents=0,
            placed_at=NOW,
            accept_by=NOW,
        )
    )


def lines_of(*cents: int, basis: PriceBasis = INCL, rate: int = 2_100) -> list[LinePrice]:
    return [LinePrice(basis=basis, cents=one, basis_points=rate) for one in cents]


def summed(amounts: Sequence[Amounts]) -> tuple[int, int]:
    return sum(one.net_cents for one in amounts), sum(one.vat_cents for one in amounts)


@pytest.mark.parametrize(
    ("price", "basis", "vat_class", "quantity", "gross", "net", "vat"),
    [
        pytest.param(1_250, "excl", "reduced", 2, 2_726, 2_501, 225, id="2 x 13.63"),
        pytest.param(1_363, "incl", "reduced", 2, 2_726, 2_501, 225, id="2 x 13.63, set so"),
        pytest.param(2, "excl", "standard", 100, 200, 165, 35, id="100 x 0.02"),
        pytest.param(1_000, "incl", "standard", 100, 100_000, 82_645, 17_355, id="100 x 10.00"),
        pytest.param(999, "incl", "standard", 3, 2_997, 2_477, 520, id="3 x 9.99"),
        pytest.param(10_000, "incl", "standard", 1, 10_000, 8_264, 1_736, id="100.00, which no net reaches"),
        pytest.param(10_900, "incl", "lodging", 1, 10_900, 9_008, 1_892, id="109.00 at the rate of 2026"),
    ],
)
def test_a_consumer_pays_what_was_shown_times_the_quantity(
    price: int, basis: str, vat_class: str, quantity: int, gross: int, net: int, vat: int
) -> None:
    of = offering(price, PriceBasis(basis), VatClass(vat_class))
    sold = order(CONSUMER, (of, quantity))
    assert quantity * of.consumer_price_cents == gross
    assert (sold.gross_cents, sold.net_cents, sold.vat_cents) == (gross, net, vat)


@pytest.mark.parametrize(
    ("price", "basis", "vat_class", "quantity", "gross", "net", "vat"),
    [
        pytest.param(1_250, "excl", "reduced", 2, 2_725, 2_500, 225, id="2 x 12.50, VAT on the sum"),
        pytest.param(2, "excl", "standard", 100, 242, 200, 42, id="100 x 0.02, VAT on the sum"),
        pytest.param(999, "incl", "standard", 3, 2_997, 2_477, 520, id="the seller's price has VAT in it"),
    ],
)
@pytest.mark.parametrize("buyer", [BUSINESS, PUBLIC])
def test_a_company_pays_by_the_basis_of_the_offering(
    buyer: BuyerType, price: int, basis: str, vat_class: str, quantity: int, gross: int, net: int, vat: int
) -> None:
    sold = order(buyer, (offering(price, PriceBasis(basis), VatClass(vat_class)), quantity))
    assert (sold.gross_cents, sold.net_cents, sold.vat_cents) == (gross, net, vat)


def test_the_net_of_a_group_is_shared_over_its_lines() -> None:
    amounts = priced(lines_of(999, 999, 999))
    assert [one.net_cents for one in amounts] == [826, 826, 825]
    assert summed(amounts) == (2_477, 520)
    assert {one.gross_cents for one in amounts} == {999}


def test_a_discount_has_a_net_and_vat_below_zero() -> None:
    amounts = priced(lines_of(999, 999, 999, -297))
    assert [one.net_cents for one in amounts] == [826, 825, 825, -245]
    assert summed(amounts) == (2_231, 469)


def test_a_coupon_over_many_pieces_is_rounded_once() -> None:
    """Ten of 23.90 less 25 %: 59.75 off, so 179.25; per piece it would be 179.30."""
    assert summed(priced(lines_of(10 * 2_390, -5_975))) == (14_814, 3_111)


@pytest.mark.parametrize("basis", [INCL, EXCL])
def test_a_discount_of_all_leaves_nothing_and_every_line_its_vat(basis: PriceBasis) -> None:
    amounts = priced(lines_of(1_000, -400, -600, basis=basis))
    assert summed(amounts) == (0, 0)
    assert [one.gross_cents for one in amounts] == ([1_000, -400, -600] if basis is INCL else [1_210, -484, -726])


def test_each_rate_and_basis_is_a_group() -> None:
    bread, coat = offering(218, INCL, VatClass.REDUCED), offering(3, EXCL)
    sold = order(BUSINESS, (bread, 1), (coat, 1), (offering(3, EXCL), 1), (offering(121, INCL), 1))
    assert [(g.basis_points, g.basis, g.net_cents, g.vat_cents, g.gross_cents) for g in sold.vat_groups] == [
        (900, "incl", 200, 18, 218),
        (2_100, "excl", 6, 1, 7),
        (2_100, "incl", 100, 21, 121),
    ]
    # 1.26 of VAT on the two of 0.03 together is a cent, on the first by largest remainder.
    assert [one.vat_cents for one in sold.lines] == [18, 1, 0, 21]


def test_the_margin_scheme_keeps_vat_inside_the_margin() -> None:
    """A coat of 31.85, bought for 7.10: 4.30 of VAT, on no line but its own."""
    coat = offering(3_185, INCL, VatClass.MARGIN, purchase_cents=710)
    for buyer in BuyerType:
        sold = order(buyer, (coat, 1), (offering(10_000), 1))
        assert [(one.net_cents, one.vat_cents) for one in sold.lines] == [(2_755, 430), (10_000, 2_100)]
    assert [g.vat_class for g in sold.vat_groups] == ["margin", "standard"]


@pytest.mark.parametrize(
    ("minutes", "cents"),
    [pytest.param(50, 2_083, id="50 minutes"), pytest.param(20, 833, id="20"), pytest.param(60, 2_500, id="an hour")],
)
def test_an_hour_counts_its_minutes(minutes: int, cents: int) -> None:
    """At 25.00 an hour. Three lines of 20 minutes are 24.99, one of 60 is 25.00."""
    hour = offering(2_500, INCL, price_unit=PriceUnit.HOUR)
    kept = line(PriceTerms(buyer=CONSUMER, day=DAY), hour, minutes=minutes)
    assert (kept.price.cents, kept.minutes, kept.quantity) == (cents, minutes, 1)
    assert line(PriceTerms(buyer=CONSUMER, day=DAY), hour, 3).minutes == 180
    assert Units.of_minutes(61).quantity == 2


def test_only_an_hourly_price_has_minutes() -> None:
    with pytest.raises(RuleRefused) as refused:
        line(PriceTerms(buyer=CONSUMER, day=DAY), offering(100), minutes=30)
    assert refused.value.facts["rule"] == "minutes_are_of_an_hourly_price"
    assert line(PriceTerms(buyer=CONSUMER, day=DAY), offering(100), 2).minutes is None


@pytest.mark.parametrize(
    ("buyer", "net", "vat"), [(CONSUMER, 16_529, 3_471), (BUSINESS, 20_000, 4_200)], ids=["consumer", "company"]
)
def test_the_order_that_crosses_the_limit_carries_vat_inside_what_a_consumer_saw(
    buyer: BuyerType, net: int, vat: int
) -> None:
    """Under the small-business scheme 200.00 is shown for 200.00 without VAT."""
    spells = (Spell(id=uuid4(), cooperative_id=uuid4(), since=DAY),)
    of = offering(20_000, spells=spells)
    assert of.consumer_price_cents == 20_000
    across = order(buyer, (of, 1), spells=spells)
    assert (across.net_cents, across.vat_cents) == (net, vat)
    within = free_of_vat(across)
    assert (within.net_cents, within.vat_cents, within.gross_cents) == (20_000, 0, 20_000)
    assert [(one.vat_class, one.gross_cents) for one in within.vat_groups] == [("exempt", 20_000)]


OFFERINGS = st.builds(
    offering,
    st.integers(0, 1_000_000),
    st.sampled_from(PriceBasis),
    st.sampled_from([one for one in VatClass if one is not VatClass.MARGIN]),
)
BOUGHT = st.lists(st.tuples(OFFERINGS, st.integers(1, 1_000)), min_size=1, max_size=8)


@given(st.sampled_from(BuyerType), BOUGHT)
def test_every_line_and_group_adds_up_to_the_order(buyer: BuyerType, bought: list[tuple[Offering, int]]) -> None:
    sold = order(buyer, *bought)
    parts: tuple[Sequence[OrderLine] | Sequence[VatGroup], ...] = (sold.lines, sold.vat_groups)
    for each in parts:
        assert all(one.net_cents + one.vat_cents == one.gross_cents for one in each)
        assert sum(one.net_cents for one in each) == sold.net_cents
        assert sum(one.vat_cents for one in each) == sold.vat_cents
    assert sold.net_cents + sold.vat_cents == sold.gross_cents
    for one, (of, quantity) in zip(sold.lines, bought, strict=True):
        assert (one.gross_cents if one.basis is INCL else one.net_cents) == quantity * one.unit_price_cents
        assert one.basis is (INCL if buyer is CONSUMER else of.price_basis)


@given(BOUGHT)
def test_a_consumer_can_multiply(bought: list[tuple[Offering, int]]) -> None:
    sold = order(CONSUMER, *bought)
    assert sold.gross_cents == sum(quantity * of.consumer_price_cents for of, quantity in bought)


@given(st.sampled_from(BuyerType), BOUGHT)
def test_vat_is_that_of_the_sum_of_each_rate(buyer: BuyerType, bought: list[tuple[Offering, int]]) -> None:
    """To half a cent for each rate and basis."""
    sold = order(buyer, *bought)
    exact: dict[tuple[int, PriceBasis], list[Fraction]] = {}
    for one in sold.vat_groups:
        key = (one.basis_points, one.basis)
        due = (
            Fraction(one.gross_cents * one.basis_points, 10_000 + one.basis_points)
            if one.basis is INCL
            else Fraction(one.net_cents * one.basis_points, 10_000)
        )
        was = exact.setdefault(key, [Fraction(0), Fraction(0)])
        was[0], was[1] = was[0] + due, was[1] + one.vat_cents
    assert all(abs(due - booked) <= Fraction(1, 2) for due, booked in exact.values())


@given(
    st.lists(
        st.builds(
            LinePrice,
            basis=st.sampled_from(PriceBasis),
            cents=st.integers(-1_000_000, 1_000_000),
            basis_points=st.sampled_from([0, 900, 2_100]),
        ),
        max_size=12,
    )
)
def test_what_is_taken_back_is_the_negation(lines: list[LinePrice]) -> None:
    back = priced([replace(one, cents=-one.cents) for one in lines])
    totals_ = summed(priced(lines))
    assert summed(back) == (-totals_[0], -totals_[1])
    for one, amounts in zip(lines, priced(lines), strict=True):
        assert one.cents == (amounts.gross_cents if one.basis is INCL else amounts.net_cents)


@given(st.integers(0, 10_000_000), st.sampled_from([0, 900, 2_100]))
def test_one_unit_of_a_price_without_vat_costs_the_same_for_everybody(price: int, rate: int) -> None:
    vat_class = {0: VatClass.ZERO, 900: VatClass.REDUCED, 2_100: VatClass.STANDARD}[rate]
    of = offering(price, EXCL, vat_class)
    one, other = order(CONSUMER, (of, 1)), order(BUSINESS, (of, 1))
    assert (one.net_cents, one.vat_cents) == (other.net_cents, other.vat_cents)


def test_vat_inside_an_amount_below_zero_is_the_negation() -> None:
    assert (inside(545, 900), inside(-545, 900)) == (45, -45)
    assert cents_of_units(-2_500, 1, 50) == -2_083


@pytest.mark.parametrize(
    ("buyer", "changes", "same"),
    [
        pytest.param(CONSUMER, {"title": "Gelei", "text": "x"}, True, id="other words"),
        pytest.param(CONSUMER, {"price_cents": 501}, False, id="a cent more"),
        pytest.param(CONSUMER, {"price_unit": PriceUnit.HOUR}, False, id="another unit"),
        pytest.param(CONSUMER, {"vat_class": VatClass.STANDARD}, False, id="another rate on top"),
        pytest.param(CONSUMER, {"price_cents": 545, "price_basis": INCL}, True, id="the same with VAT inside"),
        pytest.param(BUSINESS, {"price_cents": 545, "price_basis": INCL}, False, id="another basis, for a company"),
        pytest.param(BUSINESS, {"vat_class": VatClass.STANDARD}, False, id="another rate on top, for a company"),
        pytest.param(BUSINESS, {"title": "Gelei"}, True, id="other words, for a company"),
    ],
)
def test_a_buyer_pays_the_price_that_they_saw(buyer: BuyerType, changes: dict[str, Any], same: bool) -> None:
    terms = PriceTerms(buyer=buyer, day=DAY)
    seen = offering(500, EXCL, VatClass.REDUCED)
    now = shown(replace(seen, **changes), None, DAY, ())
    if same:
        terms.check_seen(now, seen)
        return
    with pytest.raises(PriceChanged) as refused:
        terms.check_seen(now, seen)
    unit = terms.unit_price(now)
    how = {"how": "without_vat"} if unit.basis is EXCL else {}
    assert refused.value.facts == {"title": now.title, "price_cents": unit.cents, **how}


def test_a_price_of_an_edition_that_never_was_is_refused() -> None:
    with pytest.raises(PriceChanged):
        PriceTerms(buyer=CONSUMER, day=DAY).check_seen(offering(1), None)


def test_the_margin_scheme_has_one_price_for_everybody() -> None:
    coat = offering(3_185, INCL, VatClass.MARGIN, purchase_cents=710)
    prices = {PriceTerms(buyer=buyer, day=DAY).unit_price(coat) for buyer in BuyerType}
    assert prices == {UnitPrice(basis=INCL, cents=3_185)}
