"""What a person can type wrong is refused alike in both faces: the same fields, codes and words, all at once."""

import json
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type
from pydantic import BaseModel
from strawberry.types.base import StrawberryObjectDefinition

from app.contract.operation import Operation as Declared
from app.contract.shape import bare, optional
from app.domain.actors import Identity
from app.graphql.schema import schema
from app.vocabulary import Between, MoneyIn, MonthWithin, Text, Within
from tests.walls.cast import FAR, OWN, Cast
from tests.walls.fields import Field, fields
from tests.walls.matrix import matrix
from tests.walls.operations import Operation, operations
from tests.walls.rehearsal import Stand
from tests.walls.verbs import verbs_of_operations
from tests.world import Caller, Json

NOBODY = "burger 123456782"


def declared_of(field: Field) -> Declared | None:
    definition: StrawberryObjectDefinition = schema.get_type_by_name(field.root)  # type: ignore[assignment]
    (found,) = [one for one in definition.fields if schema.config.name_converter.from_field(one) == field.name]
    assert found.base_resolver is not None
    return getattr(found.base_resolver.wrapped_func, "operation", None)


def spoiled(form: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """Each field of a form with everything that it refuses of what a person types."""
    for field in form.model_fields.values():
        hint = optional(bare(field.rebuild_annotation()))[0]
        marks = (*field.metadata, *getattr(hint, "__metadata__", ()))
        name = str(field.alias)
        for text in (mark for mark in marks if isinstance(mark, Text)):
            yield name, "x" * (text.longest + 1)
            yield name, "a\u200bb"
            yield name, NOBODY[: text.longest]
            yield from [(name, " ")] * bool(text.shortest)
            yield from [(name, "a\nb")] * (not text.several)
        if bare(hint) is MoneyIn:
            none = ["0"] * all(mark.low > 0 for mark in marks if isinstance(mark, Between))
            for amount in ("1.000", "12,50", "", "-1", "1000000001", *none):
                yield name, {"amount": amount}
        for _ in (mark for mark in marks if isinstance(mark, MonthWithin)):
            yield from [(name, month) for month in ("1999-12", "2199-01", "2026-13", "2026-3", "2026-03-01", "")]
        for _ in (mark for mark in marks if isinstance(mark, Within)):
            yield name, "1999-12-31"
            yield name, "2199-01-01"


def test_each_field_that_a_person_types_is_spoiled_in_more_ways_than_one() -> None:
    tables = [one for field in fields() if (one := declared_of(field)) is not None and one.body is not None]
    ways = [len(list(spoiled(one.body))) for one in tables if one.body is not None]
    assert len(tables) >= 4
    assert min(ways) > 1


def in_graphql(field: Field, body: Json) -> Json:
    """A body as GraphQL writes it: values of an enumeration in capitals."""
    kind = get_named_type(field.field.args["input"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    enums = {name for name, one in kind.fields.items() if isinstance(get_named_type(one.type), GraphQLEnumType)}
    return {name: one.upper() if name in enums else one for name, one in body.items()}


async def refused_by_rest(stand: Stand, who: Caller, operation: Operation, ids: dict[str, str], body: Json) -> Json:
    headers, sent = operation.sent(who, ids, body)
    answer = await stand.ask(operation.method, operation.address(ids), headers, sent)
    assert answer.status == 400, (operation.name, body, answer.text)
    found: Json = json.loads(answer.text)
    return {"code": found["code"], "errors": found["errors"]}


async def refused_by_graphql(stand: Stand, identity: Identity, field: Field, ids: dict[str, str], body: Json) -> Json:
    variables = field.variables(ids) | {"input": body}
    answer = await stand.query(field.document(variables), variables, identity)
    (error,) = answer["errors"]
    return {name: error["extensions"][name] for name in ("code", "errors")}


async def test_what_is_typed_wrong_is_refused_alike_by_both_faces(stand: Stand, everybody: Cast) -> None:
    by_verb = {one.verb: one for one in operations(verbs_of_operations(stand.app)) if one.json is not None}
    for field in fields():
        declared = declared_of(field)
        if declared is None or declared.body is None:
            continue
        operation, column = by_verb[field.verb], min(matrix()[field.verb] & {*OWN, *FAR})
        who, identity, ids = everybody.people[column], everybody.identity(column), everybody.ids(column, field.verb)
        good = operation.inputs(ids).body(operation.json or {})
        for name, value in spoiled(declared.body):
            body = good | {name: value}
            shouted = in_graphql(field, body)
            rest = await refused_by_rest(stand, who, operation, ids, body)
            graphql = await refused_by_graphql(stand, identity, field, ids, shouted)
            assert graphql == rest, (declared.id, name, value)
            assert name in {error["field"].partition(".")[0] for error in rest["errors"]}
