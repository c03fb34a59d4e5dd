"""Refusals as problem+json (RFC 9457), in Dutch or English; unexpected errors are masked and logged."""

import logging
import re
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from app.adapters.addresses import public_path
from app.adapters.messages import EN, error_text
from app.domain.errors import ScopeMissing, TokenRefused
from app.running.run import Unavailable
from app.transport.codes import note_code
from app.transport.headers import language_at

log = logging.getLogger("samen.api")
PLACE = "/docs/errors"
"""The pages below this path explain each code."""
LOGIN = "/oauth/token"
OAUTH = {"client_refused": "invalid_client", "invalid_scope": "invalid_scope", "unavailable": "temporarily_unavailable"}
"""The error codes of RFC 6749; all others are `invalid_request`."""
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    428: "Precondition Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


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
    """The answer for an error. Its code is noted for the access log."""
    note_code(request, code)
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
    """The `WWW-Authenticate` header of a refusal (RFC 6750, 3); "" if it has none."""
    scheme = f'{"Basic" if basic else "Bearer"} realm="samen"'
    if code == TokenRefused.code:
        return f'{scheme}, error="invalid_token", error_description="{_quotable(error_text(code, facts, EN))}"'
    if code == ScopeMissing.code and "scope" in facts:
        return f'{scheme}, error="insufficient_scope", scope="{_quotable(facts["scope"])}"'
    return scheme if status == 401 else ""


def _quotable(text: str) -> str:
    """The text without characters that a parameter of a challenge must not contain."""
    return re.sub(r"[^ !#-\[\]-~]", "", text)


def refused(request: Request, status: int, code: str, **facts: str) -> JSONResponse:
    """A refusal in the language of the request."""
    return problem(request, status, code, error_text(code, facts, language_at(request)))


def failed(request: Request, error: Exception) -> JSONResponse:
    """The answer to an unexpected error: the database does not answer, or a bug."""
    return _unavailable(request, error) if isinstance(error, Unavailable) else _unforeseen(request, error)


def _unavailable(request: Request, error: Unavailable) -> JSONResponse:
    """The answer while the database is down, full or busy; the log names the cause in one line."""
    log.warning("database unavailable", extra=error.facts)
    language = language_at(request)
    text = error_text("unavailable", {}, language)
    return problem(request, 503, "unavailable", text, retry_after=error.retry_after)


def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    """The answer to a bug: masked, with the trace id to report; the log has the details."""
    trace_id = getattr(request.state, "trace_id", "-")
    log.error("unexpected", exc_info=error)
    language = language_at(request)
    return problem(request, 500, "internal", error_text("internal", {"trace_id": trace_id}, language))
