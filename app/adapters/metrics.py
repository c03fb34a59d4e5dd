"""Prometheus metrics: requests by route, webhooks, events; served on a separate port."""

from prometheus_client import Counter, Gauge, Histogram, start_http_server

REQUESTS = Counter("samen_requests", "Requests that were answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "samen_request_seconds",
    "How long an answer took.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
EVENTS = Counter("samen_events", "Events that the worker delivered.")
FAILURES = Counter("samen_worker_failures", "Events, timers, webhooks, mails and sweeps that failed.", ["what"])
MAILS = Counter("samen_mails", "Mails by what came of each try.", ["result"])
SEEN = Gauge("samen_worker_seen_seconds", "When the worker last looked for events and timers (Unix time).")
WEBHOOKS = Counter("samen_webhooks", "Webhooks that were sent.", ["result"])
REFUSED = Counter("samen_rate_limited", "Requests that came too fast.", ["rate"])


def expose(port: int | None, host: str) -> None:
    """Serves `/metrics` of this process, if a port is configured."""
    if port is not None:
        start_http_server(port, addr=host)
