"""REST: converts a row of a file into an offering, or lists its errors."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, get_origin
from uuid import UUID

from pydantic import ValidationError

from app.adapters.fields import field_error
from app.adapters.row_files import BadRow, csv_rows, decimal_of, json_rows
from app.usecases.market.offering_imports import OfferingRow

MOST_FIELDS = 40
"""The most fields of a row; a row with more is not an offering."""
MOST_ERRORS = 20
"""The most errors that are reported for one row."""
COLUMNS = frozenset(field.alias or name for name, field in OfferingRow.model_fields.items())
READERS: dict[str, Callable[[AsyncIterator[bytes]], AsyncIterator[tuple[int, Any]]]] = {
    "text/csv": partial(csv_rows, columns=COLUMNS),
    "application/x-ndjson": json_rows,
    "application/jsonl": json_rows,
}


def errors_of(found: Any, error: ValidationError) -> tuple[dict[str, Any], ...]:
    """The errors of a row, by its columns."""
    if isinstance(found, BadRow):
        return ({"field": "", "code": found.code, "facts": found.facts, "message": ""},)
    if isinstance(found, dict) and len(found) > MOST_FIELDS:
        return ({"field": "", "code": "too_long", "facts": {"max_length": str(MOST_FIELDS)}, "message": ""},)
    errors = [field_error(one) for one in error.errors(include_url=False, include_input=False)[:MOST_ERRORS]]
    for one in errors:
        if one["field"] == "price.amount" and isinstance(found, dict) and isinstance(found.get("price"), str):
            one |= {"field": "price", "code": "not_an_amount", "facts": {}}
        elif one["field"] == "offered" and isinstance(found, dict) and isinstance(found.get("offered"), str):
            one["code"] = "yes_or_no"
        elif (one["field"], one["code"]) == ("memberId", "missing"):
            one["code"] = "member_missing"
        elif (one["field"], one["code"]) == ("", "extra_forbidden"):
            one["code"] = "more_cells"
    return tuple(errors)


def row_of(found: Any, member_id: UUID | None) -> OfferingRow:
    """The offering of a row, from either kind of file. Raises ValidationError."""
    if isinstance(found, dict) and len(found) > MOST_FIELDS:
        found = None
    if isinstance(found, dict):
        found = dict(found)
        if member_id is not None:
            found.setdefault("memberId", str(member_id))
        price = found.get("price")
        if isinstance(price, str):
            found["price"] = {"amount": decimal_of(price)}
        for name, convert in _CELLS.items():
            if isinstance(found.get(name), str):
                found[name] = convert(found[name])
    return OfferingRow.model_validate(found, by_alias=True, by_name=False)


def _whole(cell: str) -> int | str:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 12 else cell


def _yes(cell: str) -> bool | str:
    word = cell.lower()
    return word in _YES if word in _YES | _NO else cell


_YES = frozenset({"ja", "waar", "true", "yes", "1"})
_NO = frozenset({"nee", "onwaar", "false", "no", "0"})


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(",") if part.strip()]


_LISTS = [
    field.alias or name for name, field in OfferingRow.model_fields.items() if get_origin(field.annotation) is list
]
_CELLS: dict[str, Any] = {
    "stock": _whole,
    "leadTimeMinutes": _whole,
    "offered": _yes,
    **dict.fromkeys(_LISTS, _parts),
}
"""Columns of a CSV that are converted from text; a list has commas between its values."""


def name_of(found: Any) -> str:
    name = found.get("externalId") if isinstance(found, dict) else None
    return name[:100] if isinstance(name, str) and name.isprintable() else ""
