"""Nothing sets or reads a cookie: that is why a page of any origin may send requests."""

import ast
import json
import re
from pathlib import Path

import pytest

from tests.walls.cast import FAR, OWN, Cast
from tests.walls.matrix import matrix
from tests.walls.operations import operations
from tests.walls.rehearsal import Answer, Stand
from tests.walls.verbs import verbs_of_operations
from tests.world import Caller

APP = Path(__file__).parents[2] / "app"
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z?")
READERS = {"cookies", "cookie_parser", "set_cookie", "delete_cookie", "SessionMiddleware", "APIKeyCookie", "Cookie"}
OWN_CLIENTS = {"app/adapters/webhooks.py": {"cookies"}}
"""A client of ours that discards received cookies."""


def cookie_of(person: Caller) -> str:
    """A cookie that a page might have left in a browser."""
    return f"Authorization=Bearer {person.token}; token={person.token}; access_token={person.token}; session=1"


def shape(answer: Answer, method: str) -> tuple[int, str | None, str]:
    """The part of two answers to the same request that must be equal: for a read, all except ids and times."""
    return answer.status, answer.code, CHANGING.sub("", answer.text) if method == "GET" else ""


async def test_a_cookie_changes_no_answer_and_none_is_set(stand: Stand, everybody: Cast) -> None:
    """Every operation of REST and GraphQL, by an entitled caller and by a visitor whose cookie has a good token."""
    cookie, wrong, let_in = cookie_of(everybody.people["treasurer"]), [], 0
    for operation in operations(verbs_of_operations(stand.app)):
        for column in (*sorted(matrix()[operation.verb] & {*OWN, *FAR})[:1], "visitor"):
            ids = everybody.ids(column, operation.verb)
            headers, body = operation.sent(everybody.people[column], ids)
            without = await stand.ask(operation.method, operation.address(ids), headers, body)
            having = await stand.ask(operation.method, operation.address(ids), headers | {"Cookie": cookie}, body)
            names = {name.lower() for answer in (without, having) for name, _ in answer.headers}
            let_in += without.status < 300
            if shape(without, operation.method) != shape(having, operation.method) or "set-cookie" in names:
                wrong.append((operation.name, column, without.status, having.status))
    assert (wrong, let_in > 60) == ([], True)
    me = json.dumps({"query": "{ me { person { id } } }"}).encode()
    for path, body in (("/graphql", me), ("/docs", b""), ("/v1/openapi.json", b"")):
        headers = {"Content-Type": "application/json", "Cookie": cookie}
        answer = await stand.ask("POST" if body else "GET", path, headers, body)
        assert "set-cookie" not in dict(answer.headers)
        assert "unauthenticated" in answer.text or not body


def headers_in(node: ast.AST) -> set[str]:
    """The cookie header, if a constant names it, as text or as bytes."""
    value = node.value if isinstance(node, ast.Constant) else None
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return {text.lower()} & {"cookie", "set-cookie", "cookie2", "set-cookie2"}


@pytest.mark.parametrize("line", ['h["Set-Cookie"] = 1', 'x = (b"set-cookie", b"1")', 'x = h.get(b"cookie")'])
def test_a_line_that_reads_or_sets_a_cookie_would_be_seen(line: str) -> None:
    assert set().union(*map(headers_in, ast.walk(ast.parse(line))))


def test_no_line_of_the_application_reads_or_sets_a_cookie() -> None:
    found = set()
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = {getattr(node, "attr", None), getattr(node, "id", None)} & READERS
            names |= headers_in(node)
            place = file.relative_to(APP.parent).as_posix()
            found |= {(place, name) for name in names if name not in OWN_CLIENTS.get(place, set())}
    assert found == set()
