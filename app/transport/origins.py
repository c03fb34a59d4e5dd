"""Pages of any origin may send any request and read any answer: who asks is in a token, never in a cookie.

The Fetch standard calls such an answer shared with `*`. Every answer says so, whether or not it was asked from another
origin: a cache then keeps one copy for all pages, and no answer varies by `Origin`.
"""

from starlette.requests import Request
from starlette.responses import Response

SHARED = ((b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"*"))
"""For every answer. The wildcards count for requests without credentials, which is all that we know."""
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    # the wildcard does not cover Authorization
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Max-Age": "7200",
}
"""Two hours is the longest that Chromium remembers."""


def is_preflight(request: Request) -> bool:
    """Whether a browser asks if a page of another origin may send a request (Fetch standard, CORS-preflight)."""
    asked = "origin" in request.headers and "access-control-request-method" in request.headers
    return request.method == "OPTIONS" and asked


def preflight_answer() -> Response:
    """Yes, whatever the request is: the request itself is judged when it comes."""
    return Response(status_code=204, headers=PREFLIGHT)
