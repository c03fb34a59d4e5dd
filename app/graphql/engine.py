"""Makes the GraphQL types and fields of a noun from its shapes and its table of operations."""

import inspect
import re
import types
from collections.abc import Awaitable, Callable
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints

import strawberry
from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from strawberry.scalars import JSON

from app.contract.operation import Key, Noun, Operation
from app.contract.shape import MoneyOut, bare, is_shape, optional
from app.graphql import types as shared
from app.graphql.context import Info
from app.graphql.types import After, Connection, First, Node, page_of
from app.ids import noun_of
from app.vocabulary import Form, MoneyIn, doc_of

Resolver = Callable[..., Awaitable[Any]]
REQUIRED = inspect.Parameter.empty
CALLED = {"limit": "first"}
"""Parameters with another name in GraphQL, because its connections use that."""
EXTENDED: dict[type, dict[str, Any]] = {}
UNFINISHED: list[tuple[type, Any]] = []
"""Shapes whose type has no fields yet."""


def extend(shape: type, **fields: Any) -> None:
    """Adds fields to the type of a shape that only GraphQL has."""
    EXTENDED.setdefault(shape, {}).update(fields)


@cache
def type_of(shape: type) -> Any:
    """The GraphQL type of a shape, to be filled by `finish`. The shape itself is the source of its fields."""
    # An id of one of several nouns names another object, which the link `node` reads.
    own = get_type_hints(shape, include_extras=True).get("id")
    bases = (Node,) if own is not None and noun_of(own) != "" else ()
    made = type(shape.__name__, bases, {"is_type_of": staticmethod(lambda one, _: isinstance(one, shape))})
    UNFINISHED.append((shape, made))
    return made


def finish(links_of: Callable[[type], dict[str, Any]]) -> None:
    """Fills all types, after all are declared, so that they may refer to each other. `links_of` gives more fields."""
    while UNFINISHED:
        shape, made = UNFINISHED.pop()
        hints = get_type_hints(shape, include_extras=True)
        names = [field.name for field in fields(shape) if field.name != "id" or Node not in made.__bases__]
        own = {name: hints[name] for name in names}
        made.__annotations__ = {name: _output(hint) for name, hint in own.items()}
        shown = {name: strawberry.field(description=said(hint)) for name, hint in own.items()}
        for name, field in (links_of(shape) | shown | EXTENDED.get(shape, {})).items():
            setattr(made, name, field)
        strawberry.type(made, description=shape.__doc__)


def query_of(table: Noun) -> Any:
    """The fields of Query for a noun."""
    return _root(f"{table.name.capitalize()}Query", [one for one in table.operations if one.reads])


def mutation_of(table: Noun) -> Any:
    """The fields of Mutation for a noun."""
    return _root(f"{table.name.capitalize()}Mutation", [one for one in table.operations if not one.reads])


def _root(name: str, operations: list[Operation]) -> Any:
    fields = {field_name(one): strawberry.field(resolver=_resolver(one), description=one.words) for one in operations}
    return strawberry.type(type(name, (), fields))


def field_name(operation: Operation) -> str:
    """The name of a field: for a read its result, for a change its use case."""
    return operation.field or re.sub("^(list|get|read)_", "", operation.use_case.__name__)


def _resolver(operation: Operation) -> Resolver:
    async def resolve(info: Info, **given: Any) -> Any:
        context = info.context
        page = page_of(given.pop("first"), given.pop("after")) if operation.pages else None
        key = given.pop("idempotency_key", None)
        door = context.keyed(key) if key is not None else context.run
        named = _arguments(operation, given) | ({"page": page} if page else {})
        found = await door(operation.use_case, **named)
        viewer = context.viewer
        if page is not None:
            return Connection.of(found, lambda row: operation.shape.of(row, viewer), page)
        if operation.lists:
            return [operation.shape.of(row, viewer) for row in found]
        return operation.shape.of(found, viewer)

    parameters, answer = _parameters(operation), _answer(operation)
    resolve.__signature__ = inspect.Signature(parameters, return_annotation=answer)  # type: ignore[attr-defined]
    resolve.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": answer}
    resolve.operation = operation  # type: ignore[attr-defined]
    return resolve


