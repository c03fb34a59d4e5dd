"""What the holder of a status link can pay."""

from dataclasses import replace
from datetime import UTC, date, datetime

from app.domain.selling.guest_orders import GuestOrder, HowToPay
from app.domain.selling.orders import OrderState, PaymentState

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ORDER = GuestOrder(
    token="geheim",
    reference="SMKKT5DN",
    cooperative="De Vrije Uitloop",
    state=OrderState.DELIVERED,
    title="Tuinonderhoud",
    gross_cents=24_200,
    paid_cents=10_000,
    refunded_cents=0,
    due_cents=14_200,
    owed_back_cents=0,
    payment=PaymentState.PARTLY_PAID,
    due_on=date(2026, 3, 19),
    placed_at=NOW,
    accept_by=NOW,
    needed_at=None,
    iban="NL91ABNA0417164300",
    account_name="De Vrije Uitloop",
)


def test_what_is_due_is_paid_to_the_account_of_the_seller_with_the_orders_reference() -> None:
    assert ORDER.how_to_pay == HowToPay(
        iban="NL91ABNA0417164300",
        name="De Vrije Uitloop",
        reference="RF84SMKKT5DN",
        amount_cents=14_200,
        due_on=date(2026, 3, 19),
        token="geheim",
    )


def test_there_is_nothing_to_pay_if_nothing_is_due_or_the_seller_has_no_account() -> None:
    assert replace(ORDER, due_cents=0).how_to_pay is None
    assert replace(ORDER, iban=None, account_name=None).how_to_pay is None
