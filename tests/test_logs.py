"""Logs are one JSON object a line, with a trace id and without anything private."""

import json
import logging

import pytest
from fastapi import FastAPI

from app.adapters.logs import JsonLines
from tests.world import Caller, World

MATCH = {"If-Match": '"1"'}


async def test_a_request_is_one_line_with_its_trace_and_no_secret(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    with caplog.at_level(logging.INFO, logger="samen.access"):
        caplog.clear()
        headers = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
        await world.visitor("GET", order["statusUrl"], headers=headers)
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "samen.access"]
    assert [(line["method"], line["route"], line["status"], line["trace_id"]) for line in lines] == [
        ("GET", "/v1/order-status/{token}", 200, "ab" * 16),
    ]
    assert order["statusUrl"].rsplit("/", 1)[1] not in json.dumps(lines)


async def test_a_client_that_goes_away_is_no_fault(
    world: World, app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """It hangs up in the middle of what it sends: one line with 499, and no error."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"99"), (b"host", b"test")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    scope |= {"http_version": "1.1", "scheme": "http", "client": ("127.0.0.1", 1), "server": ("test", 80)}

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(_: object) -> None:
        raise AssertionError("nobody is there")

    with caplog.at_level(logging.INFO):
        await app(scope, receive, send)
    access = [record.__dict__["status"] for record in caplog.records if record.name == "samen.access"]
    assert access == [499]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_an_exception_is_part_of_its_line() -> None:
    try:
        raise ValueError("x")
    except ValueError:
        record = logging.LogRecord("samen", logging.ERROR, "f", 1, "broken", (), __import__("sys").exc_info())
    line = json.loads(JsonLines().format(record))
    assert (line["level"], line["message"]) == ("error", "broken")
    assert "ValueError: x" in line["exception"]


async def test_refusals_and_looks_at_private_things_are_in_the_audit_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    path, about = f"/v1/members/{seller.member_id}", {"member_id": seller.member_id}
    look = "query Look($id: UUID!) { member(id: $id) { name } }"
    with caplog.at_level(logging.INFO, logger="samen.audit"):
        caplog.clear()
        await seller.member("GET", path)
        await seller.coordinator("GET", path)
        await seller.coordinator.graphql(look, id=seller.member_id)
        await seller.member("PATCH", path, {"name": "canary"}, status=403, headers=MATCH)
        await other.coordinator("GET", path, status=404)
        await other.coordinator.graphql(look, id=seller.member_id)
        await Caller(world.client, "forged", "nobody")("GET", path, status=401)
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "samen.audit"]
    ours, theirs = seller.coordinator.login, other.coordinator.login
    assert [(line["message"], line.get("verb"), line.get("subject"), line.get("code")) for line in lines] == [
        ("read", "get_member", ours, None),
        ("read", "get_member", ours, None),
        ("refused", "change_member", seller.member.login, "forbidden"),
        ("refused", "get_member", theirs, "not_found"),
        ("refused", "get_member", theirs, "not_found"),
        ("refused", None, None, "token_refused"),
    ]
    assert all(line["about"] == about and line["trace_id"] for line in lines[:-1])
    assert "canary" not in json.dumps(lines)
