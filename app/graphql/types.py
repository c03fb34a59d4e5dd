"""Types that all nouns share: scalars, money, pages."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import strawberry

from app.domain.money import CURRENCY
from app.domain.page import Page, PageRequest, cursor_of, parse_cursor
from app.usecases.declared.forms import filled
from app.vocabulary import Form, Rows

T = TypeVar("T")
R = TypeVar("R")


def _text(written: object) -> str:
    """The text as written; the form of the field validates it. Raises ValueError if it is no text."""
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
First = Annotated[int, strawberry.argument(description="The number of rows, at most 100.")]
After = Annotated[str | None, strawberry.argument(description="The `endCursor` of the previous page.")]
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


@strawberry.interface(description="An object with an id. See `Query.node` for the types.")
class Node:
    id: UUID = strawberry.field(description="Its id.")


@strawberry.type(description="The beginning and end of a page.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are more rows after it.")
    has_previous_page: bool = strawberry.field(description="Whether there are rows before it.")
    start_cursor: str | None = strawberry.field(description="The cursor of its first row; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The `after` of the next page; null on an empty page.")


@strawberry.type(description="A row of a page.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="The `after` of a page that begins behind this row.")
    node: T = strawberry.field(description="The row itself.")


@strawberry.type(description="A page of rows.")
class Connection(Generic[T]):
    page_info: PageInfo = strawberry.field(description="The beginning and end of the page.")
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
    """The page that `first` and `after` describe. Raises Malformed beyond 100 rows, BadCursor."""
    return PageRequest(filled(_First, first=first).first, parse_cursor(after))
