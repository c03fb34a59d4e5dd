"""Tokens, documents and messages that no honest client sends: refused with a code, charged, and logged."""

import json
import logging
from typing import Any

import pytest
import websockets
from jose import jwk
from prometheus_client import REGISTRY

from app.adapters.strict_json import levels_of, read_json
from app.adapters.tokens import DEEPEST, LONGEST
from app.keys import people_issuer
from app.settings import Settings
from tests.faces.test_rates import left, limited
from tests.faces.test_subscriptions import said, socket
from tests.forge import Forge, part
from tests.world import World

SIGNED_BY_NOBODY = part(bytes(64))
HEADER = part(b'{"typ": "at+jwt", "alg": "ES256", "kid": "x"}')


def unsigned(claims: bytes, header: str = HEADER) -> str:
    return f"{header}.{part(claims)}.{SIGNED_BY_NOBODY}"


def signed(world: World, claims: str) -> str:
    """Claims that `json.dumps` would not write, signed by a trusted key; of two with one name the last one counts."""
    forge = Forge(people_issuer(world.settings), world.keys.private[0])
    whole = json.dumps(forge.claims(odd=1)).replace('"odd": 1', claims)
    text = f"{part(json.dumps(forge.header()).encode())}.{part(whole.encode())}"
    return f"{text}.{part(jwk.construct(forge.key, 'ES256').sign(text.encode()))}"


def odd_tokens(world: World) -> dict[str, str]:
    deep = b"[" * 1500 + b"]" * 1500
    return {
        "deep claims": unsigned(b'{"iss": "x", "a": ' + deep + b"}"),
        "a deep header": unsigned(b"{}", part(b'{"kid": ' + deep + b"}")),
        "brackets that never close": unsigned(b"[" * 5000),
        "deep and signed": signed(world, '"odd": ' + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)),
        "an end beyond all numbers": signed(world, '"exp": 1e400'),
        "no number": signed(world, '"exp": NaN'),
        "a begin of 5,000 digits": unsigned(b'{"iat": ' + b"9" * 5000 + b"}"),
        "an end of 4,000 digits": signed(world, '"exp": ' + "9" * 4000),
        "longer than any": unsigned(b'{"iss": "' + b"x" * LONGEST + b'"}'),
        "bytes that are no text": unsigned(b'{"iss": "\xff"}'),
        "half a character": signed(world, '"sub": "\\ud800"'),
        "a zero byte": signed(world, '"sub": "noor\\u0000"'),
        "no object": unsigned(b"[]"),
        "a list for a key": unsigned(b"{}", part(b'{"kid": [], "alg": {}, "typ": []}')),
        "a list for an issuer": signed(world, '"iss": ["x"]'),
        "one segment": "x" * 4000,
        "dots": "." * 4000,
    }


