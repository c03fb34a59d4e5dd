"""Optimistic concurrency: a change names the version that it saw."""

from app.domain.errors import Stale


def expect(version: int, expected: int | None) -> None:
    """Raises Stale where somebody changed the thing meanwhile (If-Match, expectedVersion)."""
    if expected is not None and expected != version:
        raise Stale(version=version)
