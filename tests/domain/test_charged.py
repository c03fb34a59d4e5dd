"""What an order has in the books: charge, advance, VAT by box, what is to be shared; and credits by line."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.chart import VatBox, result_lines
from app.domain.errors import MoreThanLeft, NotFound, NothingOpen, RuleRefused
from app.domain.ledger import AccountKind, Leg
from app.domain.selling.charged import (
    Standing,
    charge_legs,
    credit_legs,
    net_by_member,
    revenue_lines,
    standing,
)
from app.domain.selling.credits import Wanted, amount_off, credit_lines, credited, lines_off
from app.domain.selling.customers import Buyer, BuyerType, Contact
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import CALLED_OFF, SUPPLIED, Order, OrderState, called_off, totals
from app.domain.selling.vat_due import timer_of, unpaid_too_long, year_after_due
from app.domain.vat import PriceBasis, VatClass

NOW, DAY = datetime(2026, 3, 28, 12, tzinfo=UTC), date(2026, 3, 28)
NOOR, HASSAN = UUID(int=1), UUID(int=2)
RATES = {VatClass.STANDARD: 2100, VatClass.REDUCED: 900, VatClass.EXEMPT: 0, VatClass.MARGIN: 2100}
RATES |= {VatClass.REVERSE_CHARGED: 0, VatClass.INTRA_EU: 0}


def line(
    cents: int,
    vat_class: VatClass = VatClass.STANDARD,
    *,
    quantity: int = 1,
    basis: PriceBasis = PriceBasis.EXCL,
    member_id: UUID = NOOR,
    purchase: int | None = None,
) -> OrderLine:
    return OrderLine(
        id=uuid4(),
        order_id=uuid4(),
        offering_id=uuid4(),
        edition=1,
        member_id=member_id,
        title="werk",
        price_unit="piece",
        quantity=quantity,
        unit_price_cents=cents,
        vat_class=vat_class,
        vat_basis_points=RATES[vat_class],
        counts_stock=False,
        purchase_cents=purchase,
        basis=basis,
    )


def order(*lines: OrderLine, state: OrderState = OrderState.DELIVERED, paid: int = 0) -> Order:
    return totals(
        Order(
            id=uuid4(),
            cooperative_id=uuid4(),
            reference="SMKKT5DN",
            contact=Contact(name="Jo"),
            lines=lines,
            net_cents=0,
            vat_cents=0,
            placed_at=NOW,
            accept_by=NOW,
            delivered_at=NOW,
            payment_days=14,
            state=state,
            paid_cents=paid,
        )
    )


def by_kind(legs: tuple[Leg, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for leg in legs:
        name = leg.party if leg.kind is AccountKind.VAT else leg.kind
        found[str(name)] = found.get(str(name), 0) + leg.cents
    return found


def test_a_delivered_order_is_charged_with_its_vat_by_box() -> None:
    one = order(line(20_000), line(10_000, VatClass.REDUCED))
    legs = charge_legs(one, Standing(), standing(one), DAY)
    assert by_kind(legs) == {"1a": 4200, "1b": 900, "to_share": 30_000, "receivable_customer": -35_100}
    facts = {leg.party: leg.facts for leg in legs if leg.kind is AccountKind.VAT}
    assert facts["1b"] == {"box": "1b", "rate": 900, "base": 10_000, "net": 10_000, "taxDay": "2026-03-28"}
    assert {r.category: r.cents for r in revenue_lines(Standing(), standing(one))} == {
        "revenue/services/1a": 20_000,
        "revenue/services/1b": 10_000,
    }


def test_money_before_supply_is_an_advance_with_its_vat() -> None:
    """100.00 of 242.00: 82.64 + 17.36; at supply the rest follows."""
    before = order(line(20_000), state=OrderState.ACCEPTED)
    paid = replace(before, paid_cents=10_000)
    assert by_kind(charge_legs(paid, standing(before), standing(paid), DAY)) == {
        "1a": 1736,
        "advance": 8264,
        "receivable_customer": -10_000,
    }
    supplied = replace(paid, state=OrderState.DELIVERED)
    assert by_kind(charge_legs(paid, standing(paid), standing(supplied), DAY)) == {
        "1a": 4200 - 1736,
        "advance": -8264,
        "to_share": 20_000,
        "receivable_customer": -14_200,
    }


def test_an_order_that_is_called_off_owes_back_what_was_paid() -> None:
    paid = order(line(20_000), state=OrderState.ACCEPTED, paid=10_000)
    off = called_off(replace(paid, state=OrderState.CANCELLED))
    legs = (
        *charge_legs(off, standing(paid), standing(off), DAY),
        *credit_legs(off, standing(paid), standing(off), "cancel"),
    )
    assert by_kind(legs) == {"1a": -1736, "advance": -8264, "receivable_customer": 0, "customer_credit": 10_000}
    assert standing(off) == Standing(credit_cents=10_000)


def test_under_the_cash_method_vat_moves_with_the_money() -> None:
    """242.00 supplied: all its VAT is for later; 100.00 comes: 17.36 of it is due, on the day of the payment."""
    one = replace(order(line(20_000)), vat_with_money=True)
    legs = charge_legs(one, Standing(), standing(one), DAY)
    assert by_kind(legs) == {"later": 4200, "to_share": 20_000, "receivable_customer": -24_200}
    facts = next(leg.facts for leg in legs if leg.party == "later")
    assert (facts["box"], facts["to"], facts["base"]) == ("later", "1a", 20_000)
    paid = replace(one, paid_cents=10_000)
    moved = charge_legs(paid, standing(one), standing(paid), date(2026, 4, 12))
    assert by_kind(moved) == {"1a": 1736, "later": -1736}
    assert [(leg.facts["base"], leg.facts["taxDay"]) for leg in moved] == [(8264, "2026-04-12"), (-8264, "2026-04-12")]
    assert not any(line.cents for line in revenue_lines(standing(one), standing(paid)))
    lost = replace(paid, written_off_cents=14_200)
    assert by_kind(charge_legs(lost, standing(paid), standing(lost), DAY)) == {
        "later": -2464,
        "to_share": -11_736,
        "receivable_customer": 14_200,
    }
    assert standing(replace(paid, paid_cents=24_200)).later == {(VatBox.STANDARD, 2100): (0, 0)}


def test_money_before_supply_has_its_vat_whatever_the_method() -> None:
    before = order(line(20_000), state=OrderState.ACCEPTED, paid=10_000)
    supplied = replace(before, state=OrderState.DELIVERED, vat_with_money=True)
    assert by_kind(charge_legs(supplied, standing(before), standing(supplied), DAY)) == {
        "later": 2464,
        "advance": -8264,
        "to_share": 20_000,
        "receivable_customer": -14_200,
    }


def test_unpaid_a_year_after_due_its_vat_goes_back_until_it_is_paid() -> None:
    """100.00 of 242.00 came: 1a −24.64; paid after all, it returns."""
    one = order(line(20_000), paid=10_000)
    assert one.due_on == date(2026, 4, 11)
    assert year_after_due(one) == date(2027, 4, 11)
    assert timer_of(one, NOW) == datetime(2027, 4, 10, 22, tzinfo=UTC)
    late = unpaid_too_long(one)
    assert by_kind(charge_legs(late, standing(one), standing(late), DAY)) == {"1a": -2464, "later": 2464}
    paid = replace(late, paid_cents=24_200)
    assert by_kind(charge_legs(paid, standing(late), standing(paid), DAY)) == {"1a": 2464, "later": -2464}


@pytest.mark.parametrize(
    "more",
    [
        {"paid_cents": 24_200},
        {"state": OrderState.ACCEPTED},
        {"delivered_at": None},
        {"vat_with_money": True},
        {"buyer_id": UUID(int=3)},
    ],
)
def test_what_needs_no_timer(more: dict[str, Any]) -> None:
    assert timer_of(replace(order(line(20_000)), **more), NOW) is None
    assert timer_of(order(line(20_000, VatClass.EXEMPT)), NOW) is None


def test_of_29_february_the_year_ends_on_the_28th() -> None:
    one = replace(order(line(20_000)), delivered_at=datetime(2028, 2, 15, 12, tzinfo=UTC))
    assert (one.due_on, year_after_due(one)) == (date(2028, 2, 29), date(2029, 2, 28))


def test_what_the_buyer_declares_has_no_vat_and_its_own_revenue() -> None:
    """The list of supplies to other states needs the buyer's VAT id; a credit takes them back."""
    goods = replace(line(5_000, VatClass.INTRA_EU), goods=True)
    one = order(line(10_000, VatClass.REVERSE_CHARGED), line(20_000, VatClass.INTRA_EU), goods)
    one = replace(one, contact=Contact(name="Jo", buyer=Buyer(buyer_type=BuyerType.BUSINESS, vat_id="BE0123456749")))
    legs = charge_legs(one, Standing(), standing(one), DAY)
    assert by_kind(legs) == {"to_share": 35_000, "receivable_customer": -35_000}
    assert {r.category: r.cents for r in revenue_lines(Standing(), standing(one))} == {
        "revenue/services/1e": 10_000,
        "revenue/services/3b": 20_000,
        "revenue/goods/3b": 5_000,
    }
    eu = {"vatId": "BE0123456749", "euGoods": 5_000, "euServices": 20_000, "taxDay": "2026-03-28"}
    assert legs[-1].facts.items() >= eu.items()
    after = credited(one, credit_lines(uuid4(), one, amount_off(one, None)))
    back = charge_legs(after, standing(one), standing(after), DAY)
    assert (back[-1].facts["euGoods"], back[-1].facts["euServices"]) == (-5_000, -20_000)
    assert "euGoods" not in charge_legs(order(line(1)), Standing(), standing(order(line(1))), DAY)[-1].facts


