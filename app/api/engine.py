"""Makes the REST routes of a noun from its table of operations."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import date
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from app.api.deps import (
    KeptRunDep,
    KeyedDep,
    LanguageDep,
    MustHaveSeenDep,
    PageDep,
    RunDep,
    SeenDep,
    noun_router,
    viewer_of,
)
from app.api.models import PageOut
from app.contract.operation import Key, Noun, Operation
from app.contract.shape import Viewer
from app.domain.page import Page
from app.vocabulary import doc_of

Endpoint = Callable[..., Awaitable[Response]]


class Unread:
    """Marks a body that FastAPI does not validate, while the contract shows its form."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(lambda value, _: value, handler(source))


KEYWORD = inspect.Parameter.KEYWORD_ONLY
NO_CONTENT = 204


@cache
def router_of(table: Noun) -> APIRouter:
    """The routes of a noun, made once a process: all its apps have them in common."""
    router = noun_router(table.name)
    for operation in table.operations:
        add(router, operation)
    return router


def add(router: APIRouter, operation: Operation) -> None:
    """Adds one route. Its answer is not validated again: the shape has done that."""
    router.add_api_route(
        operation.path,
        _endpoint(operation),
        methods=[operation.method],
        name=operation.use_case.__name__,
        description=operation.words,
        status_code=operation.status,
        responses=_responses(operation),
        response_model=None if operation.status == NO_CONTENT else _answer_of(operation),
    )


def _endpoint(operation: Operation) -> Endpoint:
    async def endpoint(**given: Any) -> Response:
        request, response = given["request"], Response(media_type="application/json")
        run, once = given["keyed"] if "keyed" in given else (given["run"], given["run"])
        if operation.body is not None:
            given["body"] = _read(operation.body, given["body"], run.today)
        found = await once(operation.use_case, **_arguments(operation, given))
        if operation.status == NO_CONTENT:
            return Response(status_code=NO_CONTENT)
        shown = _shown(operation, found, viewer_of(run, request, given["language"]))
        response.status_code = operation.status_of(found)
        response.headers.update(_headers(operation, request, _subject(operation, shown, found)))
        response.body = _adapter(_answer_of(operation)).dump_json(shown, by_alias=True)
        response.headers["Content-Length"] = str(len(response.body))
        return response

    endpoint.__signature__ = inspect.Signature(_parameters(operation))  # type: ignore[attr-defined]
    endpoint.operation = operation  # type: ignore[attr-defined]
    return endpoint


def _subject(operation: Operation, shown: Any, found: Any) -> Any:
    """The object of the headers: the result, or the noun inside an answer with extra fields, if any."""
    if not operation.holds:
        return found
    held = getattr(shown, operation.holds)
    return None if held is None else held.thing


def _responses(operation: Operation) -> dict[int | str, dict[str, Any]]:
    """The answers in the contract besides their shapes."""
    found: dict[int | str, dict[str, Any]] = {status: {} for status in operation.refusals}
    one, several = str(operation.shape.__doc__), "A page" if operation.pages else "A list" if operation.lists else ""
    found[operation.status] = {"description": f"{several}. Each: {one}" if several else one}
    if operation.status == NO_CONTENT:
        found[operation.status] = {"description": "It is gone."}
    if operation.holds and operation.shows_version:
        found[operation.status]["headers"] = {"ETag": {"$ref": "#/components/headers/Etag"}}
    if operation.versioned and operation.must_have_seen:
        found[428] = {}
    if operation.new:
        found[201] = {"model": _answer_of(operation), "description": "It is new."}
    return found


def _read(form: type[BaseModel], body: Any, today: date) -> BaseModel:
    """The body, validated by its form. Raises RequestValidationError."""
    try:
        return form.model_validate(body, context={"today": today}, by_alias=True, by_name=False)
    except ValidationError as error:
        faults = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(faults, body=body) from None


def _parameters(operation: Operation) -> list[inspect.Parameter]:
    """The parameters that FastAPI reads from a request, and from where."""
    found: dict[str, Any] = {"request": Request, "language": LanguageDep}
    for name in operation.in_path:
        found[name] = Annotated[operation.hints[name], Path(description=doc_of(operation.hints[name]))]
    if operation.body is not None:
        # Validated below, with the day of the clock, so that all faults of a body are reported at once.
        found["body"] = Annotated[operation.body, Unread()]
    elif operation.method == "GET":
        found |= {name: _query(operation, name) for name in operation.given}
    if operation.pages:
        found["page"] = PageDep
    if operation.versioned:
        found["seen"] = MustHaveSeenDep if operation.must_have_seen else SeenDep
    if operation.key is Key.NEEDED:
        found["keyed"] = KeyedDep
    else:
        found["run"] = KeptRunDep if operation.key is Key.KEPT else RunDep
    return [
        inspect.Parameter(name, KEYWORD, annotation=hint, default=_default(operation, name))
        for name, hint in found.items()
    ]


def _query(operation: Operation, name: str) -> Any:
    hint = operation.hints[name]
    return Annotated[hint, Query(alias=to_camel(name), description=doc_of(hint))]


def _default(operation: Operation, name: str) -> Any:
    return operation.default(name) if operation.method == "GET" and name in operation.given else inspect.Parameter.empty


def _arguments(operation: Operation, given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the use case: ids of the path, the body or the query, the page, the version."""
    named = {name: given[name] for name in operation.in_path}
    body = given.get("body")
    if body is not None:
        # `dict(body)` would call a field with the name `keys`.
        named |= {operation.body_parameter: body} if operation.body_parameter else dict(iter(body))
    elif operation.method == "GET":
        named |= {name: given[name] for name in operation.given}
    if operation.pages:
        named["page"] = given["page"]
    if operation.versioned:
        named["expected_version"] = given["seen"]
    return named


def _headers(operation: Operation, request: Request, found: Any) -> dict[str, str]:
    """The link to the next page, the location of a new object, and the version of the one shown."""
    if isinstance(found, Page):
        if not (found.has_next and found.end_cursor):
            return {}
        following = request.url.include_query_params(after=found.end_cursor)
        return {"Link": f'<{following.path}?{following.query}>; rel="next"'}
    headers = {"ETag": f'"{found.version}"'} if operation.shows_version and found else {}
    opens = operation.opens and operation.status_of(found) == 201
    return headers | ({"Location": f"/v1{operation.opens}/{found.id}"} if opens else {})


def _shown(operation: Operation, found: Any, viewer: Viewer) -> Any:
    if isinstance(found, Page):
        items = [operation.shape.of(row, viewer) for row in found.rows]
        return PageOut.model_construct(items=items, next_cursor=found.end_cursor if found.has_next else None)
    if operation.lists:
        return [operation.shape.of(row, viewer) for row in found]
    return operation.shape.of(found, viewer)


def _answer_of(operation: Operation) -> Any:
    """The type of an answer."""
    if operation.pages:
        return PageOut[operation.shape]  # type: ignore[name-defined]
    return list[operation.shape] if operation.lists else operation.shape  # type: ignore[name-defined]


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
