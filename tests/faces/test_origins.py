"""A page of any origin may send any request and read any answer; only the token identifies the caller."""

import logging

import httpx
import pytest

from app.settings import Settings
from tests.faces.test_connections import answer_to, read
from tests.faces.test_rates import limited
from tests.world import World

SENT = (
    "authorization",
    "content-type",
    "accept",
    "accept-language",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "traceparent",
    "tracestate",
    "baggage",
    "cache-control",
    "pragma",
    "x-requested-with",
    "prefer",
    "range",
    "apollographql-client-name",
    "apollo-require-preflight",
    "graphql-preflight",
    "sentry-trace",
    "x-request-id",
)
"""Headers that frontends and their libraries add to a request, by default or by one option."""
PATHS = ("/v1/orders", "/graphql", "/oauth/token", "/v1/catalogue/offerings", "/v1/nothing")
ORIGIN = {"Origin": "https://winkel.example"}
COOKIE = {"Cookie": "session=1"}


def allowed(header: str, answer: httpx.Response) -> bool:
    """Whether a browser may send a header after this preflight, by the Fetch standard.

    A wildcard covers every header except Authorization, if the request is without credentials.
    """
    named = [name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")]
    return header in named or ("*" in named and header != "authorization")


@pytest.mark.parametrize("header", SENT)
async def test_a_page_may_send_any_header(address: str, header: str) -> None:
    wanted = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": header}
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        for path in PATHS:
            answer = await client.options(path, headers=ORIGIN | wanted)
            assert (answer.status_code, answer.content) == (204, b"")
            assert allowed(header, answer)
            assert {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} == set(
                answer.headers["access-control-allow-methods"].split(", ")
            )
            assert answer.headers["access-control-allow-origin"] == "*"
            assert int(answer.headers["access-control-max-age"]) > 600
            assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("sent", [{}, ORIGIN, ORIGIN | COOKIE, COOKIE, {"Origin": "null"}], ids=str)
async def test_every_answer_is_for_every_origin(world: World, address: str, sent: dict[str, str]) -> None:
    """Also without Origin, so that caches keep one copy for all; and never with the origin itself."""
    document = {"query": "{ nothing }"}
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answers = [await client.get(path, headers=sent) for path in (*PATHS, "/healthz", "/docs", "/static/nothing")]
        answers.append(await client.post("/graphql", json=document, headers=sent))
        answers.append(await client.post("/v1/orders", content=b" " * 100_001, headers=sent))
        answers.append(await client.options("/v1/orders", headers=sent))
    assert {answer.status_code for answer in answers} >= {200, 401, 404, 405, 413}
    for answer in answers:
        assert answer.headers.get_list("access-control-allow-origin") == ["*"], answer.request.url
        assert answer.headers.get_list("access-control-expose-headers") == ["*"]
        assert "origin" not in answer.headers.get("vary", "").lower()
        assert "access-control-allow-credentials" not in answer.headers


async def test_a_refusal_of_the_connection_is_for_every_origin(address: str) -> None:
    """The connection was refused before a request."""
    status, headers, _ = read(await answer_to(address, b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"))
    assert (status, headers["access-control-allow-origin"]) == (431, "*")


async def test_a_preflight_costs_nothing_and_is_a_line_and_a_count(
    settings: Settings, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It has no token to charge; the request after it has one."""
    caplog.set_level(logging.INFO, "samen.access")
    wanted = ORIGIN | {"Access-Control-Request-Method": "POST"}
    async with limited(settings, database_url, "192.0.2.91", rate_visitor=3) as client:
        preflights = [(await client.options("/v1/orders", headers=wanted)).status_code for _ in range(9)]
        asked = [await client.get("/v1/cooperatives", headers=ORIGIN) for _ in range(4)]
    assert (preflights, [answer.status_code for answer in asked]) == ([204] * 9, [200, 200, 200, 429])
    assert asked[-1].headers["access-control-allow-origin"] == "*"
    lines = [vars(record) for record in caplog.records if record.name == "samen.access"]
    assert [line["status"] for line in lines if line["method"] == "OPTIONS"] == [204] * 9