def _arguments(operation: Operation, given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the use case, under its own names, including those inside the input."""
    own = {called: name for name, called in CALLED.items()} | {"id": operation.own_id or "id"}
    named = {own.get(name, name): _plain(value) for name, value in given.items() if name != "input"}
    inside = _fields(given["input"]) if given.get("input") is not None else {}
    if operation.body_parameter:
        return named | {operation.body_parameter: inside}
    # Omitted fields get the same values as in REST, so that a replay through the other face is the same request.
    defaults = {name: default for name in operation.given if (default := operation.default(name)) is not REQUIRED}
    return ({} if operation.method == "GET" else defaults) | named | inside


def _parameters(operation: Operation) -> list[inspect.Parameter]:
    """The arguments of a field."""
    subject, found = operation.own_id, [_parameter("info", Info)]
    for name in operation.in_path:
        hint = operation.hints[name]
        found.append(_parameter("id" if name == subject else name, _input(hint), words=doc_of(hint)))
    if operation.key in (Key.NEEDED, Key.KEPT):
        found.append(_own("idempotency_key", str, needed=operation.key is Key.NEEDED))
    if operation.reads:
        for name in operation.given:
            hint, default = operation.hints[name], operation.default(name)
            found.append(_parameter(CALLED.get(name, name), _input(hint), default, words=doc_of(hint)))
    elif operation.body is not None:
        needed = any(field.is_required() for field in operation.body.model_fields.values())
        found.append(_own("input", input_of(operation.body), needed=needed))
    if operation.pages:
        found += [_parameter("first", First, 20), _parameter("after", After, None)]
    if operation.versioned:
        found.append(_own("expected_version", int, needed=operation.must_have_seen))
    return found


WORDS = {
    "idempotency_key": "A unique value of your own; the same again does nothing twice.",
    "input": "What is given.",
    "expected_version": "The version that you saw last.",
}
"""Descriptions of arguments that all fields share."""


def _own(name: str, kind: Any, *, needed: bool) -> inspect.Parameter:
    return _parameter(name, kind, words=WORDS[name]) if needed else _parameter(name, kind | None, None, WORDS[name])


def _parameter(name: str, kind: Any, default: Any = REQUIRED, words: str | None = None) -> inspect.Parameter:
    hint = Annotated[kind, strawberry.argument(description=words)] if words else kind
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint, default=default)


@cache
def input_of(form: type[BaseModel]) -> Any:
    """The GraphQL input of a form. A field that is left out keeps the default of the use case."""
    if issubclass(form, MoneyIn):
        return shared.MoneyInput
    namespace: dict[str, Any] = {"__annotations__": {}}
    changes = form.__name__.endswith("Change")
    for name, field in form.model_fields.items():
        inner, null = optional(bare(field.rebuild_annotation()))
        # Every field of a change is optional, so GraphQL must accept null; the form refuses it where it is not allowed.
        kind, may_be_null = _input(inner), null or changes or field.default is None
        given: dict[str, Any] = {} if field.is_required() else {"default": field.default}
        factory = field.default.copy if isinstance(field.default, list) else field.default_factory
        if factory is not None:
            given = {"default_factory": factory}
        if may_be_null:
            given = {"default": strawberry.UNSET}
        namespace["__annotations__"][name] = kind | None if may_be_null else kind
        namespace[name] = strawberry.field(description=field.description or doc_of(field.rebuild_annotation()), **given)
    called = f"{form.__name__.removesuffix('Input')}Input"
    return strawberry.input(type(called, (), namespace), description=form.__doc__ or None)


def _fields(given: Any) -> dict[str, Any]:
    """The fields of an input by name, without those that were left out."""
    return {name: _plain(value) for name, value in vars(given).items() if value is not strawberry.UNSET}


def _plain(given: Any) -> Any:
    """A value for a form to validate: nested inputs become mappings, by the names of the contract."""
    if isinstance(given, list):
        return [_plain(one) for one in given]
    if not is_dataclass(given):
        return given
    return {to_camel(name): value for name, value in _fields(given).items()}


def _answer(operation: Operation) -> Any:
    shown: Any = type_of(operation.shape)
    if operation.pages:
        return Connection[shown] | None
    return (list[shown] if operation.lists else shown) | None


def _output(hint: Any) -> Any:
    """The GraphQL type of a shape's field."""
    inner, may_be_null = optional(bare(hint))
    inner = bare(inner)
    if get_origin(inner) is list:
        kind: Any = list[_output(get_args(inner)[0])]  # type: ignore[misc]
    elif inner is MoneyOut:
        kind = shared.Money
    elif is_shape(inner):
        kind = type_of(inner)
    elif get_origin(inner) is dict:
        kind = JSON
    else:
        kind = _leaf(inner)
    return kind | None if may_be_null else kind


def _input(hint: Any) -> Any:
    inner, may_be_null = optional(bare(hint))
    inner = bare(inner)
    if get_origin(inner) in (list, tuple):
        kind: Any = list[_input(get_args(inner)[0])]  # type: ignore[misc]
    elif isinstance(inner, type) and issubclass(inner, Form | MoneyIn):
        kind = input_of(inner)
    else:
        kind = _leaf(inner)
    return kind | None if may_be_null else kind


def _leaf(kind: Any) -> Any:
    """A type without fields: an enumeration becomes a GraphQL enum, a mapping or a union becomes JSON."""
    if get_origin(kind) in (dict, Union, types.UnionType):
        return JSON
    if isinstance(kind, type) and issubclass(kind, StrEnum) and not hasattr(kind, "__strawberry_definition__"):
        strawberry.enum(cast("Any", kind), description=doc_of(kind))
    return kind


def said(hint: Any) -> str | None:
    """The description of a field."""
    found = (getattr(one, "description", None) for one in getattr(hint, "__metadata__", ()))
    return next(filter(None, found), None)
