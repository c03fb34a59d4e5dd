"""What the text of a bank line names: references of orders, numbers of invoices and bills."""

import re
from collections.abc import Collection
from uuid import UUID

from app.domain.selling.references import LENGTH, rf_of

_WINDOW = re.compile(f"(?=([0-9A-Z]{{{LENGTH}}}))")
_TAIL = r"\s*((?:[0-9]\s*){4}-(?:\s*[0-9]){5,9})"
"""The year and the count of an invoice's number, with blanks and line breaks between its characters."""
_ALONE = r"(?<![^\W_])", r"(?![^\W_])"
"""No letter or digit before; none after."""
_HEX = re.compile("[0-9a-f]{32}")
_COUNT = 5
"""The fewest digits of the count."""


def compact(text: str) -> str:
    """The text in capitals without blanks and line breaks."""
    return "".join(text.split()).upper()


def references_in(text: str) -> set[str]:
    """Whatever in a text may be the reference of an order: every eight letters and digits, blanks taken out.

    References are random, so one may be glued to other letters.
    """
    return set(_WINDOW.findall(compact(text)))


def names_reference(text: str, reference: str) -> bool:
    """Whether a text names an order's reference, alone or as a creditor reference."""
    return reference in compact(text)


def names_creditor_reference(text: str, reference: str) -> bool:
    """Whether a text names it as a creditor reference, with its check digits: `rf84 smkk t5dn`."""
    return rf_of(reference) in compact(text)


def names_number(text: str, number: str) -> bool:
    """Whether the number of an invoice or a bill stands in a text, whole: no letter or digit before or after it."""
    before, after = _ALONE
    letters = r"\s*".join(map(re.escape, "".join(number.split()).upper()))
    return bool(letters) and re.search(f"{before}{letters}{after}", text.upper()) is not None


def invoice_numbers_in(text: str, prefixes: Collection[str]) -> set[str]:
    """Whatever in a text may be the number of an invoice that begins with one of these prefixes."""
    found = set()
    for prefix in prefixes:
        letters = r"\s*".join(map(re.escape, prefix.upper()))
        for tail in re.findall(letters + _TAIL, text.upper()):
            year, _, count = "".join(tail.split()).partition("-")
            found |= {f"{prefix}{year}-{count[:length]}" for length in range(_COUNT, len(count) + 1)}
    return {number for number in found if names_number(text, number)}


def id_named(end_to_end_id: str | None) -> UUID | None:
    """The id of ours that a bank names, in 32 hexadecimal digits; None if it is no such id."""
    return UUID(end_to_end_id) if end_to_end_id and _HEX.fullmatch(end_to_end_id) else None
