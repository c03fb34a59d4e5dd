"""The JSON of the face itself: answers without a shape, and pages."""

from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class Out(BaseModel):
    """An answer, read from a domain object by the names of its fields; every field is always present."""

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
    """The items of the page."""
    next_cursor: str | None
    """The `after` of the next page; null at the end."""


class SpecificationLine(Out):
    """A line of the ledger with its inputs."""

    journal_id: UUID
    """The journal that contains it."""
    line: int
    """Its number within the account."""
    effective_on: date
    """The day on which it counts."""
    period: date
    """The month of the books, by its first day."""
    kind: str
    """The kind of booking."""
    rule: str
    """The rule that made it, as a code."""
    cents: int
    """The amount, in cents."""
    member: str | None
    """A pseudonym of the member."""
    facts: dict[str, Any]
    """The facts that it was computed from."""


class SpecificationOut(Out):
    """The specification of a remittance."""

    id: UUID
    """The remittance."""
    cooperative_id: UUID
    """The cooperative that pays it."""
    cents: int
    """The amount, in cents; the sum of the lines."""
    digest: str
    """A hash of the lines, to compare a copy with."""
    lines: list[SpecificationLine]
    """Every line."""


class TokenOut(Out):
    """A token, as RFC 6749 defines it (section 5.1)."""

    model_config = ConfigDict(alias_generator=None)
    access_token: str
    """The value for `Authorization: Bearer`."""
    token_type: str = "Bearer"  # noqa: S105  the type, no secret
    """The type of the token."""
    expires_in: int
    """The number of seconds for which it is valid."""
    scope: str
    """Its scopes, separated by blanks."""
