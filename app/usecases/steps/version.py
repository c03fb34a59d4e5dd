"""Optimistic concurrency: a change names the version that it saw."""

from app.domain.errors import Stale
from app.vocabulary import ANY_VERSION, Version


def expect(version: int | None, expected: Version | None) -> None:
    """Raises Stale if somebody changed the thing meanwhile (If-Match, expectedVersion).

    Of what does not exist yet there is no version: whoever saw one is told so.
    """
    if expected is None or (expected == ANY_VERSION and version is not None):
        return
    if version not in (expected if isinstance(expected, list) else [expected]):
        raise Stale if version is None else Stale(version=version)
