"""Traces for OpenTelemetry if a collector is configured: requests, use cases and SQL statements, never their values."""

import atexit
import os
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_W3C = TraceContextTextMapPropagator()
_TRACEPARENT = re.compile("[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
OWN_AUTHORITIES = ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE")
"""The variables for the collector's certificate authority; if set, it is the only trusted one."""
_tracer = trace.get_tracer("samen")


def send_traces(collector: str | None, version: str) -> None:
    """Sends this process's spans to `collector` by OTLP over HTTP; the usual OTEL_… variables set the rest.

    Without a collector nothing is loaded, and spans cost next to nothing.
    """
    if collector is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from requests import Session

    from app.adapters.trusting import SystemCertificates

    session = Session()
    if not any(os.environ.get(name) for name in OWN_AUTHORITIES):
        session.mount("https://", SystemCertificates())
    exporter = OTLPSpanExporter(f"{collector.rstrip('/')}/v1/traces", session=session)
    provider = TracerProvider(resource=Resource.create({"service.name": "samen", "service.version": version}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    atexit.register(provider.shutdown)


@contextmanager
def request_span(method: str, headers: Mapping[str, str]) -> Iterator[tuple[str, trace.Span]]:
    """The span of a request, in the caller's trace (W3C Trace Context) or a new one; and that trace's id."""
    # There is no collector.
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        stated = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
        yield (stated[1] if stated else uuid.uuid4().hex), trace.INVALID_SPAN
        return
    with _tracer.start_as_current_span(
        method, context=_W3C.extract(headers), kind=trace.SpanKind.SERVER, record_exception=False
    ) as span:
        yield trace.format_trace_id(span.get_span_context().trace_id), span


def statement_span(sql: str, seconds: float) -> None:
    """The span of a statement that has just ended, without its parameters."""
    ended = time.time_ns()
    words = " ".join(sql.split())
    span = _tracer.start_span(
        words.partition(" ")[0],
        kind=trace.SpanKind.CLIENT,
        start_time=ended - int(seconds * 1e9),
        attributes={"db.system.name": "postgresql", "db.query.text": words},
    )
    span.end(ended)