def test_a_write_off_takes_its_vat_off_and_leaves_the_rest_to_be_shared() -> None:
    """142.00 of 242.00: 24.64 VAT, 117.36 bad debt; 82.64 is shared."""
    paid = order(line(20_000), paid=10_000)
    lost = replace(paid, written_off_cents=14_200)
    legs = charge_legs(lost, standing(paid), standing(lost), DAY)
    assert by_kind(legs) == {"1a": -2464, "to_share": -11_736, "receivable_customer": 14_200}
    assert {r.category: r.cents for r in result_lines(legs, revenue_lines(standing(paid), standing(lost)))} == {
        "cost/bad_debt": -11_736,
        "members/to_share": 11_736,
    }
    assert net_by_member(lost) == {NOOR: 8264}
    borne = replace(lost, fund_bears=True)
    assert by_kind(charge_legs(borne, standing(paid), standing(borne), DAY)) == {
        "1a": -2464,
        "cooperative_fund": -11_736,
        "receivable_customer": 14_200,
    }
    assert net_by_member(borne) == {NOOR: 20_000}


def test_a_credit_by_line_leaves_the_other_line_alone() -> None:
    """Noor 100.00 at 21 %, Hassan 100.00 at 9 %: Hassan's back is 109.00, of which 9.00 VAT."""
    hassan = line(10_000, VatClass.REDUCED, member_id=HASSAN)
    one = order(line(10_000), hassan)
    taken = credit_lines(uuid4(), one, lines_off(one, [Wanted(hassan.id, quantity=1)]))
    assert [(c.order_line_id, c.net_cents, c.vat_cents) for c in taken] == [(hassan.id, 10_000, 900)]
    after = credited(one, taken)
    assert by_kind(charge_legs(after, standing(one), standing(after), DAY)) == {
        "1b": -900,
        "to_share": -10_000,
        "receivable_customer": 10_900,
    }
    assert net_by_member(after) == {NOOR: 10_000, HASSAN: 0}


