"""The GraphQL face as a whole: `POST /graphql`, and GraphiQL in a browser outside production."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from strawberry.fastapi import GraphQLRouter
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from app.adapters.messages import language_of
from app.adapters.tokens import read_token
from app.domain.access import VISITOR, Identity
from app.graphql.context import Context
from app.graphql.schema import schema

GRAPHQL_JSON = "application/graphql-response+json"
PAGE = Path(__file__).parent / "graphiql.html"


class Face(GraphQLRouter[Context, None]):
    """Answers in `application/graphql-response+json` to those who ask for it."""

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        response = super().create_response(response_data, sub_response)
        if sub_response.headers.get("x-answer-as") == GRAPHQL_JSON:
            del response.headers["x-answer-as"]
            response.headers["content-type"] = f"{GRAPHQL_JSON}; charset=utf-8"
            if _never_ran(response_data):
                response.status_code = 400
        return response


def _never_ran(answer: Any) -> bool:
    """Whether a document was refused before execution: no data, and no error that has a path."""
    errors = answer.get("errors") or [] if isinstance(answer, dict) else []
    return bool(errors) and answer.get("data") is None and not any(error.get("path") for error in errors)


async def _context(request: Request, response: Response) -> Context:
    wired = request.app.state.wiring
    header = request.headers.get("authorization", "")
    identity = VISITOR
    if header.lower().startswith("bearer "):
        claims = read_token(header[7:].strip(), wired.issuers)
        issuer = claims.issuer if claims.subject is not None else None
        identity = Identity(issuer, claims.subject, claims.client_id, claims.scopes)
    if GRAPHQL_JSON in request.headers.get("accept", ""):
        response.headers["x-answer-as"] = GRAPHQL_JSON
    language = language_of(request.headers.get("accept-language"))
    return Context(wired.make_run(identity), wired.catalogue, language, request.state.trace_id)


def install(app: FastAPI, *, ide: bool) -> None:
    """Hang the GraphQL face on the app."""
    if ide:

        @app.get("/graphql", include_in_schema=False)
        async def graphiql() -> HTMLResponse:
            """GraphiQL, served without the internet."""
            return HTMLResponse(PAGE.read_text())

    router = Face(
        schema,
        path="/graphql",
        graphql_ide=None,
        allow_queries_via_get=False,
        context_getter=_context,
        subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
        include_in_schema=False,
    )
    app.include_router(router)
