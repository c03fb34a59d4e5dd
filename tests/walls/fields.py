"""Every field of Query, Mutation and Subscription as a document, with a caller's ids and everything below it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_union_type,
)

from app.graphql.schema import schema
from tests.walls.inputs import Inputs
from tests.walls.verbs import verbs_of_fields

SCHEMA: GraphQLSchema = schema._schema
ROOTS = ("Query", "Mutation", "Subscription")
DEPTH = 3
LONG = {"paper": 2, "umbrella": 2, "municipality": 2, "smallBusinessSpells": 2, "availableTransitions": 2}
"""The least depth at which these fields are asked for: with them a document has more than its 1000 tokens."""
SHALLOW = {"orderInvoices": 2}
"""Fields that would ask for too many rows at that depth: a list, of which each row has lists of rows with lists."""


@dataclass(frozen=True)
class Field:
    root: str
    name: str
    field: GraphQLField
    verb: str

    def __str__(self) -> str:
        return f"{self.root}.{self.name}"

    def variables(self, ids: dict[str, str], *, bare: bool = False) -> dict[str, Any]:
        found = Inputs({}, ids, self.verb).variables(self.field, bare=bare)
        return found | ({"idempotencyKey": uuid4().hex} if "idempotencyKey" in found else {})

    def names(self, ids: dict[str, str]) -> bool:
        """Whether its arguments contain an id."""
        said = json.dumps(self.variables(ids))
        return any(value in said for name, value in ids.items() if name.endswith("_id"))

    def document(self, given: dict[str, Any], *, depth: int = 0) -> str:
        """The field with its arguments as variables, and the fields below it to that depth."""
        stated = ", ".join(f"${name}: {self.field.args[name].type}" for name in given)
        passed = ", ".join(f"{name}: ${name}" for name in given)
        below = min(depth, SHALLOW.get(self.name, depth))
        operation = f"{self.root.lower()} It" + (f"({stated})" if stated else "")
        return f"{operation} {{ {self.name}{f'({passed})' if passed else ''} {chosen(self.root, self.name, below)} }}"


@cache
def chosen(root: str, name: str, depth: int) -> str:
    """All leaves, and the fields below that need no arguments."""
    kind = SCHEMA.type_map[root]
    assert isinstance(kind, GraphQLObjectType)
    return _chosen(kind.fields[name], depth)


def _chosen(field: GraphQLField, depth: int) -> str:
    kind = get_named_type(field.type)
    if is_union_type(kind):
        return "{ __typename }"
    if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        return ""
    parts = []
    for name, inner in kind.fields.items():
        if any(is_required_argument(argument) for argument in inner.args.values()):
            continue
        if is_leaf_type(get_named_type(inner.type)):
            parts.append(name)
        elif depth >= LONG.get(name, 1) and (below := _chosen(inner, depth - _levels(inner))):
            parts.append(f"{name} {below}")
    return f"{{ {' '.join(parts) or '__typename'} }}"


def _levels(field: GraphQLField) -> int:
    """The depth of a field: one that is read separately, such as a link, counts twice, to stay within the limits."""
    stated = field.extensions.get("strawberry-definition")
    return 2 if stated is not None and stated.base_resolver is not None else 1


def fields() -> Iterator[Field]:
    """All of the schema."""
    for root in ROOTS:
        kind = SCHEMA.type_map[root]
        assert isinstance(kind, GraphQLObjectType)
        known = verbs_of_fields(root)
        for name, field in kind.fields.items():
            yield Field(root, name, field, known[name])
