"""The QR code of a payment: its content by EPC069-12, and what a reader gets back."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.epc import MAX_BYTES, MAX_DUE_CENTS, epc_svg, epc_text
from app.domain.selling.references import rf_of

IBAN = "NL91ABNA0417164300"
RF = rf_of("SMKKT5DN")


def test_the_content_has_the_lines_of_the_standard() -> None:
    text = epc_text(name="Buurtwerk Zuid", iban="NL91 ABNA 0417 1643 00", cents=1_250, reference=f" {RF[:4]} {RF[4:]}")
    assert text is not None
    lines = text.split("\n")
    assert lines == ["BCD", "002", "1", "SCT", "", "Buurtwerk Zuid", IBAN, "EUR12.50", "", RF]


def test_a_line_break_in_a_name_moves_no_line_and_a_long_name_is_cut() -> None:
    text = epc_text(name="Buurt\nwerk \r\n " + "x" * 120, iban=IBAN, cents=1, reference=RF)
    assert text is not None
    assert text.split("\n")[5:7] == ["Buurt werk " + "x" * 59, IBAN]


@pytest.mark.parametrize("cents", [0, -1, MAX_DUE_CENTS + 1])
def test_no_code_if_nothing_is_due_or_the_amount_is_too_large(cents: int) -> None:
    assert epc_text(name="Buurtwerk", iban=IBAN, cents=cents, reference=RF) is None
    assert epc_svg(name="Buurtwerk", iban=IBAN, cents=cents, reference=RF) is None


@given(name=st.text(max_size=200), cents=st.integers(1, MAX_DUE_CENTS))
def test_every_name_and_amount_fits_the_largest_code(name: str, cents: int) -> None:
    text = epc_text(name=name, iban="MT84MALT011000012345MTLCAST001S", cents=cents, reference=rf_of("X" * 21))
    assert text is not None
    assert len(text.encode()) <= MAX_BYTES
    assert int(segno.make_qr(text, error="m", boost_error=False, encoding="utf-8").version) <= 13
    lines = text.split("\n")
    assert len(lines) == 10
    assert Decimal(lines[7].removeprefix("EUR")) == Decimal(cents) / 100


def dark_modules(svg: str) -> list[list[bool]]:
    """The modules of a code as drawn, with its border; true is dark."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    ground, line = root
    assert ground.attrib["fill"] in ("white", "#fff")
    drawn = [[False] * size for _ in range(size)]
    x = y = 0.0
    words = line.attrib["d"].replace("M", " M ").replace("h", " h ").replace("m", " m ").split()
    for command, *numbers in _commands(words):
        if command == "M":
            x, y = numbers
        elif command == "m":
            x, y = x + numbers[0], y + numbers[1]
        else:
            for column in range(int(numbers[0])):
                drawn[int(y)][int(x) + column] = True
            x += numbers[0]
    return drawn


def picture(modules: list[list[bool]]) -> memoryview:
    """The modules as grey dots, four by four."""
    lines = [bytes(0 if dark else 255 for dark in line for _ in range(4)) for line in modules for _ in range(4)]
    return memoryview(b"".join(lines)).cast("B", (len(lines), len(lines[0])))


def _commands(words: list[str]) -> list[tuple[Any, ...]]:
    several: list[tuple[Any, ...]] = []
    for word in words:
        several = [*several, (word,)] if word.isalpha() else [*several[:-1], (*several[-1], float(word))]
    return several


@pytest.mark.parametrize("name", ["Buurtwerk Zuid", "Spółdzielnia «Łódź»", "Café Œuvre Ĳssel", "شركة", "B" * 120])
@pytest.mark.parametrize("cents", [24_200, 1_250, 123_456_789, 1])
def test_a_reader_gets_it_back(name: str, cents: int) -> None:
    zxing = pytest.importorskip("zxingcpp", reason="the reader of QR codes is not installed")
    svg = epc_svg(name=name, iban=IBAN, cents=cents, reference=RF)
    assert svg is not None
    (read,) = zxing.read_barcodes(picture(dark_modules(svg)))
    assert read.text == epc_text(name=name, iban=IBAN, cents=cents, reference=RF)
    assert read.ec_level == "M"


def test_the_border_is_light() -> None:
    """A reader needs four light modules around the code, on a dark page too."""
    svg = epc_svg(name="Buurtwerk", iban=IBAN, cents=1, reference=RF)
    assert svg is not None
    modules = dark_modules(svg)
    columns = [list(column) for column in zip(*modules, strict=True)]
    for side in (modules, modules[::-1], columns, columns[::-1]):
        assert not any(any(line) for line in side[:4])
        assert any(side[4])
