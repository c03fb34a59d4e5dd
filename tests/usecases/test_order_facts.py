"""What SQL says of an order's money is what the domain says, for any amounts, states and days."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

from app.db.engine import Database
from app.db.selling.orders import PAYMENTS, orders
from app.domain.selling.customers import Contact
from app.domain.selling.order_filters import PaymentFilter
from app.domain.selling.orders import CALLED_OFF, SUPPLIED, Order, OrderState, PaymentState

BARE = Order(
    id=UUID(int=1),
    cooperative_id=UUID(int=2),
    reference="SMKKT5DN",
    contact=Contact(name="Jo"),
    lines=(),
    net_cents=0,
    vat_cents=0,
    placed_at=datetime(2026, 1, 1, tzinfo=UTC),
    accept_by=datetime(2026, 1, 3, tzinfo=UTC),
    payment_days=14,
)
SQL = """select t.version as n, due_cents(t), owed_back(t), payment_of(t), due_on(t)
           from jsonb_populate_recordset(null::"order", $1) t order by t.version"""
MOMENTS = (None, *(datetime(2026, 3, 28, 20, tzinfo=UTC) + timedelta(hours=n) for n in range(8)))
"""Around the night in which summer time begins."""


def every_kind() -> list[Order]:
    """Each state with each order of amounts that the table lets in."""
    found = []
    for state in OrderState:
        for price in (0, 100):
            for refunded in {0, price // 3, price} if state not in CALLED_OFF else {0}:
                left = price - refunded
                lost = {0, left // 2, left} if state in SUPPLIED else {0}
                for paid, written_off in product((0, 1, left, price, price + 5), lost):
                    order = replace(BARE, state=state, net_cents=price - price // 6, vat_cents=price // 6)
                    found.append(
                        replace(order, refunded_cents=refunded, paid_cents=paid, written_off_cents=written_off)
                    )
    dated = [replace(BARE, delivered_at=at, payment_days=days) for at in MOMENTS for days in (0, 14, 90)]
    charged = [replace(order, buyer_id=UUID(int=3)) for order in dated]
    return [replace(order, version=n) for n, order in enumerate(found + dated + charged)]


async def test_sql_says_what_the_domain_says(books: Database) -> None:
    cases = every_kind()
    async with books.transaction() as tx:
        rows = await tx.rows(SQL, orders.records(cases))
    assert len(rows) == len(cases) > 150
    for row, order in zip(rows, cases, strict=True):
        said = (order.due_cents, order.owed_back_cents, order.payment, order.due_on)
        assert (row["due_cents"], row["owed_back"], row["payment_of"], row["due_on"]) == said, order
    assert {order.payment for order in cases} == set(PaymentState)


def test_every_state_of_payment_can_be_looked_for() -> None:
    own = {PaymentFilter.OVERDUE, PaymentFilter.OWED_BACK}
    assert {one.value for one in PaymentFilter} == {one.value for one in PaymentState} | {one.value for one in own}
    assert own <= PAYMENTS.keys()
