"""A payment and its file, for tests of the writer, of the bank of demonstrations, and of judges."""

from datetime import UTC, date, datetime
from uuid import UUID

from app.demo.bank import DemoBank
from app.domain.books.payment_files import PaymentFile, PaymentOfFile, id_in_file

BATCH, ITEM = UUID("01a2bc00-0000-7000-8000-0000000000aa"), UUID("01a2bc00-0000-7000-8000-000000000001")
PAYMENT = PaymentOfFile(
    end_to_end_id=id_in_file(ITEM),
    cents=12_100,
    name="Garenhuis Verzonnen",
    iban="NL08XXXC0000003434",
    text="GV-2026-31",
)
FILE = PaymentFile(
    message_id=id_in_file(BATCH),
    made_at=datetime(2026, 3, 31, 22, 30, 0, 999, UTC),
    execute_on=date(2026, 4, 1),
    debtor_name="Naaiatelier Verzonnen",
    debtor_iban="NL45XXXA0000004321",
    items=(PAYMENT,),
)


def bank(opening_cents: int = 100_000) -> DemoBank:
    """A bank with the account from which the file pays."""
    return DemoBank(iban=FILE.debtor_iban, holder=FILE.debtor_name, opening_cents=opening_cents)
