"""CORS: pages of any origin may send any request and read any answer, because the caller is in a token, not a cookie.

The Fetch standard shares such an answer with `*`. Every answer has these headers, whether or not the request came from
another origin: so a cache keeps one copy for all pages, and no answer varies by `Origin`.
"""

from starlette.requests import Request
from starlette.responses import Response

SHARED = ((b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"*"))
"""For every answer. The wildcards apply to requests without credentials (cookies), which are the only ones here."""
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    # The wildcard does not cover Authorization.
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Max-Age": "7200",
}
"""Two hours is the longest time that Chromium remembers."""


def is_preflight(request: Request) -> bool:
    """Whether a browser asks if a page of another origin may send a request (Fetch standard, CORS-preflight)."""
    asked = "origin" in request.headers and "access-control-request-method" in request.headers
    return request.method == "OPTIONS" and asked


def preflight_answer() -> Response:
    """Always yes: the request itself is checked when it comes."""
    return Response(status_code=204, headers=PREFLIGHT)
