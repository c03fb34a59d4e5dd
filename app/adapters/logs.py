"""Logs as one JSON object a line."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "asctime", "color_message"}

trace: ContextVar[str | None] = ContextVar("trace", default=None)
"""The trace id of the current request; it is on every log line of that request."""


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and all fields of `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace_id := trace.get():
            line["trace_id"] = trace_id
        line |= {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def log_to_stderr(level: str) -> None:
    """Send every logger's lines to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    # While the database is down, it would log a traceback every second.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
    # Its lines contain the addresses of webhooks, with their secrets.
    logging.getLogger("httpx").setLevel(logging.WARNING)
