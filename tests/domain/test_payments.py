"""The money of an order: paid, refunded, due and owed back always add up to its price."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import MoreThanLeft, NothingOpen, NothingOwed, PaidBackAlready, RuleRefused
from app.domain.ledger import AccountKind, Leg
from app.domain.selling.customers import Buyer, BuyerType, Contact
from app.domain.selling.orders import CALLED_OFF, Order, OrderState, PaymentState, due_for_sale
from app.domain.selling.payments import Payment, PaymentMethod, SettlementMethod, receipt_legs, receive, undo_receipt
from app.domain.selling.repayments import repay, repayment_legs, used_for
from app.domain.selling.write_offs import BorneBy, check

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def order(paid: int = 0, state: OrderState = OrderState.COMPLETED, *, refunded: int = 0, sold: bool = False) -> Order:
    """An order of 242.00."""
    made = Order(
        id=uuid4(),
        cooperative_id=uuid4(),
        reference="SMKKT5DN",
        contact=Contact(name="Jo", email="jo@example.org"),
        lines=(),
        net_cents=20_000,
        vat_cents=4_200,
        placed_at=NOW,
        accept_by=NOW,
    )
    return replace(made, state=state, paid_cents=paid, refunded_cents=refunded, sale_parts=int(sold))


def payment(of: Order, cents: int) -> Payment:
    return Payment(
        id=uuid4(),
        order_id=of.id,
        cooperative_id=of.cooperative_id,
        cents=cents,
        paid_on=NOW.date(),
        method=SettlementMethod.CASH,
        recorded_by=uuid4(),
        recorded_at=NOW,
    )


def by_kind(legs: tuple[Leg, ...]) -> dict[AccountKind, int]:
    return {leg.kind: leg.cents for leg in legs}


@given(st.integers(0, 60_000), st.integers(0, 24_200), st.sampled_from(OrderState))
def test_it_adds_up_to_the_price(paid: int, refunded: int, state: OrderState) -> None:
    off = state in CALLED_OFF
    found = order(paid, state, refunded=0 if off else refunded)
    whole = found.paid_cents + found.refunded_cents + found.due_cents - found.owed_back_cents
    assert whole == (0 if off else found.gross_cents)
    assert 0 in (found.due_cents, found.owed_back_cents)


@given(st.integers(0, 60_000), st.integers(1, 60_000), st.sampled_from(OrderState))
def test_a_receipt_pays_what_is_open_and_the_rest_is_owed_back(paid: int, cents: int, state: OrderState) -> None:
    before = order(paid, state)
    after = receive(before, cents)
    legs = by_kind(receipt_legs(before, after, payment(before, cents)))
    assert sum(legs.values()) == 0
    assert 0 not in legs.values()
    assert legs[AccountKind.CASH] == -cents
    assert legs.get(AccountKind.CUSTOMER_CREDIT, 0) == after.owed_back_cents - before.owed_back_cents


@pytest.mark.parametrize(
    ("paid", "refunded", "state", "expected"),
    [
        (0, 0, OrderState.PLACED, PaymentState.UNPAID),
        (10_000, 0, OrderState.CANCELLED, PaymentState.PARTLY_PAID),
        (24_200, 0, OrderState.CANCELLED, PaymentState.PAID),
        (25_000, 0, OrderState.COMPLETED, PaymentState.PAID),
        (14_200, 10_000, OrderState.COMPLETED, PaymentState.PARTLY_REFUNDED),
        (0, 24_200, OrderState.COMPLETED, PaymentState.REFUNDED),
        (100, 24_200, OrderState.COMPLETED, PaymentState.REFUNDED),
    ],
)
def test_what_is_said_of_the_payment(paid: int, refunded: int, state: OrderState, expected: PaymentState) -> None:
    assert order(paid, state, refunded=refunded).payment is expected


def test_a_sale_is_due_if_the_price_is_paid_or_more() -> None:
    assert [due_for_sale(order(paid)) for paid in (24_199, 24_200, 48_400)] == [False, True, True]
    job = replace(order(refunded=24_200), assignment_id=uuid4())
    assert not due_for_sale(job), "of which everything was refunded"


def test_the_credit_pays_what_an_undone_payment_paid() -> None:
    """Paid twice: without the first payment, the second pays; then without the second, nothing is paid."""
    twice = order(48_400, sold=True)
    first = (
        Leg(kind=AccountKind.BANK, cents=-24_200, rule="payment", facts={}),
        Leg(kind=AccountKind.RECEIVABLE_CUSTOMER, cents=24_200, rule="payment", facts={}),
    )
    own = str(twice.id)
    second = (first[0], Leg(kind=AccountKind.CUSTOMER_CREDIT, cents=24_200, rule="overpaid", facts={}, party=own))
    once, moved = undo_receipt(twice, payment(twice, 24_200), first)
    assert (once.paid_cents, moved) == (24_200, 24_200)
    never, moved = undo_receipt(once, payment(once, 24_200), second)
    assert (never.paid_cents, moved) == (0, -24_200)
    with pytest.raises(PaidBackAlready):
        undo_receipt(never, payment(never, 1), first)


def test_what_can_go_back_is_what_is_owed_and_before_a_sale_what_was_paid() -> None:
    assert repay(order(25_000, sold=True), None).paid_cents == 24_200
    assert repay(order(25_000, sold=True), 700).paid_cents == 24_300
    assert repay(order(10_000), 10_000).paid_cents == 0
    with pytest.raises(NothingOwed):
        repay(order(10_000), None)
    assert repay(order(25_000), 25_000).due_cents == 24_200
    with pytest.raises(MoreThanLeft) as found:
        repay(order(25_000, sold=True), 801)
    assert found.value.facts == {"left_cents": 800}
    for nothing in (order(0, OrderState.CANCELLED), order(24_200, sold=True)):
        with pytest.raises(NothingOwed):
            repay(nothing, None)


def test_money_leaves_the_account_that_it_was_paid_from() -> None:
    before = order(25_000)
    after = repay(before, 1_000)
    assert by_kind(repayment_legs(before, after, PaymentMethod.CASH)) == {
        AccountKind.CASH: 1_000,
        AccountKind.CUSTOMER_CREDIT: -800,
        AccountKind.RECEIVABLE_CUSTOMER: -200,
    }


def test_money_that_still_comes_lowers_what_was_written_off_first() -> None:
    lost = replace(order(10_000), written_off_cents=14_200)
    assert (lost.due_cents, lost.payment) == (0, PaymentState.WRITTEN_OFF)
    assert replace(lost, paid_cents=0, written_off_cents=24_200).payment is PaymentState.WRITTEN_OFF
    assert replace(lost, written_off_cents=14_100).payment is PaymentState.PARTLY_PAID
    assert replace(lost, refunded_cents=100, written_off_cents=14_100).payment is PaymentState.WRITTEN_OFF
    regained = receive(lost, 15_000)
    assert regained.payment is PaymentState.PAID
    assert (regained.written_off_cents, regained.owed_back_cents) == (0, 800)
    assert receive(order(0), 24_200).written_off_cents == 0


def test_a_write_off_is_of_what_is_due_and_has_one_bearer() -> None:
    assert check(order(10_000), None, None) == (14_200, BorneBy.MAKERS)
    assert check(order(10_000), 100, BorneBy.COOPERATIVE_FUND) == (100, BorneBy.COOPERATIVE_FUND)
    assert check(replace(order(0), assignment_id=uuid4()), None, None) == (24_200, BorneBy.COOPERATIVE_FUND)
    before = replace(order(10_000), written_off_cents=100, fund_bears=True)
    assert check(before, None, None) == (14_100, BorneBy.COOPERATIVE_FUND)
    with pytest.raises(RuleRefused):
        check(before, None, BorneBy.MAKERS)
    with pytest.raises(MoreThanLeft):
        check(order(10_000), 14_201, None)
    for nothing in (order(24_200), order(0, OrderState.ACCEPTED), order(0, OrderState.CANCELLED)):
        with pytest.raises(NothingOpen):
            check(nothing, None, None)


@given(st.integers(1, 60_000), st.integers(0, 24_199), st.none() | st.integers(1, 60_000))
def test_what_is_owed_back_pays_another_order_as_far_as_it_can(over: int, paid: int, wanted: int | None) -> None:
    source, target = order(24_200 + over), order(paid)
    most = min(over, 24_200 - paid)
    if wanted is not None and wanted > most:
        with pytest.raises(MoreThanLeft):
            used_for(source, target, wanted)
        return
    cents = used_for(source, target, wanted)
    assert cents == (wanted or most)
    after = receive(target, cents)
    used = replace(payment(target, cents), from_order_id=source.id)
    legs = receipt_legs(target, after, used)
    assert [(leg.kind, leg.cents, leg.party) for leg in legs] == [
        (AccountKind.CUSTOMER_CREDIT, -cents, str(source.id)),
        (AccountKind.RECEIVABLE_CUSTOMER, cents, None),
    ]
    assert undo_receipt(after, used, legs) == (target, 0)


def test_what_is_owed_back_is_for_the_same_customer() -> None:
    source, target = order(30_000), order(0)
    for contact in (Contact(name="Jo", email="JO@example.org"), Contact(name="J. de Wit", email="jo@example.org")):
        assert used_for(source, replace(target, contact=contact), None) == 5_800
    firm = Buyer(buyer_type=BuyerType.BUSINESS, kvk_number="68750110")
    ours = replace(source, contact=Contact(name="Jo", email="jo@example.org", buyer=firm))
    theirs = replace(target, contact=Contact(name="Ann", email="ann@example.org", buyer=firm))
    assert used_for(ours, theirs, None) == 5_800
    with pytest.raises(RuleRefused):
        used_for(source, theirs, None)
    person = uuid4()
    source, theirs = replace(source, customer_person_id=person), replace(theirs, customer_person_id=person)
    assert used_for(source, theirs, None) == 5_800
    with pytest.raises(RuleRefused):
        used_for(source, replace(target, customer_person_id=uuid4()), None)
    with pytest.raises(NothingOwed):
        used_for(order(24_200), target, None)
    with pytest.raises(NothingOpen):
        used_for(source, order(24_200), None)
