"""Every refusal as problem+json (RFC 9457), in Dutch or English; what is unexpected is masked and logged."""

import logging
import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.adapters.addresses import public_path
from app.adapters.fields import faults_of, field_error, field_text
from app.adapters.messages import EN, error_text, message_of
from app.api.contract import methods_at
from app.api.headers import language_at
from app.api.problem_types import PLACE, TITLES
from app.domain.errors import DomainError, Malformed, ScopeMissing, TokenRefused
from app.usecases.run import Unavailable

log = logging.getLogger("samen.api")
LOGIN = "/oauth/token"
OAUTH = {"client_refused": "invalid_client", "invalid_scope": "invalid_scope", "unavailable": "temporarily_unavailable"}
"""What RFC 6749 calls it; all else is an `invalid_request`."""


class FaceError(Exception):
    """A refusal of the face itself, not of a use case: 400, 428, 503."""

    def __init__(self, status: int, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.facts = status, code, facts


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    retry_after: int = 2,
    **more: Any,
) -> JSONResponse:
    """The body that every error has."""
    path, headers = request.url.path, {"Content-Language": language_at(request)}
    if challenge := _challenge(status, code, more.get("facts", {}), basic=path == LOGIN):
        headers["WWW-Authenticate"] = challenge
    if code == "still_running":
        headers["Retry-After"] = "1"
    if status == 503:
        headers["Retry-After"] = str(retry_after)
    body = {
        "type": public_path(request, f"{PLACE}/{code}"),
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": public_path(request, path),
        "traceId": getattr(request.state, "trace_id", None),
        **({"errors": errors} if errors else {}),
        **({"error": OAUTH.get(code, "invalid_request"), "error_description": detail} if path == LOGIN else {}),
        **more,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _challenge(status: int, code: str, facts: dict[str, Any], *, basic: bool) -> str:
    """What `WWW-Authenticate` says of a refusal (RFC 6750, 3); "" if it says nothing."""
    scheme = f'{"Basic" if basic else "Bearer"} realm="samen"'
    if code == TokenRefused.code:
        return f'{scheme}, error="invalid_token", error_description="{_quotable(error_text(code, facts, EN))}"'
    if code == ScopeMissing.code and "scope" in facts:
        return f'{scheme}, error="insufficient_scope", scope="{_quotable(facts["scope"])}"'
    return scheme if status == 401 else ""


def _quotable(text: str) -> str:
    """The text without the letters that a parameter of a challenge may not hold."""
    return re.sub(r"[^ !#-\[\]-~]", "", text)


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
    if error.status_code == 400 and request.url.path != LOGIN:  # the body is no JSON
        fault = {"field": "body", "code": "json_invalid", "message": field_text({"code": "json_invalid"}, language)}
        return problem(request, 400, code, error_text(code, {}, language), errors=[fault])
    if error.status_code == 405:  # the router names the methods of one operation, the contract all of them
        known = methods_at(request.app.openapi(), request.url.path) or _named(error)
        facts = {"method": request.method[:20], "allow": ", ".join(known)}
        headers = {"Allow": ", ".join("GET, HEAD" if one == "GET" else one for one in known)}
    refusal = problem(request, error.status_code, code, error_text(code, facts, language))
    refusal.headers.update(headers)
    return refusal


def _named(error: HTTPException) -> list[str]:
    """The methods that the router names."""
    named = (error.headers or {}).get("Allow", "")
    return [one.strip() for one in named.split(",") if one.strip() not in ("", "HEAD")]


def _comes_as(request: Request, expected: str) -> bool:
    """Whether a body is of the kind that the operation takes; JSON may have another name that ends in +json."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == expected or (expected.endswith("/json") and kind.endswith("+json"))


async def failed(request: Request, error: Exception) -> JSONResponse:
    """The answer to what is nobody's refusal: the database does not answer, or a bug."""
    return _unavailable(request, error) if isinstance(error, Unavailable) else _unforeseen(request, error)


def _unavailable(request: Request, error: Unavailable) -> JSONResponse:
    """The answer while the database is away, full or busy; the log names the cause in one line."""
    log.warning("database unavailable", extra=error.facts)
    language = language_at(request)
    text = error_text("unavailable", {}, language)
    return problem(request, 503, "unavailable", text, retry_after=error.retry_after)


def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    """The answer to a bug: masked, with the trace id to ask for; the log has it all."""
    trace_id = getattr(request.state, "trace_id", "-")
    log.error("unexpected", exc_info=error)
    language = language_at(request)
    return problem(request, 500, "internal", error_text("internal", {"trace_id": trace_id}, language))


def install(app: FastAPI) -> None:
    """Hang the translations on the app."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(FaceError, _face)
    app.add_exception_handler(RequestValidationError, _shape)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Unavailable, failed)
