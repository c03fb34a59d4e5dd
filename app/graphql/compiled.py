"""Fast path for documents with catalogue fields only: one statement a field, whose JSON is the answer; no resolver."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_argument_values,
    get_named_type,
    get_operation_ast,
    get_variable_values,
)
from graphql.execution.collect_fields import FieldDetailsList, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.arguments import convert_arguments

from app.domain.errors import DomainError
from app.domain.selection import TYPENAME, Chosen
from app.graphql.catalogue import connection_text, offering_text
from app.graphql.context import Context

TEXTS: dict[str, Callable[..., Awaitable[str]]] = {"catalogue": connection_text, "catalogueOffering": offering_text}
"""For each field of a query, the function that writes it as JSON."""
NO_VARIABLES = VariableValues({}, {})


class Written(dict[str, Any]):
    """A result that is JSON already: `text` is all of it, there are no items."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


@dataclass(frozen=True)
class Asked:
    """A selected field of the query: its key in the answer, its place in the document, its definition and selection."""

    key: str
    node: FieldNode
    definition: GraphQLField | None
    """None for the name of the type."""
    fields: tuple[Chosen, ...]


class Compiled(SchemaExtension):
    """Answers documents with catalogue fields only, for a face that passes JSON through.

    The resolvers answer all others (another field, a bad value, nothing found).
    """

    async def on_execute(self) -> AsyncIterator[None]:
        found = self.execution_context
        if isinstance(found.context, Context) and found.context.takes_text:
            # The resolvers refuse it, and say where.
            with contextlib.suppress(DomainError, GraphQLError):
                found.result = await _answer(found, found.context)
        yield


async def _answer(found: ExecutionContext, context: Context) -> ExecutionResult | None:
    """The result of the document. Raises DomainError, GraphQLError for one that the resolvers must refuse."""
    document, schema = found.graphql_document, found.schema._schema
    operation = get_operation_ast(document, found.operation_name) if document else None
    if document is None or operation is None or operation.operation is not OperationType.QUERY:
        return None
    variables = get_variable_values(schema, operation.variable_definitions or (), found.variables or {})
    if not isinstance(variables, VariableValues):
        return None
    # The selection may depend on a variable.
    conditional = "@" in (found.query or "")
    plan = _plan(schema, document, operation, variables) if conditional else _planned(schema, document, operation)
    if plan is None:
        return None
    texts = [f'"{asked.key}":{await _text(asked, found, context, variables)}' for asked in plan]
    return ExecutionResult(data=Written(f"{{{','.join(texts)}}}"), errors=None)


async def _text(asked: Asked, found: ExecutionContext, context: Context, variables: VariableValues) -> str:
    if asked.definition is None:
        return '"Query"'
    field: Any = asked.definition.extensions["strawberry-definition"]
    values = get_argument_values(asked.definition, asked.node, variables)
    scalars, config = found.schema.schema_converter.scalar_registry, found.schema.config
    given = convert_arguments(values, field.arguments, scalars, config)
    return await TEXTS[asked.node.name.value](context.catalogue, asked.fields, **given)


@lru_cache(maxsize=256)
def _planned(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> tuple[Asked, ...] | None:
    return _plan(schema, document, operation, NO_VARIABLES)


def _plan(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: VariableValues
) -> tuple[Asked, ...] | None:
    """The fields of the query; None if one of them is not the catalogue's."""
    query = schema.get_root_type(operation.operation)
    return Plan(schema, document, operation, variables).roots(query) if query else None


class Plan:
    """The selection of an operation, with fragments expanded and equal keys merged by the rules of GraphQL."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: VariableValues,
    ) -> None:
        self._schema, self._operation, self._variables = schema, operation, variables
        fragments = (node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
        self._fragments = {node.name.value: FragmentDetails(node) for node in fragments}

    def roots(self, query: GraphQLObjectType) -> tuple[Asked, ...] | None:
        """The fields of the query; None if one of them is not the catalogue's."""
        where = (self._schema, self._fragments, self._variables, query, self._operation)
        found = collect_fields(*where).grouped_field_set
        nodes = {key: details[0].node for key, details in found.items()}
        if not all(node.name.value in (*TEXTS, TYPENAME) for node in nodes.values()):
            return None
        return tuple(
            Asked(key, nodes[key], query.fields.get(nodes[key].name.value), self._below(query, details))
            for key, details in found.items()
        )

    def _below(self, parent: GraphQLObjectType, details: FieldDetailsList) -> tuple[Chosen, ...]:
        """The selection inside the value of a field of `parent`."""
        name = details[0].node.name.value
        kind = None if name == TYPENAME else get_named_type(parent.fields[name].type)
        if not isinstance(kind, GraphQLObjectType):
            return ()
        where = (self._schema, self._fragments, self._variables, self._operation, kind, details)
        found = collect_subfields(*where).grouped_field_set
        return tuple(
            Chosen(key, inner[0].node.name.value, kind.name, self._below(kind, inner)) for key, inner in found.items()
        )
