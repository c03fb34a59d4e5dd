"""Which statements of a bank's file are ours."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.domain.books.bank_statements import StatementOfBank
from app.domain.books.payment_files import id_in_file
from app.domain.books.statement_files import ours_of
from app.domain.errors import StatementDoesNotAddUp, StatementUnreadable

OURS = StatementOfBank(
    iban="NL45XXXA0000004321",
    currency="EUR",
    number="77",
    first_on=date(2026, 4, 14),
    last_on=date(2026, 4, 14),
    opening_cents=0,
    closing_cents=0,
    lines=(),
)
OTHERS = replace(OURS, iban="NL58XXXB0000008888", refusal=StatementUnreadable())
DOLLARS = replace(OURS, currency="USD")


def test_other_accounts_and_currencies_are_left_out_and_named_once() -> None:
    assert ours_of([OTHERS, OURS, OTHERS], {OURS.iban}) == ([OURS], [OTHERS.iban])
    assert ours_of([DOLLARS, OTHERS, OURS], {OURS.iban}) == ([OURS], [OURS.iban, OTHERS.iban])


def test_a_file_without_an_account_of_ours_is_refused() -> None:
    for statements in ([OTHERS], [DOLLARS, OTHERS]):
        with pytest.raises(StatementUnreadable) as error:
            ours_of(statements, {OURS.iban})
        assert error.value.facts == {"how": "others", "ibans": sorted({one.iban for one in statements})}


def test_the_refusal_of_a_statement_of_ours_is_raised() -> None:
    with pytest.raises(StatementDoesNotAddUp):
        ours_of([OURS, replace(OURS, refusal=StatementDoesNotAddUp())], {OURS.iban})


def test_an_id_has_32_characters_in_a_file() -> None:
    assert id_in_file(UUID("0195d3a0-7c1e-7b52-a1f4-c0de00000001")) == "0195d3a07c1e7b52a1f4c0de00000001"
