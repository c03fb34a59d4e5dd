"""Errors of the domain, of forms and of the framework as problem+json, in Dutch or English."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.adapters.fields import faults_of, field_error, field_text
from app.adapters.messages import error_text, message_of
from app.domain.errors import DomainError, Malformed
from app.running.run import Unavailable
from app.transport.headers import language_at
from app.transport.problems import LOGIN, FaceError, failed, problem


async def _domain(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)  # noqa: S101
    language = language_at(request)
    if isinstance(error, Malformed):
        text, errors = error_text(error.code, {}, language), faults_of(error, language)
        return problem(request, error.status, error.code, text, errors=errors)
    more: dict[str, Any] = {"facts": error.facts} if error.facts else {}
    if "possible" in error.facts:
        more["availableTransitions"] = error.facts["possible"]
    return problem(request, error.status, error.code, message_of(error, language), **more)


async def _face(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, FaceError)  # noqa: S101
    language = language_at(request)
    return problem(request, error.status, error.code, error_text(error.code, error.facts, language))


async def _shape(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    language = language_at(request)
    found = [field_error(one, skip=1) for one in error.errors()]
    expected = "application/x-www-form-urlencoded" if request.url.path == LOGIN else "application/json"
    if any(one["loc"][0] == "body" for one in error.errors()) and not _comes_as(request, expected):
        facts = {"expected": expected}
        return problem(request, 415, "unsupported_media_type", error_text("unsupported_media_type", facts, language))
    errors = [{"field": one["field"], "code": one["code"], "message": field_text(one, language)} for one in found]
    return problem(request, 400, "bad_request", error_text("bad_request", {}, language), errors=errors)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    language = language_at(request)
    facts: dict[str, Any] = {"how": "address"}
    headers: dict[str, str] = {}
    # The body is not JSON.
    if error.status_code == 400 and request.url.path != LOGIN:
        fault = {"field": "body", "code": "json_invalid", "message": field_text({"code": "json_invalid"}, language)}
        return problem(request, 400, code, error_text(code, {}, language), errors=[fault])
    # The router knows the methods of one operation, the contract those of all operations of the path.
    if error.status_code == 405:
        known = _methods_at(request, named=(error.headers or {}).get("Allow", ""))
        facts = {"method": request.method[:20], "allow": ", ".join(known)}
        headers = {"Allow": ", ".join("GET, HEAD" if one == "GET" else one for one in known)}
    refusal = problem(request, error.status_code, code, error_text(code, facts, language))
    refusal.headers.update(headers)
    return refusal


def _methods_at(request: Request, *, named: str) -> list[str]:
    """The methods of every route with this path, and those that the router `named`: it knows one route only."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    found = {method for route in routes for method in getattr(route, "methods", None) or ()}
    found |= {method.strip() for method in named.split(",")}
    return [method for method in ("GET", "POST", "PUT", "PATCH", "DELETE") if method in found]


def _comes_as(request: Request, expected: str) -> bool:
    """Whether a body has the media type of the operation; JSON may have another name that ends in +json."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == expected or (expected.endswith("/json") and kind.endswith("+json"))


def install(app: FastAPI) -> None:
    """Adds the error handlers to the app."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(FaceError, _face)
    app.add_exception_handler(RequestValidationError, _shape)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Unavailable, failed)
