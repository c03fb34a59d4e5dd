"""Mass assignment: fields that a client does not decide are in no request, at no depth."""

import json
import re
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type

from tests.walls.cast import FAR, OWN, Cast
from tests.walls.fields import Field, fields
from tests.walls.matrix import matrix
from tests.walls.operations import DOCUMENT, Operation, operations
from tests.walls.rehearsal import Stand
from tests.walls.verbs import verbs_of_operations
from tests.world import Json

OURS = ("id", "state", "version", "createdAt", "role", "memberId", "cooperativeId", "personId", "paid", "scopes")
"""Fields that the server sets in nearly every object; tried wherever a request has no such field."""
FREE = ("expected", "keys")
"""Objects whose names the client chooses."""


def objects(body: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Every object of a body, and its place."""
    if isinstance(body, dict):
        yield place, body
        for name, inner in body.items():
            if name not in FREE:
                yield from objects(inner, (*place, name))
    for number, inner in enumerate(body if isinstance(body, list) else ()):
        yield from objects(inner, (*place, number))


def with_beside(body: Json, place: tuple[str | int, ...]) -> Json:
    """The body with one more field in the object at that place."""
    copy: Json = json.loads(json.dumps(body))
    found: Any = copy
    for step in place:
        found = found[step]
    found["beside"] = 1
    return copy


def answered(operation: Operation) -> set[str]:
    """The field names in the operation's answer."""
    said = set()
    for response in operation.stated["responses"].values():
        schema = response.get("content", {}).get("application/json", {}).get("schema", {})
        if "$ref" in schema:
            said |= set(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]].get("properties", {}))
    return said


def accepted(operation: Operation) -> set[str]:
    assert operation.json is not None
    schema = DOCUMENT["components"]["schemas"][operation.json["$ref"].rsplit("/", 1)[1]]
    return set(schema.get("properties", {}))


def beside(operation: Operation, body: Json) -> Iterator[tuple[Json, set[str]]]:
    """The body with all server-set fields in its first object; and with one unknown field at each depth."""
    extra = sorted((answered(operation) | set(OURS)) - accepted(operation))
    yield body | dict.fromkeys(extra), set(extra)
    for place, _ in objects(body):
        yield with_beside(body, place), {"beside"}


async def test_every_operation_refuses_what_is_beside_its_contract(stand: Stand, everybody: Cast) -> None:
    """The same body without it is accepted, as the matrix shows; here by an entitled caller."""
    taken, tried = [], 0
    for operation in operations(verbs_of_operations(stand.app)):
        if operation.json is None:
            continue
        column = min(matrix()[operation.verb] & {*OWN, *FAR})
        who, ids = everybody.people[column], everybody.ids(column, operation.verb)
        for body, names in beside(operation, operation.inputs(ids).body(operation.json)):
            headers, sent = operation.sent(who, ids, body)
            answer = await stand.ask(operation.method, operation.address(ids), headers, sent)
            tried += 1
            told = {one["field"].rsplit(".", 1)[-1] for one in json.loads(answer.text).get("errors", ())}
            if answer.status != 400 or not names <= told:
                taken.append((operation.name, answer.status, sorted(names - told)))
    assert taken == []
    assert tried > 180


def inputs_of(field: Field) -> Iterator[str]:
    """The arguments of a field that are objects."""
    for name, argument in field.field.args.items():
        if isinstance(get_named_type(argument.type), GraphQLInputObjectType):
            yield name


def names_it(error: Any) -> bool:
    """Whether an error names the extra field: the schema in its text, a form inside JSON by its place."""
    faults = error["extensions"].get("errors", ())
    return "beside" in error["message"] or any(fault["field"].endswith(".beside") for fault in faults)


async def test_every_field_refuses_what_is_beside_the_schema(stand: Stand, everybody: Cast) -> None:
    """An unknown argument, and an unknown field in each object."""
    taken, tried = [], 0
    for field in (one for one in fields() if one.root == "Mutation"):
        column = min(matrix()[field.verb] & {*OWN, *FAR})
        given = field.variables(everybody.ids(column, field.verb))
        document = field.document(given)
        tries = [(document.replace(f"{field.name}(", f"{field.name}(beside: 1, ", 1), given)] if given else []
        places = [place for place, _ in objects({name: given[name] for name in inputs_of(field) if name in given})]
        tries += [(document, with_beside(given, place)) for place in places if place]
        for text, variables in tries:
            answer = await stand.query(text, variables, everybody.identity(column))
            tried += 1
            refused = [one for one in answer["errors"] if names_it(one)]
            done = any((answer["data"] or {}).values())
            if done or [one["extensions"]["code"] for one in refused] != ["bad_request"]:
                taken.append((str(field), answer))
    assert taken == []
    assert tried > 100


def test_every_request_of_the_contract_is_closed() -> None:
    """Every schema of a body forbids other fields."""
    schemas = DOCUMENT["components"]["schemas"]
    waiting = [json.dumps(item) for item in _bodies()]
    seen: set[str] = set()
    while waiting:
        for name in set(_references(waiting.pop())) - seen:
            seen.add(name)
            waiting.append(json.dumps(schemas[name]))
    objects_of = {name for name in seen if schemas[name].get("type") == "object"}
    assert len(objects_of) > 70
    assert [name for name in objects_of if schemas[name].get("additionalProperties") is not False] == []


def _bodies() -> Iterator[Json]:
    for item in DOCUMENT["paths"].values():
        for stated in item.values():
            if isinstance(stated, dict):
                yield stated.get("requestBody", {}).get("content", {}).get("application/json", {})


def _references(text: str) -> list[str]:
    return re.findall(r"#/components/schemas/(\w+)", text)
