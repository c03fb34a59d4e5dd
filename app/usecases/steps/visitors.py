"""Which verbs somebody without a token may run: those that are marked. Nothing else looks anything up for a visitor."""

from collections.abc import Callable
from typing import Any, TypeVar

V = TypeVar("V", bound=Callable[..., Any])
_OPEN: set[Callable[..., Any]] = set()


def open_to_visitors(verb: V) -> V:
    """Mark a verb of public facts, or of a login, before which nobody is known."""
    _OPEN.add(verb)
    return verb


def is_open(verb: Callable[..., Any]) -> bool:
    """Whether the verb was marked so."""
    return verb in _OPEN
