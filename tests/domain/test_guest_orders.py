"""What the holder of a status link can pay."""

from dataclasses import replace
from datetime import UTC, date, datetime

from app.domain.selling.customers import Billing, BuyerType
from app.domain.selling.guest_orders import Demand, DemandPurpose, GuestInvoice, GuestOrder, HowToPay
from app.domain.selling.invoices import InvoiceKind
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


DEPOSIT = GuestInvoice(
    token="geheim",
    number="BRD2026-00001",
    kind=InvoiceKind.DEPOSIT,
    issued_on=date(2026, 3, 5),
    gross_cents=21_780,
    due_cents=21_780,
    due_on=date(2026, 3, 19),
)
ASKED = replace(
    ORDER,
    state=OrderState.ACCEPTED,
    gross_cents=72_600,
    paid_cents=0,
    due_cents=72_600,
    due_on=None,
    deposit_cents=21_780,
    invoices=(DEPOSIT,),
)
COLLECTIVE = GuestInvoice(
    token="geheim",
    number="BRD2026-00009",
    kind=InvoiceKind.COLLECTIVE,
    issued_on=date(2026, 4, 3),
    gross_cents=50_000,
    due_cents=40_000,
    due_on=date(2026, 4, 17),
    rf_reference="RF18000000009",
)


def cents_due_now(order: GuestOrder) -> tuple[DemandPurpose | None, int, date | None]:
    demand = order.demand
    return (None, 0, None) if demand is None else (demand.purpose, demand.amount_cents, demand.due_on)


def test_before_supply_a_deposit_is_due_less_what_was_paid() -> None:
    assert cents_due_now(ASKED) == (DemandPurpose.DEPOSIT, 21_780, date(2026, 3, 19))
    partly = replace(ASKED, paid_cents=10_000, due_cents=62_600)
    assert cents_due_now(partly) == (DemandPurpose.DEPOSIT, 11_780, date(2026, 3, 19))
    paid = replace(ASKED, paid_cents=21_780, due_cents=50_820)
    assert (paid.demand, paid.due_now_cents, paid.how_to_pay) == (None, 0, None)
    supplied = replace(ASKED, state=OrderState.DELIVERED, due_on=date(2026, 4, 1))
    assert cents_due_now(supplied) == (DemandPurpose.ORDER, 72_600, date(2026, 4, 1))
    credited = replace(ASKED, refunded_cents=62_600, due_cents=10_000)
    assert cents_due_now(credited) == (DemandPurpose.DEPOSIT, 10_000, date(2026, 3, 19))


def test_the_last_deposit_says_until_when() -> None:
    later = replace(DEPOSIT, due_on=date(2026, 3, 30))
    twice = replace(ASKED, deposit_cents=43_560, invoices=(DEPOSIT, later))
    assert cents_due_now(twice) == (DemandPurpose.DEPOSIT, 43_560, date(2026, 3, 30))


def test_a_month_waits_for_its_collective_invoice() -> None:
    monthly = replace(ORDER, billing=Billing.MONTHLY, due_on=None)
    assert (monthly.waits_for_month, monthly.demand, monthly.how_to_pay) == (True, None, None)
    invoiced = replace(monthly, invoice=COLLECTIVE)
    assert invoiced.waits_for_month is False
    assert invoiced.demand == Demand(
        purpose=DemandPurpose.COLLECTIVE,
        amount_cents=40_000,
        reference="RF18000000009",
        due_on=date(2026, 4, 17),
        invoice_number="BRD2026-00009",
    )
    assert replace(invoiced, due_cents=0).demand is None
    with_deposit = replace(ASKED, billing=Billing.MONTHLY, state=OrderState.DELIVERED)
    assert cents_due_now(with_deposit) == (DemandPurpose.DEPOSIT, 21_780, date(2026, 3, 19))


def test_what_a_collective_invoice_does_not_ask_is_due_by_the_order() -> None:
    order = replace(ORDER, billing=Billing.MONTHLY, invoice=replace(COLLECTIVE, due_cents=0))
    assert cents_due_now(order) == (DemandPurpose.ORDER, 14_200, date(2026, 3, 19))


def test_an_invoice_above_the_limit_is_for_whoever_gives_an_address() -> None:
    assert ORDER.invoice_on_request is True
    for order in (
        replace(ORDER, gross_cents=10_000),
        replace(ORDER, refunded_cents=14_200),
        replace(ORDER, addressed=True),
        replace(ORDER, invoices=(DEPOSIT,)),
        replace(ORDER, buyer_type=BuyerType.BUSINESS),
        replace(ORDER, billing=Billing.MONTHLY),
        replace(ORDER, state=OrderState.PLACED),
        replace(ORDER, state=OrderState.CANCELLED),
    ):
        assert order.invoice_on_request is False
