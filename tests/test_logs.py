"""Logs are one JSON object a line, with a trace id and without anything private."""

import json
import logging

import pytest

from app.adapters.logs import JsonLines
from tests.world import World


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


def test_an_exception_is_part_of_its_line() -> None:
    try:
        raise ValueError("x")
    except ValueError:
        record = logging.LogRecord("samen", logging.ERROR, "f", 1, "broken", (), __import__("sys").exc_info())
    line = json.loads(JsonLines().format(record))
    assert (line["level"], line["message"]) == ("error", "broken")
    assert "ValueError: x" in line["exception"]