@pytest.mark.parametrize("name", range(17))
async def test_an_odd_token_is_refused_paid_for_and_written_down(
    world: World, settings: Settings, database_url: str, caplog: pytest.LogCaptureFixture, name: int
) -> None:
    """Also on a public path, and with all headers of an answer."""
    caplog.set_level(logging.INFO)
    _, token = list(odd_tokens(world).items())[name]
    counted = {"method": "GET", "route": "/v1/me", "status": "401"}
    before = REGISTRY.get_sample_value("samen_requests_total", counted) or 0
    async with limited(settings, database_url, f"192.0.2.{100 + name}") as client:
        bearer = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        first = await client.get("/v1/me", headers=bearer)
        public = await client.get("/v1/municipalities", headers=bearer)
        graphql = await client.post("/graphql", json={"query": "{__typename}"}, headers=bearer)
        again = await client.get("/v1/municipalities")
    for answer in (first, public, graphql):
        assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["trace-id"]
    assert (left(first), left(public), left(again)) == (39, 38, 36)
    assert REGISTRY.get_sample_value("samen_requests_total", counted) == before + 1
    names = [record.name for record in caplog.records if record.name.startswith("samen.")]
    assert (names.count("samen.access"), names.count("samen.audit")) == (4, 3)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_an_odd_token_closes_a_socket_as_a_bad_one_does(
    world: World, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    for token in odd_tokens(world).values():
        with pytest.raises(websockets.ConnectionClosed) as closed:
            async with socket(address, token) as connection:
                await said(connection)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403
    values: tuple[Any, ...] = (7, [], {"a": 1}, None, True)
    for odd in values:
        async with socket(address, None, {"Authorization": odd, "Accept-Language": odd}) as connection:
            assert (await said(connection))["type"] == "connection_ack"
    assert caplog.records == []


async def test_a_token_as_long_as_providers_make_them_is_read(world: World) -> None:
    forge = Forge(people_issuer(world.settings), world.keys.private[0])
    long = forge.signed(resource_access={f"client-{n}": {"roles": ["[viewer]", "{editor}"]} for n in range(60)})
    assert 4000 < len(long) < LONGEST
    answer = await world.client.get("/v1/me", headers={"Authorization": f"Bearer {long}"})
    assert answer.status_code == 200


def test_levels_are_those_of_brackets_outside_of_strings() -> None:
    assert levels_of('{"a[{\\"[": [1, {"b": "]"}], "c": {}}') == 3
    assert levels_of('"[["') == levels_of("") == 0
    for wrong in ("[[1]]", '{"a": {}}'):
        with pytest.raises(ValueError, match="levels"):
            read_json(wrong, deepest=1)
    assert read_json(b'{"a": 1.5e2, "b": "\\u00e9"}', deepest=1) == {"a": 150.0, "b": "é"}


BODIES = {
    "null": b"null",
    "a list": b"[]",
    "a batch": b'[{"query": "{__typename}"}]',
    "a number": b"7",
    "text": b'"x"',
    "nothing": b"",
    "no JSON": b"{",
    "latin-1": b'{"query": "\xff"}',
    "NaN": b'{"query": NaN}',
    "5,000 digits": b'{"query": ' + b"9" * 5000 + b"}",
    "8,000 deep": b'{"variables": ' + b"[" * 8000 + b"]" * 8000 + b"}",
    "no query": b"{}",
    "an empty query": b'{"query": ""}',
    "a number for a query": b'{"query": 7}',
    "a list of variables": b'{"query": "{__typename}", "variables": []}',
    "an unknown operation": b'{"query": "query A {__typename}", "operationName": "B"}',
    "an object for a name": b'{"query": "query A {__typename}", "operationName": {}}',
    "a name for none": b'{"query": "{__typename}", "operationName": ""}',
    "no operation": b'{"query": "fragment F on Query {__typename}"}',
    "two operations": b'{"query": "query A {__typename} query B {__typename}"}',
    "a subscription": b'{"query": "subscription {order(id: \\"01a22578-4cad-7277-99f2-3da5dad81869\\") {id}}"}',
    "a document too deep to read": json.dumps({"query": "{catalogue(first: " + "[" * 900}).encode(),
    "a literal of 4,400 digits": b'{"query": "{catalogue(first: ' + b"9" * 4400 + b') {edges {cursor}}}"}',
    "a variable beyond all numbers": b'{"query": "query($a: Int) {catalogue(first: $a) {edges {cursor}}}",'
    b' "variables": {"a": 1e400}}',
}
RUN_AS_REQUESTS = {"a literal of 4,400 digits", "two operations", "a document too deep to read"}
"""The document itself is wrong: 400 for clients of GraphQL's own media type, else an error in a 200."""


@pytest.mark.parametrize("kind", ["application/json", "application/graphql-response+json"])
@pytest.mark.parametrize("name", BODIES)
async def test_what_holds_no_document_to_run_is_refused_in_graphqls_own_form(
    world: World, caplog: pytest.LogCaptureFixture, name: str, kind: str
) -> None:
    caplog.set_level(logging.ERROR)
    headers = {"Content-Type": "application/json", "Accept": kind, "Accept-Language": "en"}
    answer = await world.client.post("/graphql", content=BODIES[name], headers=headers)
    expected = 200 if name in RUN_AS_REQUESTS and kind == "application/json" else 400
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (expected, kind)
    said = answer.json()
    assert not said.get("data")
    (error,) = said["errors"]
    assert error["extensions"]["code"] == "bad_request"
    assert 5 < len(error["message"]) <= 500
    assert caplog.records == []


async def test_of_several_operations_only_the_one_that_is_named_runs(world: World) -> None:
    """Also in a socket; without a name nothing runs."""
    caller, _ = await world.known()
    me = await caller("GET", "/v1/me")
    answer = await world.client.post(
        "/graphql", json={"query": "mutation B {forgetMe} query A {__typename}"}, headers=bearer_of(caller.token)
    )
    assert answer.json()["errors"][0]["extensions"]["code"] == "bad_request"
    assert await caller("GET", "/v1/me") == me
    named = {"query": "mutation B {forgetMe} query A {__typename}", "operationName": "A"}
    answer = await world.client.post("/graphql", json=named, headers=bearer_of(caller.token))
    assert answer.json() == {"data": {"__typename": "Query"}}
    assert await caller("GET", "/v1/me") == me


def bearer_of(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


MESSAGES: dict[str, Any] = {
    "a list": [],
    "null": None,
    "a number": 7,
    "text": "x",
    "nothing": {},
    "no type": {"id": "1"},
    "a list for a type": {"type": []},
    "an unknown type": {"type": "x"},
    "no id": {"type": "complete"},
    "a list for an id": {"type": "complete", "id": []},
    "an object for an id": {"type": "subscribe", "id": {}, "payload": {"query": "{__typename}"}},
    "no payload": {"type": "subscribe", "id": "1"},
    "a list for a payload": {"type": "subscribe", "id": "1", "payload": []},
    "no query": {"type": "subscribe", "id": "1", "payload": {}},
    "a number for a query": {"type": "subscribe", "id": "1", "payload": {"query": 7}},
    "a list of variables": {"type": "subscribe", "id": "1", "payload": {"query": "{__typename}", "variables": []}},
    "an object for a name": {"type": "subscribe", "id": "1", "payload": {"query": "{__typename}", "operationName": {}}},
}
TEXTS = {"no JSON": "{", "8,000 deep": "[" * 8000, "5,000 digits": "9" * 5000, "NaN": "NaN"}


@pytest.mark.parametrize("name", [*MESSAGES, *TEXTS])
async def test_a_message_of_another_shape_closes_the_socket_with_4400(
    address: str, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.WARNING)
    async with socket(address, None) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        await connection.send(TEXTS[name] if name in TEXTS else json.dumps(MESSAGES[name]))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await said(connection)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400
    assert caplog.records == []


async def test_through_a_socket_several_operations_need_a_name_too(address: str) -> None:
    async with socket(address, None) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        payload = {"query": "query A {__typename} mutation B {forgetMe}"}
        await connection.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        refused = await said(connection)
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "bad_request")
        await connection.send(json.dumps({"type": "subscribe", "id": "2", "payload": payload | {"operationName": "A"}}))
        assert (await said(connection))["payload"]["data"] == {"__typename": "Query"}