def test_piece_by_piece_comes_to_the_whole() -> None:
    """3 × 9.99 back one at a time: VAT 1.73, 1.74, 1.73; net 8.26, 8.25, 8.26."""
    one = order(line(999, quantity=3, basis=PriceBasis.INCL))
    found = []
    for _ in range(3):
        taken = credit_lines(uuid4(), one, lines_off(one, [Wanted(one.lines[0].id, quantity=1)]))
        found.append((taken[0].net_cents, taken[0].vat_cents))
        one = credited(one, taken)
    assert found == [(826, 173), (825, 174), (826, 173)]
    assert (one.refunded_cents, standing(one).to_share_cents) == (2997, 0)
    assert standing(one).vat == {(VatBox.STANDARD, 2100): (0, 0)}


def test_the_margin_scheme_gives_back_what_the_smaller_margin_asks() -> None:
    """31.85, bought for 7.10: VAT 4.30; 10.00 back: 1.74."""
    one = order(line(3185, VatClass.MARGIN, basis=PriceBasis.INCL, purchase=710))
    assert (one.vat_cents, standing(one).vat) == (430, {(VatBox.STANDARD, 2100): (430, 2755)})
    taken = credit_lines(uuid4(), one, lines_off(one, [Wanted(one.lines[0].id, cents=1000)]))
    assert (taken[0].net_cents, taken[0].vat_cents) == (826, 174)
    two = order(line(3185, VatClass.MARGIN, quantity=2, basis=PriceBasis.INCL, purchase=710))
    back = credit_lines(uuid4(), two, lines_off(two, [Wanted(two.lines[0].id, quantity=1)]))
    assert (two.vat_cents, back[0].vat_cents) == (859, 859 - 430)


