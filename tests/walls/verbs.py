"""The use cases, found by reflection; and which of them each operation or field of the faces runs."""

import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from types import CodeType
from typing import Any, cast

from fastapi import FastAPI
from fastapi.routing import APIRoute
from strawberry.types.base import StrawberryObjectDefinition

import app.usecases
from app.graphql.schema import schema

Verb = Callable[..., Any]


@cache
def verbs() -> dict[str, Verb]:
    """Every use case by its name; if two share a name, by their nouns too."""
    found: dict[str, Verb] = {}
    for module in pkgutil.walk_packages(app.usecases.__path__, "app.usecases."):
        if module.name.startswith(("app.usecases.declared", "app.usecases.shared")):
            continue
        noun = module.name.rpartition(".")[2]
        loaded = importlib.import_module(module.name)
        for name, verb in inspect.getmembers(loaded, inspect.iscoroutinefunction):
            own = verb.__module__ == loaded.__name__ and not name.startswith("_")
            if own and list(inspect.signature(verb).parameters)[:2] == ["tx", "actor"]:
                found[f"{noun}.{name}"] = verb
    often = Counter(name.split(".")[1] for name in found)
    return {name if often[short := name.split(".")[1]] > 1 else short: verb for name, verb in found.items()}


def subject_of(verb: str) -> str | None:
    """The parameter with the id of a use case's subject: its first id."""
    if verb not in verbs():
        return {"catalogueOffering": "offering_id", "node": "cooperative_id"}.get(verb)
    parameters = inspect.signature(verbs()[verb]).parameters
    return next((name for name in parameters if name.endswith("_id")), None)


def verbs_of_operations(app: FastAPI) -> dict[str, str]:
    """By operation id; an operation without a use case, or a public one of the catalogue, stands for itself."""
    found = {}
    for route in app.routes:
        if isinstance(route, APIRoute) and route.tags:
            operation = route.unique_id.replace(" ", "_")
            found[operation] = _runs(route.endpoint) or operation
    return found


def verbs_of_fields(root: str) -> dict[str, str]:
    """The same by field of Query, Mutation or Subscription."""
    found = {}
    definition = cast("StrawberryObjectDefinition", schema.get_type_by_name(root))
    for field in definition.fields:
        assert field.base_resolver is not None
        name = schema.config.name_converter.from_field(field)
        found[name] = _runs(cast("Verb", field.base_resolver.wrapped_func)) or name
    return found


def _runs(function: Callable[..., Any]) -> str | None:
    """The first use case that a function names."""
    bare, names = inspect.unwrap(function), {id(verb): name for name, verb in verbs().items()}
    if (declared := getattr(bare, "operation", None)) is not None:
        return names[id(declared.use_case)]
    known = (id(bare.__globals__.get(name)) for name in named(bare.__code__))
    return next((names[one] for one in known if one in names), None)


def named(code: CodeType) -> Iterator[str]:
    """The names in a function, and in functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from named(constant)
