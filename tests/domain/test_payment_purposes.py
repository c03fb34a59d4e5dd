"""What a payment of a batch is for, as its creditor reads it."""

import pytest

from app.domain.books.payment_purposes import Debt, purpose
from app.domain.sepa_text import LONGEST_TEXT

RF = "RF18539007547034"
CLAIM = Debt(left_cents=500)
FIRST, SECOND = Debt(left_cents=1000, number="W1", reference=RF), Debt(left_cents=2000, number="W2")


@pytest.mark.parametrize(
    ("debts", "before", "cents", "text"),
    [
        ((FIRST, SECOND), 0, 1000, RF),
        ((FIRST, SECOND), 0, 400, RF),
        ((FIRST, SECOND), 0, 1001, "W1, W2"),
        ((FIRST, SECOND), 1000, 2000, "W2"),
        ((FIRST, SECOND), 999, 1, RF),
        ((FIRST, SECOND), 999, 2, "W1, W2"),
        ((CLAIM, FIRST), 0, 500, "Buurt"),
        ((CLAIM, FIRST), 0, 1500, "W1"),
        ((CLAIM, FIRST), 500, 1000, RF),
        ((), 0, 100, "Buurt"),
    ],
)
def test_it_names_the_bills_that_it_pays(debts: tuple[Debt, ...], before: int, cents: int, text: str) -> None:
    assert purpose(debts, cents, before_cents=before, default="Buurt") == text


def test_it_names_as_many_whole_numbers_as_fit() -> None:
    debts = [Debt(left_cents=1, number=f"{number:09}") for number in range(20)]
    text = purpose(debts, 20, before_cents=0, default="")
    assert len(text) <= LONGEST_TEXT < len(text) + len(", 000000000")
    assert text.split(", ") == [f"{number:09}" for number in range(len(text.split(", ")))]
    assert purpose((), 1, before_cents=0, default="x" * 200) == "x" * LONGEST_TEXT
