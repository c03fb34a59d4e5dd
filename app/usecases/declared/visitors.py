"""Marks the use cases that callers without a token may run. Nothing else is read for a visitor."""

from collections.abc import Callable
from typing import Any, TypeVar

V = TypeVar("V", bound=Callable[..., Any])
_OPEN: set[Callable[..., Any]] = set()


def open_to_visitors(verb: V) -> V:
    """Marks a use case about public facts, or a login, where the caller is not known yet."""
    _OPEN.add(verb)
    return verb


def is_open(verb: Callable[..., Any]) -> bool:
    """Whether a use case has that mark."""
    return verb in _OPEN
