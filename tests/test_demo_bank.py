"""The bank of demonstrations: what goes in as payments comes out as statements, and what banks refuse is refused."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.camt import read_statements
from app.adapters.pain import payment_file
from app.demo.bank import COSTS, DemoBank, FileRefused, Movement
from app.domain.books.bank_statements import LineOfBank, StatementOfBank
from app.domain.books.payment_files import PaymentFile
from tests.bank_files.payments import FILE, PAYMENT, bank

APRIL, DAY = date(2026, 4, 1), timedelta(days=1)
TWO = replace(FILE, items=(PAYMENT, replace(PAYMENT, end_to_end_id="second", cents=5_000, text="bon 4")))


def statement(of: DemoBank, first_on: date = APRIL, last_on: date = APRIL + 29 * DAY) -> StatementOfBank:
    (found,) = read_statements(of.statement(first_on, last_on))
    assert found.refusal is None
    return found


def test_what_people_pay_is_on_the_statement() -> None:
    ours = bank()
    ours.move(Movement(day=APRIL, cents=6_050, name="Jo", iban=PAYMENT.iban, text="SMKKT5DN", creditor_reference="x"))
    ours.move(Movement(day=APRIL + DAY, cents=-250, text="kosten", code=COSTS))
    found = statement(ours)
    assert (found.opening_cents, found.closing_cents) == (100_000, 105_800)
    assert found.lines == (
        LineOfBank(
            day=APRIL,
            cents=6_050,
            text="SMKKT5DN\nx",
            bank_reference="432100000001",
            counterparty_iban=PAYMENT.iban,
            counterparty_name="Jo",
            creditor_reference="x",
            bank_code="PMNT-RCDT-ESCT",
        ),
        LineOfBank(day=APRIL + DAY, cents=-250, text="kosten", bank_reference="432100000002", bank_code=COSTS),
    )


def test_a_file_of_payments_is_paid_on_its_day_and_comes_back_with_its_ids() -> None:
    ours = bank()
    ours.take(payment_file(TWO))
    ours.send_back("second", APRIL + DAY)
    first, second, back = statement(ours).lines
    assert (first.end_to_end_id, first.cents, first.text) == (PAYMENT.end_to_end_id, -12_100, "GV-2026-31")
    assert (first.batch_id, first.day, first.counterparty_iban) == (FILE.message_id, APRIL, PAYMENT.iban)
    assert (second.end_to_end_id, second.cents) == ("second", -5_000)
    assert (back.end_to_end_id, back.cents, back.is_return, back.return_reason) == ("second", 5_000, True, "AC04")
    # The return has the parties of the payment.
    assert (back.counterparty_iban, back.counterparty_name) == (PAYMENT.iban, PAYMENT.name)


def test_a_batch_may_be_booked_as_one_without_an_item_that_was_refused() -> None:
    ours = bank()
    ours.take(payment_file(TWO), refused=["second"], as_one=True)
    (found,) = statement(ours).lines
    assert (found.batch_id, found.end_to_end_id, found.cents) == (FILE.message_id, None, -12_100)


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("<NbOfTxs>2<", "<NbOfTxs>1<", "counts"),
        ("<CtrlSum>171.00<", "<CtrlSum>171.01<", "sums"),
        (">second<", f">{PAYMENT.end_to_end_id}<", "an id twice"),
        ("bon 4", "bon_4", "characters"),
        ("2026-04-01</Dt>", "2026-04-03</Dt>", "a day on which banks are closed"),
        ("SLEV", "SHAR", "costs"),
        ("<Ustrd>bon 4</Ustrd>", "<Ustrd>bon 4</Ustrd><Strd/>", "text and reference"),
        (FILE.debtor_iban, PAYMENT.iban, "another account"),
        ("</PmtInf>", "</PmtInf><PmtInf/>", "one batch"),
    ],
)
def test_what_banks_refuse_is_refused(right: str, wrong: str, fault: str) -> None:
    file = payment_file(TWO).decode()
    assert right in file
    with pytest.raises(FileRefused, match=fault):
        bank().take(file.replace(right, wrong).encode())


def test_the_same_file_twice_is_refused() -> None:
    ours = bank()
    ours.take(payment_file(TWO))
    with pytest.raises(FileRefused, match="before"):
        ours.take(payment_file(TWO))
    assert len(ours.movements) == 2


MOVEMENTS = st.builds(
    Movement,
    day=st.integers(0, 60).map(lambda days: APRIL + days * DAY),
    cents=st.integers(-5_000_000, 5_000_000).filter(bool),
    name=st.sampled_from(["", "Jo", "Zoë & Zn."]),
    iban=st.sampled_from(["", PAYMENT.iban]),
    text=st.sampled_from(["", "gift", "RF 84 <x>"]),
)


@given(st.lists(MOVEMENTS, max_size=20), st.integers(-10_000, 10_000), st.sets(st.integers(0, 60), max_size=6))
def test_statements_of_all_days_join_on_whatever_happened(moved: list[Movement], opening: int, cuts: set[int]) -> None:
    ours = bank(opening)
    for movement in moved:
        ours.move(movement)
    ends = sorted({*cuts, 60})
    starts = [0, *(end + 1 for end in ends[:-1])]
    found = [statement(ours, APRIL + start * DAY, APRIL + end * DAY) for start, end in zip(starts, ends, strict=True)]
    assert [one.opening_cents for one in found] == [opening, *(one.closing_cents for one in found[:-1])]
    lines: list[Any] = [line for one in found for line in one.lines]
    assert sorted((line.day, line.cents) for line in lines) == sorted((one.day, one.cents) for one in moved)
    assert {line.bank_reference for line in lines} == {f"4321{n:08}" for n in range(1, len(moved) + 1)}


@given(st.lists(st.tuples(st.text(min_size=1), st.text(), st.integers(1, 10**9)), min_size=1, max_size=5))
def test_the_bank_takes_every_file_that_is_written(given: list[tuple[str, str, int]]) -> None:
    items = tuple(
        replace(PAYMENT, end_to_end_id=f"i{n}", name=f"A{name}", text=text, cents=cents)
        for n, (name, text, cents) in enumerate(given)
    )
    file: PaymentFile = replace(FILE, items=items)
    ours = bank()
    ours.take(payment_file(file))
    assert sorted(line.cents for line in statement(ours).lines) == sorted(-item.cents for item in items)
