"""What the JSON of the face itself is made of: answers that no shape shows, and pages."""

from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class Out(BaseModel):
    """An answer, read from a domain object by the names of its fields; every field is always there."""

    model_config = ConfigDict(
        from_attributes=True,
        alias_generator=to_camel,
        populate_by_name=True,
        json_schema_serialization_defaults_required=True,
        use_attribute_docstrings=True,
    )


class PageOut(Out, Generic[T]):
    """A page."""

    items: list[T]
    """What is on it."""
    next_cursor: str | None
    """The `after` of the next page; null at the end."""


class SpecificationLine(Out):
    """A line of the ledger and its inputs."""

    journal_id: UUID
    """The journal that it stands in."""
    line: int
    """Its number within the account."""
    effective_on: date
    """The day on which it counts."""
    period: date
    """The month of the books, by its first day."""
    kind: str
    """What was booked."""
    rule: str
    """The rule that made it, as a code."""
    cents: int
    """How much, in cents."""
    member: str | None
    """A pseudonym of the member."""
    facts: dict[str, Any]
    """What it was worked out from."""


class SpecificationOut(Out):
    """What a remittance consists of."""

    id: UUID
    """The remittance."""
    cooperative_id: UUID
    """The cooperative that pays it."""
    cents: int
    """How much, in cents; the sum of the lines."""
    digest: str
    """A hash of the lines, by which a copy is known."""
    lines: list[SpecificationLine]
    """Every line."""


class TokenOut(Out):
    """A token, as RFC 6749 has it (section 5.1)."""

    model_config = ConfigDict(alias_generator=None)
    access_token: str
    """What goes into `Authorization: Bearer`."""
    token_type: str = "Bearer"  # noqa: S105  the type, no secret
    """How it is used."""
    expires_in: int
    """For how many seconds it is good."""
    scope: str
    """What it may do, separated by blanks."""
