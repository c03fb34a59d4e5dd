"""Which number left last, as the treasurer says after a restore."""

from uuid import UUID

import pytest

from app.domain.errors import RuleRefused
from app.domain.selling.invoice_series import InvoiceSeries, last_of

SERIES = InvoiceSeries(
    cooperative_id=UUID(int=1), year=2026, last=12, unchecked=True, prefix="BRD", number="OUD2026-00012"
)
OWN = {"BRD", "OUD"}


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("BRD2026-00013", 13),
        ("brd2026-00013", 13),
        (" OUD2026-00013 ", 13),
        ("00013", 13),
        ("12", 12),
        ("10012", 10_012),
        ("BRD2026-10012", 10_012),
    ],
)
def test_a_number_as_printed_or_its_sequence(text: str, last: int) -> None:
    assert last_of(SERIES, text, OWN) == last


@pytest.mark.parametrize(
    ("text", "rule", "value"),
    [
        ("XYZ2026-00013", "number_of_another_series", "XYZ2026-00013"),
        ("BRD2025-00013", "number_of_another_series", "BRD2025-00013"),
        ("BRD-13", "number_of_another_series", "BRD-13"),
        ("-13", "number_of_another_series", "-13"),
        ("١٣", "number_of_another_series", "١٣"),
        ("11", "number_before_last", "OUD2026-00012"),
        ("0", "number_before_last", "OUD2026-00012"),
        ("10013", "number_too_far", "BRD2026-10012"),
    ],
)
def test_another_number_is_refused(text: str, rule: str, value: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        last_of(SERIES, text, OWN)
    assert refused.value.facts == {"rule": rule, "value": value}


def test_a_series_without_numbers() -> None:
    empty = InvoiceSeries(cooperative_id=UUID(int=1), year=2026, last=0, unchecked=True, prefix="BRD")
    assert (empty.last_number, last_of(empty, "0", OWN), last_of(empty, "BRD2026-00001", OWN)) == (None, 0, 1)


def test_the_last_number_has_the_prefix_of_its_invoice() -> None:
    assert SERIES.last_number == "OUD2026-00012"
    lost = InvoiceSeries(cooperative_id=UUID(int=1), year=2026, last=123_456, unchecked=False, prefix="BRD")
    assert lost.last_number == "BRD2026-123456"
