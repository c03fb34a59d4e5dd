"""The VAT of the day of supply: what a consumer pays stays, and so does what a company pays without VAT."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import half_up
from app.domain.selling.credits import amount_off, credit_lines, credited
from app.domain.selling.customers import Contact
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import Order, totals
from app.domain.selling.vat_at_supply import as_supplied, counted_cents, current_line, free_of_vat, supply_day
from app.domain.vat import PriceBasis, VatClass, inside, rate_on

OLD, NEW = date(2025, 12, 30), date(2026, 1, 11)
NOW = datetime(2025, 12, 30, 11, tzinfo=UTC)
INCL, EXCL = PriceBasis.INCL, PriceBasis.EXCL


def line(cents: int, vat_class: VatClass, basis: PriceBasis, quantity: int = 1, bought: int | None = None) -> OrderLine:
    return OrderLine(
        id=uuid4(),
        order_id=UUID(int=1),
        offering_id=uuid4(),
        edition=1,
        member_id=UUID(int=2),
        title="Kamer",
        price_unit="piece",
        quantity=quantity,
        unit_price_cents=cents,
        basis=basis,
        vat_class=vat_class,
        vat_basis_points=rate_on(vat_class, OLD),
        counts_stock=False,
        purchase_cents=bought,
    )


def order(*lines: OrderLine) -> Order:
    placed = Order(
        id=UUID(int=1),
        cooperative_id=UUID(int=3),
        reference="SMKKT5DN",
        contact=Contact(name="Jo"),
        lines=lines,
        net_cents=0,
        vat_cents=0,
        placed_at=NOW,
        accept_by=NOW,
    )
    return totals(placed)


def less(sold: Order, cents: int) -> Order:
    return credited(sold, credit_lines(uuid4(), sold, amount_off(sold, cents)))


@pytest.mark.parametrize(
    ("basis", "cents", "after"),
    [
        pytest.param(INCL, 10_900, (9_008, 1_892), id="consumer"),
        pytest.param(EXCL, 10_000, (10_000, 2_100), id="company"),
    ],
)
def test_lodging_over_new_year(basis: PriceBasis, cents: int, after: tuple[int, int]) -> None:
    sold = order(line(cents, VatClass.LODGING, basis))
    assert (sold.net_cents, sold.vat_cents) == (10_000, 900)
    assert as_supplied(sold, OLD, free=False, new_id=uuid4) is sold
    supplied = as_supplied(sold, NEW, free=False, new_id=uuid4)
    assert (supplied.net_cents, supplied.vat_cents, supplied.terms) == (*after, 2)
    assert [one.replaces for one in supplied.lines] == [(sold.lines[0].id,)]
    again = as_supplied(supplied, OLD, free=False, new_id=uuid4)
    assert (again.net_cents, again.vat_cents, again.terms) == (sold.net_cents, sold.vat_cents, 3)
    for known in (sold.lines[0].id, supplied.lines[0].id, again.lines[0].id):
        assert current_line(again, known) == again.lines[0]
    assert current_line(again, uuid4()) is None


def test_the_scheme_ends_before_supply() -> None:
    """Second-hand goods are under the margin scheme again: of 31.85, bought for 7.10, 4.30 is VAT."""
    placed = order(
        line(3_185, VatClass.MARGIN, INCL, bought=710),
        line(20_000, VatClass.STANDARD, INCL),
        line(50, VatClass.EXEMPT, INCL),
    )
    free = free_of_vat(placed)
    assert (free.net_cents, free.vat_cents, counted_cents(free)) == (23_235, 0, 23_185)
    assert {(one.vat_class, one.purchase_cents) for one in free.lines} == {(VatClass.EXEMPT, None)}
    assert as_supplied(free, NEW, free=True, new_id=uuid4) is free
    supplied = as_supplied(free, NEW, free=False, new_id=uuid4)
    assert [one.vat_cents for one in supplied.lines] == [430, 3_471, 0]
    assert [one.vat_class for one in supplied.lines] == [one.vat_class for one in placed.lines]
    assert supplied.gross_cents == free.gross_cents


def test_an_order_that_was_credited_whole_stays() -> None:
    sold = order(line(10_900, VatClass.LODGING, INCL))
    gone = less(sold, 10_900)
    assert as_supplied(gone, NEW, free=False, new_id=uuid4) is gone


def test_a_write_off_is_at_most_what_is_left() -> None:
    sold = replace(order(line(10_000, VatClass.STANDARD, EXCL)), written_off_cents=12_100)
    assert as_supplied(sold, NEW, free=True, new_id=uuid4).written_off_cents == 10_000


@pytest.mark.parametrize(
    ("needed", "day"),
    [
        pytest.param(None, OLD, id="at once"),
        pytest.param(datetime(2026, 1, 10, 14, tzinfo=UTC), date(2026, 1, 10), id="next year"),
        pytest.param(datetime(2025, 12, 31, 23, 30, tzinfo=UTC), date(2026, 1, 1), id="by Dutch time"),
        pytest.param(datetime(2025, 12, 1, tzinfo=UTC), OLD, id="not before today"),
    ],
)
def test_the_day_of_supply_before_it(needed: datetime | None, day: date) -> None:
    assert supply_day(OLD, needed) == day


CLASSES = st.sampled_from([VatClass.STANDARD, VatClass.REDUCED, VatClass.LODGING, VatClass.EXEMPT])
LINES = st.builds(line, st.integers(1, 100_000), CLASSES, st.sampled_from(PriceBasis), st.integers(1, 50))


@given(st.lists(LINES, min_size=1, max_size=6), st.integers(0, 100), st.booleans(), st.booleans())
def test_prices_stay_and_vat_is_that_of_supply(
    lines: list[OrderLine], percent: int, was_free: bool, free: bool
) -> None:
    placed = free_of_vat(order(*lines)) if was_free else order(*lines)
    cents = placed.gross_cents * percent // 100
    placed = less(placed, cents) if cents else placed
    after = as_supplied(placed, NEW, free=free, new_id=uuid4)
    if after is placed:
        return
    assert after.refunded_cents == placed.refunded_cents
    assert (after.net_cents, after.vat_cents) == tuple(
        sum(getattr(one, name) for one in after.lines) for name in ("net_cents", "vat_cents")
    )
    for before, now in zip(placed.lines, after.lines, strict=True):
        assert now.gross_cents == now.net_cents + now.vat_cents
        if now.basis is INCL:
            assert (now.gross_cents, now.gross_left_cents) == (before.gross_cents, before.gross_left_cents)
        else:
            assert (now.net_cents, now.net_left_cents) == (before.net_cents, before.net_left_cents)
    for basis, rate in {(one.basis, one.vat_basis_points) for one in after.lines}:
        mine = [one for one in after.lines if (one.basis, one.vat_basis_points) == (basis, rate)]
        vat = sum(one.vat_left_cents for one in mine)
        if basis is INCL:
            assert vat == inside(sum(one.gross_left_cents for one in mine), rate)
        else:
            assert vat == half_up(sum(one.net_left_cents for one in mine), rate)
