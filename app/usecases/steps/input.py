"""What no verb accepts, whichever face it came through: citizen numbers, and texts, numbers and days out of range."""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from stdnum.nl import bsn

from app.domain.days import check_typed
from app.domain.errors import (
    CitizenNumberInText,
    EmailMalformed,
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
        "role": 120,
        "place": 200,
        "skills": 60,
        "town": 80,
        "category": 60,
        "slug": 60,
        "purpose": 60,
        "phone": 30,
    },
    **{
        "text": 4000,
        "about": 4000,
        "note": 2000,
        "reason": 500,
        "receipt": 500,
        "address": 500,
        "email": 254,
        "external_id": 100,
        "source": 60,
    },
    **{"organisation": 120, "supplier": 120, "purpose": 60, "reference": 60, "image_url": 1000, "redirect_uris": 1000},
}
"""Characters by field; every other text: 1,000."""
RANGES = {
    **{"quantity": (1, 100_000), "minutes": (1, 44_640), "movements": (0, 100), "stock": (0, 1_000_000_000)},
    **{"lead_time_minutes": (0, 525_600), "cents": (1, MAX_CENTS), "price_cents": (0, 100_000_000)},
    "balance_cents": (-MAX_CENTS, MAX_CENTS),
    **{"seats": (0, 1000), "share_size": (0, MAX_CENTS), "worked_minutes": (-44_640, 44_640), "terms": (1, 2**31)},
    **{"deposit_cents": (0, MAX_CENTS), "unit_price_cents": (0, MAX_CENTS)},
    **{"net_cents": (0, MAX_CENTS), "cost_cents": (0, MAX_CENTS), "expected_version": (-1, 2**31)},
    "year": (2000, 2100),
}
SEVERAL_LINES = frozenset({"text", "about", "note", "reason", "address"})
"""The others have no line breaks."""
NOT_TEXT = frozenset(
    {"external_id", "image_url", "redirect_uris", "phone", "issuer", "subject", "kvk_number", "client_secret", "url"}
)
"""Addresses and numbers of other kinds, which may look like a citizen number by chance."""
_NO_PLAIN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and halves of characters: Unicode's Cc and Cs."""
_NO_PLAIN_TEXT = re.compile(r"(?![\n\r\t])[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NINE_DIGITS = re.compile(r"(?:(?<![0-9a-z])|(?<=bsn))\d(?:[ .\-]?\d){8}(?![0-9a-z])", re.IGNORECASE)


def check_input(named: Mapping[str, Any]) -> None:
    """Refuses what is out of bounds, naming the field.

    Raises CitizenNumberInText, TextTooLong, TextMalformed, EmailMalformed, NumberOutOfRange or TimeZoneMissing.
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
    if name == "email":
        _check_email(path, text)
    if name not in NOT_TEXT and any(
        bsn.is_valid(re.sub(r"\D", "", found)) for found in _NINE_DIGITS.findall(_IDENTIFIER.sub(" ", text))
    ):
        raise CitizenNumberInText(field=path)


def _check_email(path: str, text: str) -> None:
    """Mail servers refuse what is no address. Whether the domain exists is not asked."""
    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        raise EmailMalformed(field=path) from None


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
