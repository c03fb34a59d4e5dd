"""The GraphQL face as a whole: `POST /graphql`, and GraphiQL in a browser outside production."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from cross_web import HTTPException
from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.responses import HTMLResponse
from graphql import GraphQLError
from starlette.requests import HTTPConnection
from strawberry.exceptions import ConnectionRejectionError
from strawberry.fastapi import GraphQLRouter
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from app.adapters.addresses import prefix_at
from app.adapters.callers import caller, note_refusal
from app.adapters.messages import language_of
from app.adapters.strict_json import read_json
from app.adapters.tokens import bearer, ends_at, identify, identity_of
from app.domain.actors import VISITOR
from app.domain.errors import DomainError, IssuerUnavailable, TookTooLong, Unauthenticated
from app.graphql.compiled import Written
from app.graphql.context import Context
from app.graphql.errors import shown
from app.graphql.schema import schema
from app.graphql.sockets import Messages
from app.transport.codes import note_code
from app.transport.headers import language_at
from app.transport.sockets import TOO_MANY
from app.transport.wiring import wiring_of

GRAPHQL_JSON = "application/graphql-response+json"
SUBSCRIPTIONS = 10
"""The most subscriptions at a time in one socket."""
INTRODUCTION = timedelta(seconds=10)
"""How long a socket may be open before it authenticates."""
UNAVAILABLE = "unavailable"
PAGE = Path(__file__).parent / "graphiql.html"


class Face(GraphQLRouter[Context, None]):
    """Answers in `application/graphql-response+json` to clients that ask for it."""

    graphql_transport_ws_handler_class = Messages

    async def run(self, request: Any, context: Any = None, root_value: None = None) -> Any:
        """As in the base class, but a request without a document to run is refused in GraphQL's own form."""
        try:
            return await super().run(request, context, root_value)
        except HTTPException as refused:
            error = shown(GraphQLError(refused.reason), context)
            response = self.create_response({"data": None, "errors": [error.formatted]}, context.response)
            response.status_code = refused.status_code
            return response

    def decode_json(self, data: str | bytes) -> object:
        """The request as an object. Raises JSONDecodeError for anything else, from a request or a socket."""
        try:
            found = read_json(data)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise json.JSONDecodeError("one JSON object belongs here", "", 0)
        return found

    async def execute_operation(self, *arguments: Any, **named: Any) -> Any:
        """As in the base class, but errors outside fields are shown too."""
        result = await super().execute_operation(*arguments, **named)
        # No resolver saw these errors, so they are translated here.
        if isinstance(result, ExecutionResult) and result.errors:
            result.errors = [shown(error, named["context"]) for error in result.errors]
        return result

    def encode_json(self, data: object) -> str | bytes:
        """As in the base class, but JSON is inserted unchanged."""
        answer = data["data"] if isinstance(data, dict) and "data" in data else None
        return f'{{"data":{answer.text}}}' if isinstance(answer, Written) else super().encode_json(data)

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        never_ran = _never_ran(response_data)
        if never_ran:
            response_data = {name: value for name, value in response_data.items() if name != "data"}
        response = super().create_response(response_data, sub_response)
        if sub_response.headers.get("x-answer-as") == GRAPHQL_JSON:
            del response.headers["x-answer-as"]
            response.headers["content-type"] = f"{GRAPHQL_JSON}; charset=utf-8"
            if never_ran:
                response.status_code = _status(response_data)
        if seconds := _retry_after(response_data):
            response.headers["retry-after"] = str(seconds)
        return response

    async def on_ws_connect(self, context: Context) -> dict[str, object]:
        """A socket authenticates in `connectionParams`: {"Authorization": "Bearer …"}; it closes when the token ends.

        The token is checked again for each event. Pages of any origin may connect, since no cookie is read. Raises
        ConnectionRejectionError for a bad token, or for a caller with too many sockets; IssuerUnavailable if the token
        cannot be verified now.
        """
        socket = cast("WebSocket", context.request)
        wired, params = wiring_of(socket), context.connection_params or {}
        token = bearer(_text(params, "Authorization") or socket.headers.get("authorization"))
        if "Accept-Language" in params:
            context.language = language_of(_text(params, "Accept-Language"))

        def renew() -> None:
            context.door.identity = identity_of(token, wired.issuers)

        try:
            await identify(token, wired.issuers)
            renew()
        except IssuerUnavailable:
            raise
        except DomainError as refused:
            note_refusal(refused, token)
            note_code(socket, refused.code)
            raise ConnectionRejectionError from None
        if not socket.state.socket.belongs_to(context.door.identity):
            note_code(socket, TOO_MANY)
            raise ConnectionRejectionError
        context.renew = renew
        context.ends_at = None if token is None else ends_at(token)
        context.reads_schema = socket.app.state.ide or context.door.identity != VISITOR
        return {}


