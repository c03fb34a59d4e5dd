"""The parameters of REST operations: the caller, a page, a request key, the version that the caller saw."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.adapters.addresses import prefix_at
from app.adapters.callers import audit, caller
from app.api.contract import OPEN_TO_ALL
from app.contract.shape import Viewer
from app.domain.errors import Unauthenticated
from app.domain.page import CURSOR, PageRequest, parse_cursor
from app.running.run import Keyed, Run
from app.transport.headers import language_at, listed, versions_of
from app.transport.problems import FaceError
from app.transport.wiring import Wiring, wiring_of
from app.vocabulary import KEY, LONGEST_KEY, Rows, Version, doc_of

DEPRECATED_ON = datetime(2026, 11, 24, tzinfo=UTC)
"""The release that announced the operations that will be removed."""


async def _wiring(request: Request) -> Wiring:
    return wiring_of(request)


_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token of an app or a person.")


async def _run(
    request: Request,
    wired: Annotated[Wiring, Depends(_wiring)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Run:
    route = request.scope["route"]
    if given is None and f"{route.tags[0]}_{route.name}" not in OPEN_TO_ALL:
        audit.info("refused", extra={"code": Unauthenticated.code})
        raise Unauthenticated
    run: Run = wired.make_run(await caller(request))
    request.state.run = run
    return run


RunDep = Annotated[Run, Depends(_run)]
WiringDep = Annotated[Wiring, Depends(_wiring)]


async def _keyed(
    run: RunDep,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=LONGEST_KEY,
            description="A unique value of your own; a repeat does nothing twice.",
        ),
    ] = None,
) -> tuple[Run, Keyed]:
    return run, run.keyed(_checked(idempotency_key or ""))


def _checked(key: str) -> str:
    if not re.fullmatch(KEY, key):
        raise FaceError(400, "idempotency_key_missing")
    return key


async def _kept(
    run: RunDep,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=LONGEST_KEY,
            description="Optional: a unique value of your own; a repeat does nothing twice.",
        ),
    ] = None,
) -> Run:
    run.key = None if idempotency_key is None else _checked(idempotency_key)
    return run


KeptRunDep = Annotated[Run, Depends(_kept)]
KeyedDep = Annotated[tuple[Run, Keyed], Depends(_keyed)]


async def _page(
    limit: Annotated[Rows, Query(description=doc_of(Rows))] = 20,
    after: Annotated[
        str | None,
        Query(max_length=60, json_schema_extra={"pattern": CURSOR}, description="`nextCursor` of the previous page."),
    ] = None,
) -> PageRequest:
    return PageRequest(limit, parse_cursor(after))


PageDep = Annotated[PageRequest, Depends(_page)]


async def _seen(
    request: Request,
    if_match: Annotated[str | None, Header(description="The ETag that you saw last; a list; or `*`.")] = None,
) -> Version | None:
    if_match = listed(request.headers, "if-match")
    return None if if_match is None else versions_of(if_match)


async def _must_have_seen(seen: Annotated[Version | None, Depends(_seen)]) -> Version:
    if seen is None:
        raise FaceError(428, "if_match_missing")
    return seen


SeenDep = Annotated[Any, Depends(_seen)]
MustHaveSeenDep = Annotated[Any, Depends(_must_have_seen)]


async def _language(
    request: Request, accept_language: Annotated[str | None, Header(description="`nl` or `en`, with weights.")] = None
) -> str:
    return language_at(request)


LanguageDep = Annotated[str, Depends(_language)]


def viewer_of(run: Run, request: Request, language: str) -> Viewer:
    """The viewer of a use case's result, after it ran."""
    return Viewer(
        actor=run.actor,
        language=language,
        now=run.now(),
        prefix=prefix_at(request),
        base=wiring_of(request).base,
        token_of=run.token_of,
    )


def _names(route: APIRoute, place: Literal["query", "header"]) -> set[str]:
    """The query or header parameters of an operation, including those of its dependencies."""
    found: set[str] = set()
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        found |= {parameter.alias for parameter in getattr(dependant, f"{place}_params")}
        waiting += dependant.dependencies
    return found


async def known_query(request: Request) -> None:
    """Refuses an unknown query parameter, because ignoring it would answer another question."""
    if not request.query_params:
        return
    unknown = sorted(set(request.query_params) - _names(request.scope["route"], "query"))
    if unknown:
        raise RequestValidationError(
            [{"loc": ("query", name), "type": "extra_forbidden", "msg": "Unknown"} for name in unknown]
        )


PROMISES = {"idempotency-key": "key_not_kept", "if-match": "version_not_checked"}
"""Headers that promise something to the caller, and the error if the operation does not support them."""


async def kept_promises(request: Request) -> None:
    """Refuses a header that the caller relies on if the operation ignores it. A GET keeps these promises by itself."""
    if request.method == "GET":
        return
    asked = [name for name in PROMISES if name in request.headers]
    if not asked:
        return
    taken = _names(request.scope["route"], "header")
    if faults := [
        {"loc": ("header", name.title()), "type": PROMISES[name], "msg": "Not taken"}
        for name in asked
        if name not in taken
    ]:
        raise RequestValidationError(faults)


def leaving(sunset: date, successor: str) -> Callable[..., Any]:
    """Marks an operation that will be removed: since when, until when (RFC 9745, RFC 8594), and its successor."""

    async def say(request: Request, response: Response) -> None:
        path = successor.format(**{name: quote(str(value)) for name, value in request.path_params.items()})
        response.headers["Deprecation"] = f"@{int(DEPRECATED_ON.timestamp())}"
        response.headers["Sunset"] = format_datetime(datetime.combine(sunset, time(), UTC), usegmt=True)
        response.headers["Link"] = f'<{path}>; rel="successor-version"'

    return say


def tag(response: Response, version: int) -> None:
    """Sets the ETag of the answer."""
    response.headers["ETag"] = f'"{version}"'


def operation_id(route: APIRoute) -> str:
    """`orders_place_order`: the function name in generated clients."""
    return f"{(route.tags or ['samen'])[0]}_{route.name}"


def noun_router(*names: str, prefix: str = "", route_class: type[APIRoute] = APIRoute) -> APIRouter:
    """A router for the operations of a noun, below `/v1`; unknown parameters are refused."""
    return APIRouter(
        prefix=f"/v1{prefix}",
        tags=list(names),
        dependencies=[Depends(known_query), Depends(kept_promises)],
        generate_unique_id_function=operation_id,
        route_class=route_class,
    )
