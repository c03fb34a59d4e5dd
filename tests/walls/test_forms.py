"""Both faces refuse wrong input alike: the same fields, codes and texts, all at once."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from graphql import GraphQLInputObjectType
from graphql.type import get_nullable_type
from pydantic import BaseModel, create_model
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from strawberry.types.base import StrawberryObjectDefinition

from app.contract.operation import Operation as Declared
from app.contract.shape import bare, optional
from app.domain.actors import Identity
from app.domain.days import FIRST_DAY
from app.graphql.schema import schema
from app.ids import Names, noun_of
from app.vocabulary import (
    BalanceIn,
    Between,
    BlankIsNone,
    Form,
    MomentWithin,
    MoneyIn,
    MonthWithin,
    Text,
    Verbatim,
    Within,
)
from tests.walls.cast import FAR, OWN, Cast
from tests.walls.fields import Field, fields
from tests.walls.inputs import shouted_as
from tests.walls.matrix import matrix
from tests.walls.operations import Operation, operations
from tests.walls.rehearsal import Stand
from tests.walls.verbs import verbs_of_operations
from tests.world import Caller, Json

NOBODY = "burger 123456782"
MOMENTS = ("1999-12-31T12:00Z", "2199-01-01T12:00Z", "2026-03-01T12:00", "morgen")
NO_IDS = ("x", "{01a227ed-df46-7765-bc33-6e553b003440}", "")
LARGEST = 2**31 - 1
"""The largest integer that GraphQL itself takes."""


def declared_of(field: Field) -> Declared | None:
    definition: StrawberryObjectDefinition = schema.get_type_by_name(field.root)  # type: ignore[assignment]
    (found,) = [one for one in definition.fields if schema.config.name_converter.from_field(one) == field.name]
    assert found.base_resolver is not None
    return getattr(found.base_resolver.wrapped_func, "operation", None)


def marks_of(field: FieldInfo) -> list[Any]:
    """Everything that limits a field, also of an optional one."""
    hint = optional(bare(field.rebuild_annotation()))[0]
    marks = (*field.metadata, *getattr(hint, "__metadata__", ()))
    return [inner for mark in marks for inner in (mark.metadata if isinstance(mark, FieldInfo) else (mark,))]


def spoiled(form: type[BaseModel], good: Json) -> Iterator[tuple[str, Any]]:
    """Each field of a form with every kind of wrong input; the other fields have the values of `good`."""
    for field in form.model_fields.values():
        hint, marks = optional(bare(field.rebuild_annotation()))[0], marks_of(field)
        name = str(field.alias)
        if get_origin(bare(hint)) is list:
            yield from ((name, value) for value in spoiled_lists(get_args(bare(hint))[0], marks, good.get(name)))
            continue
        if isinstance(bare(hint), type) and issubclass(bare(hint), Form):
            part = good.get(name) or {}
            needed = {str(one.alias) for one in bare(hint).model_fields.values() if one.is_required()} - set(part)
            for inner, value in spoiled(bare(hint), part):
                # The schema itself would refuse a missing value.
                if needed <= {inner}:
                    yield name, part | {inner: value}
            continue
        for text in (mark for mark in marks if isinstance(mark, Text)):
            yield name, "x" * (text.longest + 1)
            yield name, "a\u200bb"
            yield from [(name, NOBODY[: text.longest])] * (not text.number)
            yield from [(name, " ")] * bool(text.shortest)
            yield from [(name, "a\nb")] * (not text.several)
        if bare(hint) in (MoneyIn, BalanceIn):
            below = ["-1"] * (bare(hint) is MoneyIn)
            too_low = [f"0.0{mark.low - 1}" for mark in marks if isinstance(mark, Between) and 0 < mark.low < 10]
            for amount in ("1.000", "12,50", "", "1000000001", *below, *too_low):
                yield name, {"amount": amount}
        for month in (mark for mark in marks if isinstance(mark, MonthWithin)):
            yield from [(name, "1999-12")] * (month.bounds.first >= FIRST_DAY)
            yield from [(name, text) for text in ("2199-01", "2026-13", "2026-3", "2026-03-01", "0000-01", "")]
        for _ in (mark for mark in marks if isinstance(mark, Within)):
            yield from [(name, day) for day in ("1999-12-31", "2199-01-01", "20260305", "2026-W10-4", "morgen", "")]
        for _ in (mark for mark in marks if isinstance(mark, MomentWithin)):
            yield from [(name, moment) for moment in MOMENTS]
        yield from [(name, row_id) for mark in marks if isinstance(mark, Names) for row_id in NO_IDS]
        blank = any(isinstance(mark, BlankIsNone) for mark in marks)
        yield from ((name, value) for mark in marks for value in beyond(mark) if value or not blank)


def spoiled_lists(item: Any, marks: list[Any], good: Any) -> Iterator[list[Any]]:
    """Lists that are too short or too long, and lists of one item that is wrong."""
    one = create_model("One", __base__=Form, item=(item, ...))
    first = good[0] if good else "a" if bare(item) is str else {}
    for mark in marks:
        if isinstance(mark, MinLen):
            yield []
        if isinstance(mark, MaxLen) and first and mark.max_length <= 50:
            yield [first] * (mark.max_length + 1)
    # Without a good item, the schema itself would refuse a missing value.
    if first:
        yield from ([value] for _, value in spoiled(one, {"item": first}))


def beyond(mark: Any) -> Iterator[Any]:
    """Values outside the bounds and patterns of a form."""
    for bound in (mark, *getattr(mark, "metadata", ())):
        if isinstance(bound, Verbatim):
            yield "x" * (bound.longest + 1)
            yield "a\x07b"
        if isinstance(bound, MaxLen):
            yield f"jo@{'x' * bound.max_length}.nl"
        if isinstance(bound, Ge):
            yield bound.ge - 1  # type: ignore[operator]
        if isinstance(bound, Le) and bound.le < LARGEST:  # type: ignore[operator]
            yield bound.le + 1  # type: ignore[operator]
        if getattr(bound, "pattern", None):
            yield ""
            yield "a b"
            yield "é"


TYPED = (str, int, date, datetime, MoneyIn, BalanceIn)
"""The types that people type. Programs send ids, choices and booleans."""


def types(form: type[BaseModel]) -> set[str]:
    """The fields of a form that a person types."""
    hints = {str(field.alias): optional(bare(field.annotation))[0] for field in form.model_fields.values()}
    return {name for name, hint in hints.items() if bare(hint) in TYPED}


def test_each_field_that_a_person_types_is_spoiled_in_more_ways_than_one() -> None:
    forms = [one.body for field in fields() if (one := declared_of(field)) is not None and one.body is not None]
    ways = [Counter(name for name, _ in spoiled(form, {})) for form in forms]
    assert len(forms) >= 4
    assert [(form, name) for form, way in zip(forms, ways, strict=True) for name in types(form) if way[name] < 2] == []


async def refused_by_rest(stand: Stand, who: Caller, operation: Operation, ids: dict[str, str], body: Json) -> Json:
    headers, sent = operation.sent(who, ids, body)
    answer = await stand.ask(operation.method, operation.address(ids), headers, sent)
    assert answer.status == 400, (operation.name, body, answer.text)
    found: Json = json.loads(answer.text)
    return {"code": found["code"], "errors": found["errors"]}


def in_graphql(field: Field, body: Json) -> Json:
    """A body in the form of its field: as `input`, or as arguments if the field only reads."""
    arguments = field.field.args
    if "input" not in arguments:
        return {name: shouted_as(one, arguments[name].type) for name, one in body.items()}
    kind = get_nullable_type(arguments["input"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    return {"input": {name: shouted_as(one, kind.fields[name].type) for name, one in body.items()}}


async def refused_by_graphql(stand: Stand, identity: Identity, field: Field, ids: dict[str, str], body: Json) -> Json:
    variables = field.variables(ids) | in_graphql(field, body)
    answer = await stand.query(field.document(variables), variables, identity)
    assert len(answer["errors"]) == 1, (field.name, body, answer)
    (error,) = answer["errors"]
    return {name: error["extensions"].get(name) for name in ("code", "errors")}


async def test_what_is_typed_wrong_is_refused_alike_by_both_faces(stand: Stand, everybody: Cast) -> None:
    by_verb = {one.verb: one for one in operations(verbs_of_operations(stand.app)) if one.json is not None}
    for field in fields():
        declared = declared_of(field)
        if declared is None or declared.body is None:
            continue
        operation, column = by_verb[field.verb], min(matrix()[field.verb] & {*OWN, *FAR})
        who, identity, ids = everybody.people[column], everybody.identity(column), everybody.ids(column, field.verb)
        good = operation.inputs(ids).body(operation.json or {})
        for name, value in spoiled(declared.body, good):
            body = good | {name: value}
            rest = await refused_by_rest(stand, who, operation, ids, body)
            graphql = await refused_by_graphql(stand, identity, field, ids, body)
            assert graphql == rest, (declared.id, name, value)
            assert name in {error["field"].partition(".")[0] for error in rest["errors"]}


async def test_an_id_that_is_none_is_refused_alike_by_both_faces(stand: Stand, everybody: Cast) -> None:
    """For ids in a path, which are arguments in GraphQL."""
    by_verb = {one.verb: one for one in operations(verbs_of_operations(stand.app))}
    tried = 0
    for field in fields():
        declared = declared_of(field)
        for name in declared.in_path if declared else ():
            if declared is None or noun_of(declared.hints[name]) is None:
                continue
            operation, column = by_verb[field.verb], min(matrix()[field.verb] & {*OWN, *FAR})
            ids = everybody.ids(column, field.verb) | {name: "no-id"}
            headers, sent = operation.sent(everybody.people[column], everybody.ids(column, field.verb))
            answer = await stand.ask(operation.method, operation.address(ids), headers, sent)
            variables = field.variables(everybody.ids(column, field.verb))
            variables["id" if name == declared.own_id else to_camel(name)] = "no-id"
            told = await stand.query(field.document(variables), variables, everybody.identity(column))
            (error,) = told["errors"]
            problem = json.loads(answer.text)
            assert answer.status == 400, (declared.id, answer.text)
            assert error["extensions"]["errors"] == problem["errors"], (declared.id, name)
            tried += 1
    assert tried > 100
