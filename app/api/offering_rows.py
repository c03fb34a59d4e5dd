"""REST: a row of a file as an offering, and what is wrong with one that is none."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationError

from app.adapters.fields import field_error
from app.adapters.row_files import BadRow, csv_rows, decimal_of, json_rows
from app.api.models import Flag, In, Name, Number, Slug, Text, Url
from app.api.offerings import LeadTime, Tags, Town
from app.domain.offering_imports import Row
from app.domain.offerings import OfferingKind, PriceUnit
from app.domain.vat import VatClass
from app.vocabulary import MoneyIn

ExternalId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._~:@-]{1,100}$", examples=["SKU-42"])]
MOST_FIELDS = 40
"""That a row may have; what has more is none of ours."""
MOST_ERRORS = 20
"""That are said of one row."""


class OfferingPut(In):
    """An offering as your system has it. `offered` false takes it off the market; a `stock` that is not sent stays."""

    member_id: UUID
    kind: OfferingKind
    title: Name
    text: Text = ""
    category: Slug
    price_unit: PriceUnit
    price: Annotated[MoneyIn, Field(description="Net of VAT, per unit")]
    vat_class: VatClass
    town: Town
    tags: Tags = []
    image_url: Url | None = None
    lead_time_minutes: LeadTime = 0
    stock: Number | None = None
    offered: Flag = True

    def row(self, external_id: str) -> Row:
        contents = self.model_dump(exclude={"member_id", "price", "stock", "offered", "external_id"})
        contents |= {"price_cents": self.price.cents, "tags": tuple(self.tags)}
        return Row(external_id, self.member_id, contents, self.stock, self.offered)


class OfferingLine(OfferingPut):
    external_id: ExternalId


COLUMNS = frozenset(field.alias or name for name, field in OfferingLine.model_fields.items())
READERS: dict[str, Callable[[AsyncIterator[bytes]], AsyncIterator[tuple[int, Any]]]] = {
    "text/csv": partial(csv_rows, columns=COLUMNS),
    "application/x-ndjson": json_rows,
    "application/jsonl": json_rows,
}


def errors_of(found: Any, error: ValidationError) -> tuple[dict[str, Any], ...]:
    """What is wrong with a row, by its columns."""
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


def line_of(found: Any, member_id: UUID | None) -> OfferingLine:
    """A row of either kind of file. Raises ValidationError."""
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
    return OfferingLine.model_validate(found)


def _whole(cell: str) -> int | str:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 12 else cell


def _yes(cell: str) -> bool | str:
    word = cell.lower()
    return word in _YES if word in _YES | _NO else cell


_YES = frozenset({"ja", "waar", "true", "yes", "1"})
_NO = frozenset({"nee", "onwaar", "false", "no", "0"})


_CELLS: dict[str, Any] = {
    "stock": _whole,
    "leadTimeMinutes": _whole,
    "offered": _yes,
    "tags": lambda cell: [part.strip() for part in cell.split(",") if part.strip()],
}
"""Cells of a CSV are text."""


def name_of(found: Any) -> str:
    name = found.get("externalId") if isinstance(found, dict) else None
    return name[:100] if isinstance(name, str) and name.isprintable() else ""
