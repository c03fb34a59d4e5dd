"""The GraphQL schema as a whole: every noun's fields, the limits, the shape of errors."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.extensions import (
    AddValidationRules,
    MaxAliasesLimiter,
    MaxTokensLimiter,
    ParserCache,
    QueryDepthLimiter,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from app.contract.tables import TABLES
from app.graphql import catalogue, irregular
from app.graphql.budget import Budget
from app.graphql.compiled import Compiled
from app.graphql.engine import finish, mutation_of, query_of
from app.graphql.errors import Errors
from app.graphql.limits import Limits
from app.graphql.links import Links
from app.graphql.subscriptions import Subscription
from app.graphql.types import DAYS, IDS, MOMENTS


def _root(name: str, words: str, *parts: Any) -> Any:
    return strawberry.type(type(name, parts, {}), description=words)


links = Links(TABLES)
Query = _root("Query", "Everything that can be read.", catalogue.CatalogueQuery, links.query(), *map(query_of, TABLES))
Mutation = _root("Mutation", "Everything that can be done.", irregular.IrregularMutation, *map(mutation_of, TABLES))
finish(links.of)


ONE_ANSWER = frozenset({OperationType.QUERY, OperationType.MUTATION})


class Schema(strawberry.Schema):
    """Leaves logging to `Errors`: a refusal is not a fault, and its message may contain private text."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        return

    async def execute(self, *arguments: Any, **named: Any) -> ExecutionResult:
        """One answer to one document. A subscription has several, so it needs a socket."""
        return await super().execute(*arguments, **named | {"allowed_operation_types": ONE_ANSWER})


_RULES = [
    *QueryDepthLimiter(max_depth=12).validation_rules,
    *MaxAliasesLimiter(max_alias_count=15).validation_rules,
]
"""Made once, because the cache of validated documents compares the rules too. Introspection has one rule of GraphQL."""
schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(disable_field_suggestions=True, scalar_map={UUID: IDS, date: DAYS, datetime: MOMENTS}),
    extensions=[
        lambda: MaxTokensLimiter(max_token_count=1000),
        lambda: AddValidationRules(_RULES),
        lambda: ParserCache(maxsize=256),
        lambda: Limits(documents=256),
        Budget,
        Compiled,
        Errors,
    ],
)
