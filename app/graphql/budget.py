"""Limits of one operation while it runs, in an answer or in a socket: seconds, and rows that its links read."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from app.domain.errors import TookTooLong
from app.graphql.context import Context
from app.graphql.limits import TOO_MUCH

MOST_READ = 5_000
"""The most rows from links and lists below objects in one operation; repeated ones count too."""


@dataclass
class _Spent:
    rows: int = 0
    gently: bool = False
    """In a mutation or an event the result is always shown, so links beyond the limit are refused one by one."""


_spent: ContextVar[_Spent | None] = ContextVar("spent", default=None)


TOO_MANY = TOO_MUCH.format(most=MOST_READ, what="rows of links")


class TooManyRows(BaseException):
    """Ends the whole operation. An Exception would become an error for each of thousands of fields."""


def begin_event() -> None:
    """Starts the count for one event of a subscription; too many rows refuse that event only."""
    _spent.set(_Spent(gently=True))


def count_rows(rows: int) -> None:
    """Counts the rows of a link. Raises TooManyRows; GraphQLError in a mutation or event."""
    spent = _spent.get()
    if spent is None:
        return
    spent.rows += rows
    if spent.rows > MOST_READ:
        raise GraphQLError(TOO_MANY) if spent.gently else TooManyRows


class Budget(SchemaExtension):
    """Stops an operation that takes too long, or whose links read too much; running work is rolled back."""

    async def on_execute(self) -> AsyncIterator[None]:
        context = self.execution_context.context
        seconds = context.seconds if isinstance(context, Context) else None
        _spent.set(_Spent(gently=self.execution_context.operation_type is OperationType.MUTATION))
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise GraphQLError("", original_error=TookTooLong(seconds=seconds)) from None
        except TooManyRows:
            raise GraphQLError(TOO_MANY) from None
