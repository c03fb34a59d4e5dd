"""Paths of this API as clients see them: below the path of `SAMEN_PUBLIC_URL`, if it has one."""

from urllib.parse import quote, unquote, urlsplit

from starlette.requests import HTTPConnection

ROOTS = ("v1", "graphql", "oauth", "docs", "static", "asyncapi.json", "healthz", "readyz", ".well-known")
"""The first segments of our own paths."""
UNRESERVED = "/-._~!$&'()*+,;=:@"
"""Characters that a path may contain unescaped (RFC 3986, section 3.3)."""


def prefix_of(public_url: str) -> str:
    """The path of the public address without a final slash, percent-encoded; "" if it has none.

    Raises ValueError if it begins like one of our own paths: then nobody could tell whether a proxy has stripped it.
    """
    prefix = quote(unquote(urlsplit(public_url).path), safe=UNRESERVED).rstrip("/")
    first = prefix.removeprefix("/").partition("/")[0]
    if first in ROOTS:
        raise ValueError(f"SAMEN_PUBLIC_URL: its path must not begin with /{first}, which is a path of Samen's own.")
    return prefix


def base_of(public_url: str) -> str:
    """The public address without a final slash, with its path percent-encoded: the base of links that people receive.

    Raises ValueError like `prefix_of`.
    """
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}{prefix_of(public_url)}"


def prefix_at(connection: HTTPConnection) -> str:
    """The path prefix by which the caller reaches this API.

    `app.transport.prefix` puts it into the connection's state.
    """
    return str(getattr(connection.state, "prefix", ""))


def public_path(connection: HTTPConnection, path: str) -> str:
    """One of our paths, such as `/v1/orders`, as the caller reaches it. For bodies: headers are rewritten later."""
    return f"{prefix_at(connection)}{path}"