def test_refusals_of_a_credit() -> None:
    one = order(line(10_000), line(5_000))
    first = one.lines[0].id
    with pytest.raises(MoreThanLeft) as found:
        lines_off(one, [Wanted(first, cents=10_001)])
    assert found.value.facts == {"left_cents": 10_000}
    with pytest.raises(MoreThanLeft):
        lines_off(one, [Wanted(first, quantity=2)])
    with pytest.raises(NotFound):
        lines_off(one, [Wanted(uuid4(), quantity=1)])
    with pytest.raises(RuleRefused):
        lines_off(one, [Wanted(first, quantity=1), Wanted(first, cents=1)])
    with pytest.raises(MoreThanLeft):
        amount_off(one, one.gross_cents + 1)
    for gone in (
        credited(one, credit_lines(uuid4(), one, amount_off(one, None))),
        replace(one, state=OrderState.EXPIRED),
    ):
        with pytest.raises(NothingOpen):
            amount_off(gone, 1)
        with pytest.raises(NothingOpen):
            lines_off(gone, [Wanted(first, quantity=1)])


def test_a_credit_lowers_what_was_written_off_first() -> None:
    lost = replace(order(line(20_000), paid=10_000), written_off_cents=14_200)
    after = credited(lost, credit_lines(uuid4(), lost, amount_off(lost, 4_200)))
    assert (after.refunded_cents, after.written_off_cents, after.due_cents, after.owed_back_cents) == (
        4200,
        10_000,
        0,
        0,
    )


LINES = st.lists(
    st.builds(
        line,
        st.integers(1, 50_000),
        st.sampled_from([VatClass.STANDARD, VatClass.REDUCED, VatClass.EXEMPT]),
        quantity=st.integers(1, 20),
        basis=st.sampled_from(PriceBasis),
        member_id=st.sampled_from([NOOR, HASSAN]),
    ),
    min_size=1,
    max_size=5,
)


