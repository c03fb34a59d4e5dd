"""Limits of one document: the number of fields, directives and rows that the server can answer easily."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.extensions import SchemaExtension, ValidationCache

from app.domain.errors import TooFast
from app.domain.platform.rates import units_of
from app.graphql.context import Context
from app.graphql.errors import shown

MOST_DIRECTIVES = 5
MOST_ROWS = 2_000
"""The most rows that a document can select: page sizes multiply if pages are nested."""
MOST_FIELDS = 2_000
"""The most fields, after fragments are expanded."""
MOST_ALIKE = 100
"""The most fields of one name, as written: a validation rule compares all of one name with each other."""
MOST_WITHIN = 5
"""The weight of a list inside an object, such as the lines of an order: it counts as this many rows."""
PAGES = frozenset({"edges", "items"})
"""Fields with the rows of a page, whose size is in the document."""
ROWS = "rows"
"""Field metadata: the rows that a field weighs if the document has no page size."""
DEEPEST = 100
"""The most nested braces and fragments that are weighed; documents within it may then have twelve levels."""
TOO_MUCH = "This asks for too much at once: more than {most} {what}. Ask for less."


@dataclass(frozen=True)
class Weight:
    """The weight of a selection with fragments expanded. `rows` are for one row of its parent."""

    rows: int = 0
    fields: int = 0
    directives: int = 0
    introspects: bool = False

    @property
    def too_much(self) -> str | None:
        """The limit that it exceeds, in words; None if it is within all."""
        limits = {"rows": MOST_ROWS, "fields": MOST_FIELDS, "directives": MOST_DIRECTIVES}
        beyond = ((most, what) for what, most in limits.items() if getattr(self, what) > most)
        return next((TOO_MUCH.format(most=most, what=what) for most, what in beyond), None)

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(
            self.rows + other.rows,
            self.fields + other.fields,
            self.directives + other.directives,
            self.introspects or other.introspects,
        )


class TooDeep(Exception):
    """More nested levels than are weighed."""


class Scale:
    """Weighs a document. Each fragment is weighed once, however often it is spread, so weighing is cheap."""

    def __init__(self, document: Any, schema: Any, sent: dict[str, Any]) -> None:
        self.document, self.schema = document, schema
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.weighed: dict[str, Weight] = {}
        self.alike: Counter[str] = Counter()
        self.sent, self.defaults = sent, Counter[str]()
        for node in document.definitions:
            for variable in getattr(node, "variable_definitions", None) or ():
                name, default = variable.variable.name.value, _number(variable.default_value)
                self.defaults[name] = max(self.defaults[name], default)

    def weigh(self) -> Weight:
        """The weight of all operations together, and of unused fragments. Raises TooDeep."""
        total = Weight()
        for node in self.document.definitions:
            if isinstance(node, OperationDefinitionNode):
                total += self._all(node, self.schema.get_root_type(node.operation), 1, 0)
        for name in self.fragments.keys() - self.weighed.keys():
            total += self._fragment(name, 0)
        return total

    @property
    def repeats(self) -> str | None:
        """An error text if one name is written too often; otherwise None."""
        often = bool(self.alike) and max(self.alike.values()) > MOST_ALIKE
        return TOO_MUCH.format(most=MOST_ALIKE, what="fields of one name") if often else None

    def _all(self, node: Any, parent: Any, rows: int, level: int) -> Weight:
        """The selections of a node, `rows` times."""
        if level > DEEPEST:
            raise TooDeep
        total = Weight(directives=len(node.directives or ()))
        for chosen in node.selection_set.selections if node.selection_set else ():
            total += self._one(chosen, parent, rows, level + 1)
        return total

    def _one(self, node: Node, parent: Any, rows: int, level: int) -> Weight:
        if isinstance(node, FieldNode):
            return self._field(node, parent, rows, level)
        if isinstance(node, InlineFragmentNode):
            named = node.type_condition
            inner = self.schema.get_type(named.name.value) if named else parent
            return Weight(fields=1) + self._all(node, inner, rows, level)
        return Weight(fields=1) + self._spread(cast("FragmentSpreadNode", node), rows, level)

    def _spread(self, node: FragmentSpreadNode, rows: int, level: int) -> Weight:
        once = self._fragment(node.name.value, level)
        written = len(node.directives or ())
        return Weight(once.rows * rows, once.fields, once.directives + written, once.introspects)

    def _fragment(self, name: str, level: int) -> Weight:
        """A fragment for one row; a fragment that spreads itself is refused later by the rules."""
        if name not in self.weighed and name in self.fragments:
            self.weighed[name] = Weight()
            fragment = self.fragments[name]
            self.weighed[name] = self._all(fragment, self.schema.get_type(fragment.type_condition.name.value), 1, level)
        return self.weighed.get(name, Weight())

    def _field(self, node: FieldNode, parent: Any, rows: int, level: int) -> Weight:
        self.alike[(node.alias or node.name).value] += 1
        known = getattr(parent, "fields", {}).get(node.name.value)
        own = Weight(fields=1, introspects=node.name.value in ("__schema", "__type"))
        if known is None:
            return own + self._all(node, None, rows, level)
        if "first" in known.args:
            rows *= self._first(node, known.args["first"].default_value)
            own += Weight(rows=rows)
        elif read := _rows_read(known):
            rows *= read
            own += Weight(rows=rows)
        elif node.name.value not in PAGES and _is_list(known.type) and node.selection_set:
            rows *= MOST_WITHIN
        return own + self._all(node, get_named_type(known.type), rows, level)

    def _first(self, node: FieldNode, default: Any) -> int:
        """The page size of a field: as written or sent, else its variable's default, else the field's."""
        given: Any = next((a.value for a in node.arguments or () if a.name.value == "first"), default)
        if isinstance(given, VariableNode):
            name = given.name.value
            given = self.sent[name] if name in self.sent else self.defaults[name] or default
        return max(_number(given), 1)


def _rows_read(field: Any) -> int:
    """The rows that a field weighs if it is read for each object above it; 0 for one that is loaded with the object."""
    stated = field.extensions.get("strawberry-definition")
    return stated.metadata.get(ROWS, 0) if stated else 0


def _is_list(kind: Any) -> bool:
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)


def _number(value: Any) -> int:
    """A number as written or sent; other values are refused later."""
    if isinstance(value, IntValueNode | FloatValueNode):
        value = float(value.value)
    return int(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0


def _of_document(error: GraphQLError) -> GraphQLError:
    """A validation error as a fault of the document, whatever a scalar raised; values are shortened."""
    return GraphQLError(error.message[:500], error.nodes, error.source, error.positions)


class Limits(SchemaExtension):
    """Refuses a document before it is validated or run, and charges for it; hides the schema without a token.

    Validation rules walk a fragment at each spread, so a document is weighed before them.
    """

    def __init__(self, documents: int) -> None:
        super().__init__()
        self._validate = ValidationCache(maxsize=documents).cached_validate_document

    async def on_validate(self) -> AsyncIterator[None]:
        found = self.execution_context
        errors = await self._refusals()
        if not errors:
            invalid = self._validate(found.schema._schema, found.graphql_document, found.validation_rules)
            errors = [_of_document(error) for error in invalid]
        found.pre_execution_errors = [shown(error, found.context) for error in errors]
        yield

    async def _refusals(self) -> list[GraphQLError] | None:
        found, context = self.execution_context, self.execution_context.context
        scale, too_deep = Scale(found.graphql_document, found.schema._schema, found.variables or {}), None
        try:
            weight = scale.weigh()
        except TooDeep:
            weight, too_deep = Weight(fields=MOST_FIELDS), TOO_MUCH.format(most=DEEPEST, what="levels")
        try:
            if isinstance(context, Context):
                await context.pay(units_of(min(weight.rows, MOST_ROWS), min(weight.fields, MOST_FIELDS)))
        except TooFast as refused:
            return [GraphQLError(refused.code, original_error=refused)]
        if self._chooses_none():
            return [GraphQLError("This document has several operations: say with operationName which one to run.")]
        if too_much := too_deep or weight.too_much or scale.repeats:
            return [GraphQLError(too_much)]
        if weight.introspects and isinstance(context, Context) and not context.reads_schema:
            return [GraphQLError("Log in to read the schema, or take it from the project.")]
        return None

    def _chooses_none(self) -> bool:
        """Whether a document has several operations and the request does not choose one."""
        found = self.execution_context
        document = found.graphql_document
        operations = (
            [one for one in document.definitions if isinstance(one, OperationDefinitionNode)] if document else ()
        )
        return found._provided_operation_name is None and len(operations) > 1
