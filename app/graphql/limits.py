"""What one document may ask for: no more fields, directives and rows than the server answers with ease."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from strawberry.extensions import SchemaExtension

from app.domain.rates import units_of
from app.graphql.context import Context

MOST_DIRECTIVES = 5
MOST_ROWS = 2_000
"""The rows that could be asked for: page sizes multiply where pages lie within pages."""
MOST_FIELDS = 2_000
"""Once fragments are written out."""


class Weight:
    """What an operation comes to; a fragment counts wherever it is spread."""

    def __init__(self, document: Any, schema: Any, variables: dict[str, Any]) -> None:
        named = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
        self.fragments = {node.name.value: node for node in named}
        self.schema, self.variables = schema, variables
        self.rows = self.fields = self.directives = 0
        self.introspects = False

    @property
    def too_much(self) -> bool:
        return self.rows > MOST_ROWS or self.fields > MOST_FIELDS or self.directives > MOST_DIRECTIVES

    def add(self, chosen: SelectionSetNode | None, parent: Any, rows: int) -> None:
        """Count what is chosen of a type, `rows` times; stops once it is too much."""
        for node in chosen.selections if chosen else ():
            if self.too_much:
                return
            self.directives += len(node.directives or ())
            if isinstance(node, FragmentSpreadNode):
                self.fields += 1
                fragment = self.fragments.get(node.name.value)
                if fragment is not None:
                    self.add(fragment.selection_set, self.schema.get_type(fragment.type_condition.name.value), rows)
            elif isinstance(node, InlineFragmentNode):
                named = node.type_condition
                self.add(node.selection_set, self.schema.get_type(named.name.value) if named else parent, rows)
            elif isinstance(node, FieldNode):
                self._field(node, parent, rows)

    def _field(self, node: FieldNode, parent: Any, rows: int) -> None:
        self.fields += 1
        self.introspects |= node.name.value in ("__schema", "__type")
        known = getattr(parent, "fields", {}).get(node.name.value)
        if known is None:
            return
        if "first" in known.args:
            rows *= self._first(node, known.args["first"].default_value)
            self.rows += rows
        inner = get_named_type(known.type)
        self.add(node.selection_set, inner if isinstance(inner, GraphQLObjectType) else parent, rows)

    def _first(self, node: FieldNode, default: Any) -> int:
        given = next((argument.value for argument in node.arguments or () if argument.name.value == "first"), None)
        if isinstance(given, VariableNode):
            asked = self.variables.get(given.name.value, default)
            return max(asked, 1) if isinstance(asked, int) else 1
        return max(int(given.value), 1) if isinstance(given, IntValueNode) else default or 1


class Limits(SchemaExtension):
    """Refuses before anything runs; who has no token is not told the schema."""

    def on_validate(self) -> Iterator[None]:
        """After the cache of validated documents: what is not valid, fragments in a circle too, is refused already."""
        found = self.execution_context
        if found.graphql_document is not None and not found.pre_execution_errors:
            found.pre_execution_errors = self._refusals() or found.pre_execution_errors
        yield

    def _refusals(self) -> list[GraphQLError]:
        found = self.execution_context
        schema = found.schema._schema
        document = found.graphql_document
        for node in document.definitions if document else ():
            if isinstance(node, OperationDefinitionNode):
                weight = Weight(document, schema, found.variables or {})
                weight.directives += len(node.directives or ())
                weight.add(node.selection_set, schema.get_root_type(node.operation), 1)
                if isinstance(found.context, Context) and found.context.charge is not None:
                    found.context.charge(units_of(weight.rows, weight.fields))
                if weight.too_much:
                    return [GraphQLError("This asks for too much at once. Ask for less.")]
                if weight.introspects and isinstance(found.context, Context) and not found.context.reads_schema:
                    return [GraphQLError("Log in to read the schema, or take it from the project.")]
        return []
