"""Traces for an OpenTelemetry collector: a request, its use cases and their statements, without values."""

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.live import Live

TRACE = "ab" * 16


class Collector(HTTPServer):
    """A minimal OpenTelemetry collector: it accepts spans by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.spans: list[Any] = []

    def named(self, name: str, seconds: float = 15) -> Any:
        """The first span with that name, once it has arrived."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            for span in list(self.spans):
                if span.name == name:
                    return span
            time.sleep(0.1)
        raise AssertionError(f"{name} did not come; {sorted({span.name for span in self.spans})} did")


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        found = ExportTraceServiceRequest.FromString(body)
        assert isinstance(self.server, Collector)
        self.server.spans += [
            span for part in found.resource_spans for scope in part.scope_spans for span in scope.spans
        ]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving
        serving.shutdown()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Live]:
    running = Live.at(tmp_path_factory.mktemp("traced"))
    with contextlib.ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        environment.setenv("SAMEN_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}/")
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        stack.callback(running.stop)
        running.serve()
        yield running


def test_a_trace_goes_from_the_caller_down_to_the_statements(live: Live, collector: Collector) -> None:
    headers = {"traceparent": f"00-{TRACE}-{'cd' * 8}-01", "Accept-Language": "en"}
    answer = httpx.get(f"{live.url}/v1/order-status/canary-token", headers=headers)
    assert (answer.status_code, answer.headers["trace-id"]) == (404, TRACE)
    request = collector.named("GET /v1/order-status/{token}")
    verb, statement = collector.named("get_guest_order"), collector.named("select")
    mine = [span for span in collector.spans if span.trace_id.hex() == TRACE]
    assert request.parent_span_id.hex() == "cd" * 8
    assert {span.name for span in mine} >= {request.name, verb.name, statement.name}
    assert verb.parent_span_id == request.span_id
    assert [span for span in mine if span.parent_span_id == verb.span_id and span.name == "select"]
    assert "canary" not in str(collector.spans)


def test_without_a_trace_of_the_caller_there_is_a_new_one(live: Live, collector: Collector) -> None:
    answer = httpx.get(f"{live.url}/v1/municipalities")
    assert collector.named("GET /v1/municipalities").trace_id.hex() == answer.headers["trace-id"]
