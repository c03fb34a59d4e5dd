"""Finds the persons in a stored answer, so that an erasure can empty it."""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.people.persons import Person


def told_of(answer: Any) -> tuple[set[UUID], set[UUID]]:
    """The persons that the answer names, and all other ids in it, because ids of members and orders lead to persons
    too.
    """
    persons: set[UUID] = set()
    others: set[UUID] = set()
    for name, found in _ids(answer, ""):
        (persons if name.endswith("person_id") else others).add(found)
    return persons, others


def _ids(found: Any, name: str) -> Iterator[tuple[str, UUID]]:
    """Every id, with the name of its field."""
    if found is None or isinstance(found, str | int | datetime):
        return
    if isinstance(found, UUID):
        yield name, found
    elif isinstance(found, Person):
        yield "person_id", found.id
    elif dataclasses.is_dataclass(found):
        for field in dataclasses.fields(found):
            yield from _ids(getattr(found, field.name), field.name)
    elif isinstance(found, Mapping):
        for key, inner in found.items():
            yield from _ids(inner, str(key))
    elif isinstance(found, list | tuple | set | frozenset):
        for inner in found:
            yield from _ids(inner, name)
