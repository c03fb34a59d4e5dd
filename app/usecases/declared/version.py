"""Optimistic concurrency: a change names the version that its caller saw."""

from app.domain.errors import Stale
from app.vocabulary import ANY_VERSION, Version


def expect(version: int | None, expected: Version | None) -> None:
    """Raises Stale if the object changed meanwhile (If-Match, expectedVersion).

    An object that does not exist yet has no version: a caller that names one gets Stale too.
    """
    if expected is None or (expected == ANY_VERSION and version is not None):
        return
    if version not in (expected if isinstance(expected, list) else [expected]):
        raise Stale if version is None else Stale(version=version)
