"""The reference of an order, alone and with check digits."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import iso11649

from app.domain.selling.references import reference_in, rf_of

REFERENCES = st.text(alphabet="23456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=8, max_size=8)


def test_the_example_of_the_documentation() -> None:
    assert rf_of("SMKKT5DN") == "RF84SMKKT5DN"


@given(REFERENCES)
def test_banks_accept_it_and_it_leads_back_to_the_order(reference: str) -> None:
    made = rf_of(reference)
    assert iso11649.is_valid(made)
    assert reference_in(made) == reference_in(iso11649.format(made)) == reference_in(reference.lower()) == reference


@given(REFERENCES, st.integers(4, 11), st.sampled_from("23456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
def test_another_letter_or_digit_is_noticed(reference: str, place: int, other: str) -> None:
    made = rf_of(reference)
    assume(other.isdigit() == made[place].isdigit())
    wrong = made[:place] + other + made[place + 1 :]
    assert wrong == made or reference_in(wrong) is None


@pytest.mark.parametrize("text", ["", "SMKKT5D", "SMKKT5DNN", "RF85SMKKT5DN", "RF84-SMKKT5DN", "SMKK_5DN", "ÉMKKT5DN"])
def test_what_is_no_reference(text: str) -> None:
    assert reference_in(text) is None


def test_a_reference_may_begin_with_rf() -> None:
    assert reference_in("RF84SMKK") == "RF84SMKK"
