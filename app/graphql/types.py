"""What the types of every noun share: money, pages, transitions, and reading a domain object by field names."""

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, TypeVar, get_type_hints
from uuid import UUID

import strawberry
from pydantic.alias_generators import to_camel

from app.adapters.messages import blocked_text
from app.domain.errors import AmountOutOfRange, DomainError, Invalid, RuleRefused
from app.domain.money import CURRENCY, cents_of, decimal_text
from app.domain.page import MAX_PAGE, Page, PageRequest, cursor_of, parse_cursor
from app.domain.transitions import AvailableTransition
from app.graphql.context import Info

T = TypeVar("T")
R = TypeVar("R")


def _id_of(text: object) -> UUID:
    """An id as answers write it. Raises ValueError: `UUID` itself takes digits of every script, blanks and braces."""
    if not isinstance(text, str) or not _ID.fullmatch(text):
        raise ValueError("An id is 32 hexadecimal digits, with hyphens or without.")
    return UUID(text)


_ID = re.compile("[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
IDS = strawberry.scalar(name="UUID", serialize=str, parse_value=_id_of)


def _day_of(text: object) -> date:
    """A day as REST takes it. Raises ValueError: `fromisoformat` itself takes weeks, and days without hyphens."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        raise ValueError("A day is written as 2026-03-05.")
    return date.fromisoformat(text)


def _moment_of(text: object) -> datetime:
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise ValueError("A moment is written as 2026-03-05T12:00:00+01:00.")
    return datetime.fromisoformat(text)


_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?")
DAYS = strawberry.scalar(name="Date", description="Date (isoformat)", serialize=date.isoformat, parse_value=_day_of)
MOMENTS = strawberry.scalar(
    name="DateTime",
    description="Date with time (isoformat)",
    serialize=datetime.isoformat,
    parse_value=_moment_of,
)


@strawberry.type(description="An amount in euro as a decimal string, such as 90.75.")
class Money:
    amount: str
    currency: str

    @classmethod
    def of(cls, cents: int) -> "Money":
        return cls(amount=decimal_text(cents), currency=CURRENCY)


@strawberry.input(description="An amount in euro as a decimal string, such as 90.75.")
class MoneyInput:
    amount: str
    currency: str = CURRENCY

    @property
    def cents(self) -> int:
        """Whole cents. Raises AmountOutOfRange below zero or in another currency."""
        cents = cents_of(self.amount)
        if cents < 0 or self.currency != CURRENCY:
            raise AmountOutOfRange(amount=f"{self.amount} {self.currency}"[:40])
        return cents


@strawberry.type(
    description="What the caller can do next; a blocked one says why, as a code and in the caller's language."
)
class AvailableTransitionType:
    verb: str
    to: str
    allowed: bool
    reason: str | None
    needs: list[str]
    until: datetime | None
    refusal: strawberry.Private[DomainError | None]

    @strawberry.field
    def message(self, info: Info) -> str | None:
        return blocked_text(self.refusal, info.context.language)

    @classmethod
    def all_of(cls, found: Sequence[AvailableTransition]) -> list["AvailableTransitionType"]:
        return [
            cls(
                verb=step.verb,
                to=step.to,
                allowed=step.allowed,
                reason=step.reason,
                needs=[to_camel(name) for name in step.needs],
                until=step.until,
                refusal=step.refusal,
            )
            for step in found
        ]


@strawberry.interface(description="What has an id of its own; what a page lists.")
class Node:
    id: UUID


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type(description="A Relay connection, newest first.")
class Connection(Generic[T]):
    page_info: PageInfo
    edges: list[Edge[T]]

    @classmethod
    def of(cls, page: Page[R], show: Callable[[R], T], request: PageRequest) -> "Connection[T]":
        edges = [Edge(cursor=cursor_of(row.id), node=show(row)) for row in page.rows]  # type: ignore[attr-defined]
        return connect(edges, page.has_next, request)


def connect(edges: list[Edge[T]], has_next: bool, request: PageRequest) -> Connection[T]:
    """A connection of these edges."""
    info = PageInfo(
        has_next_page=has_next,
        has_previous_page=request.after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(page_info=info, edges=edges)


def page_of(first: int, after: str | None) -> PageRequest:
    """The page that `first` and `after` ask for. Raises RuleRefused beyond 100 rows, BadCursor."""
    if not 1 <= first <= MAX_PAGE:
        raise RuleRefused(rule="first_1_to_100", value=first)
    return PageRequest(first, parse_cursor(after))


def show(cls: type[T], thing: object, **given: Any) -> T:
    """An object of a GraphQL type from a domain object: money reads `<name>_cents`, the rest the same name."""
    values = {}
    for name, is_money in _fields(cls):  # type: ignore[arg-type]
        if name in given:
            values[name] = given[name]
        elif is_money:
            cents = getattr(thing, f"{name}_cents")
            values[name] = None if cents is None else Money.of(cents)
        else:
            values[name] = getattr(thing, name)
    return cls(**values)


@cache
def _fields(cls: Any) -> list[tuple[str, bool]]:
    hints = get_type_hints(cls)
    return [(field.name, hints[field.name] in (Money, Money | None)) for field in fields(cls) if field.init]


def stated(field: str, value: T) -> T:
    """A value that may be null, but has to be said. Raises Invalid where it was left out."""
    if value is strawberry.UNSET:
        raise Invalid(field=field)
    return value


def changed(nullable: tuple[str, ...] = (), **given: Any) -> dict[str, Any]:
    """The fields of a change that were named at all. Raises RuleRefused for null where there has to be a value."""
    named = {name: value for name, value in given.items() if value is not strawberry.UNSET}
    for name, value in named.items():
        if value is None and name not in nullable:
            raise RuleRefused(rule="required", value=name)
    return named