@given(LINES, st.data())
def test_any_credits_take_exactly_what_was_charged(lines: list[OrderLine], data: st.DataObject) -> None:
    """By line, by unit or as a whole, in any order: what was credited and what is left is the price, per rate."""
    one = order(*lines)
    groups, back = one.vat_groups, [0, 0]
    for _ in range(8):
        left = one.gross_cents - one.refunded_cents
        if not left:
            break
        if data.draw(st.booleans()):
            off = amount_off(one, data.draw(st.integers(1, left)))
        else:
            of = data.draw(st.sampled_from([each for each in one.lines if each.gross_left_cents]))
            units = data.draw(st.integers(1, of.quantity))
            try:
                off = lines_off(one, [Wanted(of.id, quantity=units)])
            except MoreThanLeft:
                continue
        taken = credit_lines(uuid4(), one, off)
        assert sum(credit.gross_cents for credit in taken) >= 0
        back = [back[0] + sum(c.net_cents for c in taken), back[1] + sum(c.vat_cents for c in taken)]
        one = credited(one, taken)
        assert all(each.net_left_cents >= 0 and each.vat_left_cents >= 0 for each in one.lines)
        assert standing(one).to_share_cents == sum(net_by_member(one).values()) == one.net_cents - back[0]
        assert sum(vat for vat, _ in standing(one).vat.values()) == one.vat_cents - back[1]
    rest = amount_off(one, None) if one.gross_cents > one.refunded_cents else {}
    one = credited(one, credit_lines(uuid4(), one, rest))
    assert (one.refunded_cents, standing(one).to_share_cents, dict(standing(one).vat)) == (
        one.gross_cents,
        0,
        dict.fromkeys(standing(one).vat, (0, 0)),
    )
    assert groups == one.vat_groups


@given(
    LINES,
    st.sampled_from(OrderState),
    st.integers(0, 3_000_000),
    st.integers(0, 100),
    st.booleans(),
    st.booleans(),
)
def test_every_state_balances(
    lines: list[OrderLine], state: OrderState, paid: int, lost: int, fund_bears: bool, with_money: bool
) -> None:
    """Whatever happened to an order, its balances sum to the money that came in."""
    one = replace(order(*lines, state=state, paid=paid), vat_with_money=with_money)
    if state in SUPPLIED:
        one = replace(one, written_off_cents=one.due_cents * lost // 100, fund_bears=fund_bears)
    if state in CALLED_OFF:
        one = called_off(one)
    has = standing(one)
    vat = sum(cents for cents, _ in (*has.vat.values(), *has.later.values()))
    assert (
        has.receivable_cents + has.credit_cents + has.advance_cents + has.to_share_cents + has.fund_cents + vat == paid
    )
    assert has.receivable_cents == (-one.due_cents if state in SUPPLIED else 0)
    legs = (*charge_legs(one, Standing(), has, DAY), *credit_legs(one, Standing(), has, "credited"))
    assert sum(leg.cents for leg in legs) == 0
    result_lines(legs, revenue_lines(Standing(), has))


@given(LINES, st.integers(0, 3_000_000), st.integers(0, 100), st.data())
def test_vat_for_later_is_the_part_that_has_not_come(
    lines: list[OrderLine], paid: int, share: int, data: st.DataObject
) -> None:
    """Under either method the same VAT is charged in all; of later nothing is below zero, and paid it is empty."""
    one = order(*lines)
    one = credited(one, credit_lines(uuid4(), one, amount_off(one, 1 + (one.gross_cents - 1) * share // 100)))
    one = replace(one, paid_cents=paid)
    one = replace(one, written_off_cents=data.draw(st.integers(0, one.due_cents)))
    at_once, has = standing(one), standing(replace(one, vat_with_money=True))
    assert all(vat >= 0 and base >= 0 for vat, base in (*has.later.values(), *has.vat.values()))
    both = {box: (has.vat.get(box, (0, 0)), has.later.get(box, (0, 0))) for box in {*has.vat, *has.later}}
    assert {box: (due[0] + later[0], due[1] + later[1]) for box, (due, later) in both.items()} == at_once.vat
    assert replace(has, vat={}, later={}) == replace(at_once, vat={})
    if not one.due_cents:
        assert not any(vat for vat, _ in has.later.values())
    before = replace(one, state=OrderState.ACCEPTED, written_off_cents=0)
    supplied = replace(before, state=OrderState.DELIVERED, vat_with_money=True)
    # At supply no VAT of an advance moves to later, and none of the rest to its box.
    assert {b: v for b, v in standing(before).vat.items() if v[0]} == {
        b: v for b, v in standing(supplied).vat.items() if v[0]
    }
