"""Texts in the characters that banks take."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.sepa_text import keeps_a_letter, sepa_text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Garen & Zn.", "Garen + Zn."),
        ("Ağaoğlu", "Agaoglu"),
        ("Zoë Strauß", "Zoe Strauss"),
        ("ЮРИЙ Яковлевъ", "IuRII Iakovlevie"),
        ("Ольга", "Olga"),
        ("Γιώργος", "Giorgos"),
        ("李", "Li"),
        ('bol_com #5 «x» "y" @z*', "bol com 5 x y z"),
        ("a\tb\n c\u00a0d\u200be", "a b c de"),
        ("naaien\U0001f33b", "naaien"),
        ("A-Z/a?:().,'+9", "A-Z/a?:().,'+9"),
    ],
)
def test_other_letters_are_spelled_and_other_signs_are_blanks(text: str, written: str) -> None:
    assert sepa_text(text) == written


@pytest.mark.parametrize("text", ["", " ", "\U0001f33b", "12-34", "_#_", "\u2028"])
def test_a_name_keeps_a_letter_or_is_none(text: str) -> None:
    assert not keeps_a_letter(text)
    assert keeps_a_letter(f"{text}é")


def test_it_is_cut_after_it_was_spelled_and_ends_on_no_blank() -> None:
    assert sepa_text("ßßß", 5) == "sssss"
    assert sepa_text("een twee", 4) == "een"


@given(st.text())
def test_nothing_else_is_left_whatever_comes(text: str) -> None:
    written = sepa_text(text)
    assert re.fullmatch(r"[A-Za-z0-9/\-?:().,'+]*( [A-Za-z0-9/\-?:().,'+]+)*", written)
    assert sepa_text(written) == written
    assert len(sepa_text(text, 3)) <= 3
