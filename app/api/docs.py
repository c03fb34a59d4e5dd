"""Pages: the entry (`/`), the REST contract in Swagger UI (`/docs`), the meaning of errors (`/docs/errors`).

All work without the internet, below any path prefix.
"""

from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from app.adapters.addresses import public_path
from app.api.asyncapi import asyncapi
from app.api.problem_types import described, index, page, page_of, statuses
from app.transport.headers import language_at, wants
from app.transport.problems import PLACE

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Samen REST API</title>
    <link rel="stylesheet" href="static/swagger/swagger-ui.css">
  </head>
  <body>
    <div id="swagger"></div>
    <script src="static/swagger/swagger-ui-bundle.js"></script>
    <script src="static/swagger/start.js"></script>
  </body>
</html>
"""
HTML, JSON = "text/html", "application/json"
LINKS = {
    "docs": ("/docs", "The REST API, to read and to try"),
    "openapi": ("/v1/openapi.json", "The REST API as OpenAPI"),
    "graphql": ("/graphql", "The GraphQL API: POST, or a socket"),
    "graphqlSchema": ("/graphql/schema.graphql", "The GraphQL API as SDL"),
    "asyncapi": ("/asyncapi.json", "Events and webhooks as AsyncAPI"),
    "errors": (PLACE, "What errors mean, and what to do"),
}


def install(app: FastAPI) -> None:
    """Adds the pages to the app."""

    @app.get("/", include_in_schema=False)
    async def entry(request: Request) -> Response:
        """What this server is, with links: JSON, or a page for browsers."""
        told = {"name": app.title, "summary": app.summary, "version": app.version}
        links = {name: public_path(request, path) for name, (path, _) in LINKS.items()}
        if wants(request, JSON, HTML) == JSON:
            return JSONResponse(told | links)
        rows = "".join(f'<li><a href="{links[name]}">{about}</a></li>' for name, (_, about) in LINKS.items())
        return HTMLResponse(page(f"{app.title} {app.version}", f"<p>{app.summary}</p><ul>{rows}</ul>", "en"))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(PAGE)

    @app.get("/asyncapi.json", include_in_schema=False)
    async def events() -> dict[str, Any]:
        """The AsyncAPI document, public like the REST contract."""
        return asyncapi(app.version)

    @app.get(PLACE, include_in_schema=False)
    async def problems(request: Request) -> Response:
        """All error codes."""
        language, place = language_at(request), public_path(request, PLACE)
        if wants(request, HTML, JSON) == HTML:
            return HTMLResponse(index(language, place))
        return JSONResponse([_told(request, code, language) for code in statuses()])

    @app.get(f"{PLACE}/{{code}}", include_in_schema=False)
    async def problem(request: Request, code: str) -> Response:
        """One error code: a page, or JSON for clients that ask for it."""
        if code not in statuses():
            raise HTTPException(404)
        language = language_at(request)
        if wants(request, HTML, JSON) == HTML:
            return HTMLResponse(page_of(code, language))
        return JSONResponse(_told(request, code, language))


def _told(request: Request, code: str, language: str) -> dict[str, Any]:
    return {"type": public_path(request, f"{PLACE}/{code}")} | described(code, language)