def _text(params: dict[str, object], name: str) -> str | None:
    """A parameter that is text; None if it is missing or something else."""
    value = params.get(name)
    return value if isinstance(value, str) else None


def _never_ran(answer: Any) -> bool:
    """Whether a document was refused before execution: no data, and no error with a path."""
    errors = answer.get("errors") or [] if isinstance(answer, dict) else []
    return bool(errors) and answer.get("data") is None and not any(error.get("path") for error in errors)


def _status(answer: Any) -> int:
    """The HTTP status if nothing ran: the document is wrong, it was stopped, or the error is ours."""
    codes = [error.get("extensions", {}).get("code") for error in answer["errors"]]
    if TookTooLong.code in codes or UNAVAILABLE in codes:
        return TookTooLong.status
    return 500 if "internal" in codes else 400


def _retry_after(answer: Any) -> int:
    """Seconds to wait before a repeat, if the database did not answer; otherwise 0."""
    errors = answer.get("errors") or [] if isinstance(answer, dict) else []
    return max((error.get("extensions", {}).get("retryAfter", 0) for error in errors), default=0)


async def _context(connection: HTTPConnection, response: Response = None) -> Context:  # type: ignore[assignment]
    """The context of a request, or of a socket, which authenticates later."""
    wired = wiring_of(connection)
    language = language_at(connection)
    if connection.scope["type"] == "websocket":
        return _of_socket(connection, language)
    identity = await caller(connection)
    if GRAPHQL_JSON in connection.headers.get("accept", ""):
        response.headers["x-answer-as"] = GRAPHQL_JSON
    knows = connection.app.state.ide or identity != VISITOR
    run, trace_id = wired.make_run(identity), connection.state.trace_id

    async def charge(units: int) -> None:
        connection.state.units = units

    return Context(
        door=run,
        catalogue=wired.catalogue,
        language=language,
        trace_id=trace_id,
        reads_schema=knows,
        charge=charge,
        seconds=connection.app.state.seconds,
        takes_text=True,
        prefix=prefix_at(connection),
        base=wired.base,
    )


def _of_socket(connection: HTTPConnection, language: str) -> Context:
    """Until it authenticates, a socket is a visitor without the schema; each operation is charged separately."""
    wired = wiring_of(connection)
    run = wired.make_run(VISITOR)

    async def charge(units: int) -> None:
        await wired.sockets.spend(run.identity, connection.state.socket.address, units)

    return Context(
        door=run,
        catalogue=wired.catalogue,
        language=language,
        trace_id=uuid4().hex,
        reads_schema=False,
        charge=charge,
        seconds=connection.app.state.seconds,
        prefix=prefix_at(connection),
        base=wired.base,
    )


def install(app: FastAPI, *, ide: bool, seconds: float) -> None:
    """Adds the GraphQL face to the app; with `ide` also GraphiQL, for which everybody may read the schema.

    A GET runs nothing, because a link on another page could cause it.
    """
    app.state.ide, app.state.seconds = ide, seconds
    if ide:

        @app.get("/graphql", include_in_schema=False)
        async def graphiql() -> HTMLResponse:
            """GraphiQL, which works without the internet."""
            return HTMLResponse(PAGE.read_text(encoding="utf-8"))

    @app.get("/graphql/schema.graphql", include_in_schema=False)
    async def definition(request: Request) -> Response:
        """The schema as SDL, for callers with introspection. Raises Unauthenticated."""
        if not ide and await caller(request) == VISITOR:
            raise Unauthenticated
        return Response(f"{schema.as_str()}\n", media_type="application/graphql")

    router = Face(
        schema,
        path="/graphql",
        graphql_ide=None,
        allow_queries_via_get=False,
        context_getter=_context,
        subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
        max_subscriptions_per_connection=SUBSCRIPTIONS,
        connection_init_wait_timeout=INTRODUCTION,
        # No cookie is read, so a page of another origin has only the token that it sends.
        allowed_origins=("*",),
        include_in_schema=False,
    )
    router.routes = [route for route in router.routes if "GET" not in getattr(route, "methods", ())]
    app.include_router(router)
