"""Collective invoices: which orders are on one, and that its VAT is that of the orders."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from app.domain.selling.collectives import MOST_ORDERS, collective_draft, due_collectives, lines_by_order
from app.domain.selling.customers import Billing, Contact
from app.domain.selling.orders import Order, OrderState
from app.domain.selling.references import rf_of
from app.domain.vat import PriceBasis
from tests.domain.test_invoice_lines import SELLER, line, order

DAY = date(2026, 3, 3)


def orders(count: int, cents: int, basis: PriceBasis, month: int = 2) -> list[Order]:
    """Orders of a customer that is invoiced by the month, supplied on the fifth."""
    one = order(line(cents, basis=basis))
    contact = Contact(name="Jo", buyer=replace(one.contact.buyer, billing=Billing.MONTHLY))
    at = datetime(2026, month, 5, 12, tzinfo=UTC)
    supplied = replace(one, contact=contact, state=OrderState.DELIVERED, delivered_at=at)
    return [replace(supplied, id=uuid4()) for _ in range(count)]


def sums(theirs: list[Order]) -> tuple[int, int, int]:
    """Net and VAT of their collective invoice, and how many orders are on it."""
    lines = lines_by_order(theirs, {one.id: [] for one in theirs})
    paper = collective_draft(theirs, {one.id: [] for one in theirs}, SELLER, lines, rf_of("SMKKT5DN")).issued("X", DAY)
    return paper.net_cents, paper.vat_cents, len(lines)


@pytest.mark.parametrize(
    ("cents", "basis", "expected"),
    [(50, PriceBasis.EXCL, (5_000, 1_100, 100)), (49, PriceBasis.INCL, (4_000, 900, 100))],
)
def test_its_vat_is_the_sum_of_the_orders(cents: int, basis: PriceBasis, expected: tuple[int, int, int]) -> None:
    """100 × 0.50 is 50.00 + 11.00, by rate 10.50; 100 × 0.49 with VAT is 40.00 + 9.00."""
    assert sums(orders(100, cents, basis)) == expected


def test_one_whose_vat_would_differ_by_a_euro_is_split() -> None:
    """Of 170 × 0.49 with VAT: each is 0.006 more than its rate, so 165 fit."""
    net, vat, count = sums(orders(170, 49, PriceBasis.INCL))
    assert (count, net, vat) == (165, 6_600, 1_485)


def test_what_is_due_on_which_day() -> None:
    """On the third what was supplied last month, and before that only what is older; at most a hundred on one."""
    february, january = orders(MOST_ORDERS + 1, 50, PriceBasis.EXCL), orders(1, 50, PriceBasis.EXCL, month=1)
    march = orders(1, 50, PriceBasis.EXCL, month=3)
    together = [*january, *february, *march]
    assert due_collectives(together, date(2026, 3, 2)) == [[january[0].id]]
    due = due_collectives(together, DAY)
    assert [len(ids) for ids in due] == [1, MOST_ORDERS, 1]
    assert due_collectives(march, date(2026, 3, 31)) == []
    gift = [replace(one, net_cents=0, vat_cents=0) for one in february[:1]]
    assert due_collectives(gift, DAY) == []
    other = [replace(february[0], customer_person_id=UUID(int=9)), february[1]]
    assert [len(ids) for ids in due_collectives(other, DAY)] == [1, 1]
