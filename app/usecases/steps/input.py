"""What no verb accepts, whichever face it came through: citizen numbers, and texts, numbers and days out of range."""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from stdnum.nl import bsn

from app.domain.days import check_typed
from app.domain.errors import (
    CitizenNumberInText,
    NumberOutOfRange,
    TextMalformed,
    TextTooLong,
    TimeZoneMissing,
)
from app.domain.money import MAX_CENTS

LONGEST = {
    **{
        "title": 200,
        "name": 120,
        "trade_name": 120,
        "town": 80,
        "category": 60,
        "slug": 60,
        "purpose": 60,
    },
    **{
        "text": 4000,
        "about": 4000,
        "note": 2000,
        "reason": 500,
        "receipt": 500,
    },
    **{"supplier": 120, "purpose": 60, "reference": 60, "redirect_uris": 1000},
}
"""Characters by field; every other text: 1,000."""
RANGES = {
    **{"quantity": (1, 100_000), "minutes": (1, 44_640), "movements": (0, 100)},
    "cents": (1, MAX_CENTS),
    "expected_version": (-1, 2**31),
}
SEVERAL_LINES = frozenset({"text", "about", "note", "reason"})
"""The others have no line breaks."""
NOT_TEXT = frozenset(
    {"external_id", "image_url", "redirect_uris", "issuer", "subject", "kvk_number", "client_secret", "url"}
)
"""Addresses and numbers of other kinds, which may look like a citizen number by chance."""
_NO_PLAIN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and halves of characters: Unicode's Cc and Cs."""
_NO_PLAIN_TEXT = re.compile(r"(?![\n\r\t])[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NINE_DIGITS = re.compile(r"(?:(?<![0-9a-z])|(?<=bsn))\d(?:[ .\-]?\d){8}(?![0-9a-z])", re.IGNORECASE)


def check_input(named: Mapping[str, Any]) -> None:
    """Refuses what is out of bounds, naming the field.

    Raises CitizenNumberInText, TextTooLong, TextMalformed, NumberOutOfRange or TimeZoneMissing.
    """
    for path, name, value in _leaves(named, "", ""):
        if isinstance(value, str):
            _check_text(path, name, value)
        elif isinstance(value, datetime) and value.tzinfo is None:
            raise TimeZoneMissing(field=path)
        elif name in RANGES and isinstance(value, int):
            low, high = RANGES[name]
            if isinstance(value, bool) or not low <= value <= high:
                if not name.endswith("cents"):
                    raise NumberOutOfRange(field=path, low=low, high=high)
                raise NumberOutOfRange(field=path, low=low, high=high, low_cents=low, high_cents=high, how="amount")


def check_days(named: Mapping[str, Any], today: date) -> None:
    """Raises DayOutOfRange for a day or moment outside the bounds of its field."""
    for _, name, value in _leaves(named, "", ""):
        if isinstance(value, date):
            check_typed(name, value, today)


def _check_text(path: str, name: str, text: str) -> None:
    longest = LONGEST.get(name, 1000)
    if len(text) > longest:
        raise TextTooLong(field=path, longest=longest)
    if (_NO_PLAIN_TEXT if name in SEVERAL_LINES else _NO_PLAIN_LINE).search(text):
        raise TextMalformed(field=path)
    if name not in NOT_TEXT and any(
        bsn.is_valid(re.sub(r"\D", "", found)) for found in _NINE_DIGITS.findall(_IDENTIFIER.sub(" ", text))
    ):
        raise CitizenNumberInText(field=path)


def _leaves(value: Any, path: str, name: str) -> Iterable[tuple[str, str, Any]]:
    """Every text, number, day and moment with its path and the name of the field that it stands in."""
    if isinstance(value, str | int | date):
        return ((path, name, value),)
    if isinstance(value, Mapping):
        inner = [(inner, f"{path}.{key}" if path else str(key), str(key)) for key, inner in value.items()]
    elif isinstance(value, list | tuple):
        inner = [(inner, f"{path}[{number}]", name) for number, inner in enumerate(value)]
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = [(getattr(value, field), f"{path}.{field}", field) for field in value.__dataclass_fields__]
    else:
        return ()
    return [leaf for one in inner if one[0] is not None for leaf in _leaves(*one)]
