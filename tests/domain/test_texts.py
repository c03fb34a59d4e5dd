"""How forms read texts, numbers and addresses."""

import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

import app.vocabulary as forms
from app.usecases.shared.offering import ImageUrl
from app.vocabulary import (
    EmailOrNone,
    Issuer,
    KvkNumberOrNone,
    Name,
    Note,
    OrderNumber,
    PhoneOrNone,
    Reference,
    Text,
    Url,
)

NUMBER = "123456782"
"""It could be a citizen number; so could one in eleven numbers of nine digits."""
FORBIDDEN = [*map(chr, range(0x09)), "\v", "\f", *map(chr, range(0x0E, 0x20)), "\ud800", "\udfff", "\ufffe", "\uffff"]
"""Characters that XML 1.0 has no place for; of the surrogates the first and the last."""
XML = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
"""What XML 1.0 calls a character (production 2)."""
FORMS = {name: form for name, form in vars(forms).items() if hasattr(form, "__metadata__")}
TEXTS = {name: form for name, form in vars(forms).items() if any(isinstance(one, Text) for one in get_args(form))}


def read(form: Any, text: str) -> Any:
    return TypeAdapter(form).validate_python(text)


def refused(form: Any, text: str) -> str:
    """The code of a refusal."""
    with pytest.raises(ValidationError) as error:
        read(form, text)
    return error.value.errors()[0]["type"]


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f"BSN{NUMBER}",
        f"bsn: {NUMBER}.",
        "123 456 782",
        "123\u00a0456\u00a0782",
        "123\u202f456\u202f782",
        "123.456.782",
        "123,456,782",
        "1234/56782",
        "1234-56-782",
        "123–456–782",
        "1\u2011234\u201156782",
        "１２３４５６７８２",
        "١٢٣٤٥٦٧٨٢",
        "123_456_782",
        "12--34--56--782",
        "123·456·782",
        f"00 {NUMBER}",
        f"{NUMBER}, tel. +31 6 12345609",
        f"tel. +31 6 12345609 / bsn {NUMBER}",
    ],
)
def test_a_citizen_number_is_seen_however_it_is_written(text: str) -> None:
    assert refused(Note, text) == "citizen_number_in_text"
    assert refused(Note, "\u200b".join(NUMBER)) == "text_malformed"


@pytest.mark.parametrize("blank", "\u115f\u2800\u3164\uffa0")
def test_a_name_is_no_blank_that_is_a_letter_to_unicode(blank: str) -> None:
    assert refused(Name, blank) == "text_malformed"


@pytest.mark.parametrize(
    "text",
    [
        "Bel me op +31 6 12345609",
        "+31612345609",
        "(+31) 6 12345609",
        "+31 (0)6 12345609",
        "+31(0)6-12345609",
        "0031 6 12345609",
        "0031 (0)6-12345609",
        "06 12345609",
        "€ 1.234.567,82",
        "0198b2b6-7f0a-7c3e-9a54-123456782000",
    ],
)
def test_a_telephone_number_or_an_amount_is_no_citizen_number(text: str) -> None:
    assert read(Note, text) == text


def test_only_numbers_of_somebodys_papers_may_look_like_one() -> None:
    """A public body's order numbers have nine digits."""
    assert read(OrderNumber, NUMBER) == read(Reference, NUMBER) == NUMBER
    free = {name for name, form in TEXTS.items() for one in get_args(form) if isinstance(one, Text) and one.number}
    assert len(TEXTS) >= 20
    assert free == {"OrderNumber", "Reference"}


def test_a_scheme_in_capitals_is_a_scheme() -> None:
    assert read(Url, "HTTPS://example.org/A.jpg") == "https://example.org/A.jpg"
    assert read(Url, "Http://example.org/a:b") == "http://example.org/a:b"
    assert refused(Url, "FTP://example.org/a.jpg") == "string_pattern_mismatch"


@pytest.mark.parametrize("form", [ImageUrl, EmailOrNone, PhoneOrNone, KvkNumberOrNone])
def test_a_form_that_was_left_blank_is_null(form: Any) -> None:
    assert read(form, "") is read(form, "  ") is None


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_form_takes_what_xml_forbids(form: Any) -> None:
    """An electronic invoice is XML."""
    for character in FORBIDDEN:
        for text in (f"Bakkerij{character} 12", f"jo{character}@example.org", f"1234{character}5678"):
            with pytest.raises(ValidationError):
                read(form, text)
            assert not XML.fullmatch(text)
    if form in TEXTS.values():
        assert {refused(form, f"a{character}") for character in FORBIDDEN} == {"text_malformed"}


@given(st.text())
def test_xml_holds_every_text_that_a_form_takes(text: str) -> None:
    for form in (Note, Issuer):
        try:
            read_text = read(form, text)
        except ValidationError:
            continue
        assert XML.fullmatch(read_text)


def test_what_xml_allows_is_taken() -> None:
    for text in ("Bakkerij 🍞", "面包", "\ue000", "\ufdd0", "\ufffd", "\U0010ffff"):
        assert XML.fullmatch(text)
        assert read(Name, text) == text
