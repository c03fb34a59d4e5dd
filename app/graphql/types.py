"""What the types of every noun share: scalars, money, pages."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import strawberry

from app.domain.money import CURRENCY
from app.domain.page import Page, PageRequest, cursor_of, parse_cursor
from app.usecases.steps.forms import filled
from app.vocabulary import Form, Rows

T = TypeVar("T")
R = TypeVar("R")


def _text(written: object) -> str:
    """What was written: the form that it belongs to reads it. Raises ValueError if it is no text."""
    if not isinstance(written, str):
        raise ValueError("This is written as a text.")
    return written


IDS = strawberry.scalar(name="UUID", description="An id, as answers write it.", serialize=str, parse_value=_text)
DAYS = strawberry.scalar(name="Date", description="A day, as 2026-03-05.", serialize=date.isoformat, parse_value=_text)
MOMENTS = strawberry.scalar(
    name="DateTime",
    description="A moment, as 2026-03-05T12:00:00+01:00.",
    serialize=datetime.isoformat,
    parse_value=_text,
)
First = Annotated[int, strawberry.argument(description="How many, at most 100.")]
After = Annotated[str | None, strawberry.argument(description="The `endCursor` of the page before.")]
Id = Annotated[UUID, strawberry.argument(description="Its id.")]
AMOUNT = "Euros as a decimal text, such as 90.75."


@strawberry.type(description="An amount in euro as a decimal string, such as 90.75.")
class Money:
    amount: str = strawberry.field(description=AMOUNT)
    currency: str = strawberry.field(description="Always EUR.")


@strawberry.input(description="An amount in euro as a decimal string, such as 90.75.")
class MoneyInput:
    amount: str = strawberry.field(description=AMOUNT)
    currency: str = strawberry.field(description="Always EUR.", default=CURRENCY)


@strawberry.interface(description="What has an id of its own. The words of `Query.node` say which types it reads.")
class Node:
    id: UUID = strawberry.field(description="Its id.")


@strawberry.type(description="Where a page begins and ends.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more comes after it.")
    has_previous_page: bool = strawberry.field(description="Whether something comes before it.")
    start_cursor: str | None = strawberry.field(description="The cursor of its first row; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The `after` of the next page; null on an empty page.")


@strawberry.type(description="A row of a page.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="The `after` of a page that begins behind it.")
    node: T = strawberry.field(description="What stands there.")


@strawberry.type(description="A page of rows.")
class Connection(Generic[T]):
    page_info: PageInfo = strawberry.field(description="Where it begins and ends.")
    edges: list[Edge[T]] = strawberry.field(description="Its rows.")

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


class _First(Form):
    first: Rows


def page_of(first: int, after: str | None) -> PageRequest:
    """The page that `first` and `after` ask for. Raises Malformed beyond 100 rows, BadCursor."""
    return PageRequest(filled(_First, first=first).first, parse_cursor(after))
