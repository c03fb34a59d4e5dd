"""Verbs that read many things which belong together: all of it as of one moment, while others go on writing."""

from collections.abc import Callable
from typing import Any, TypeVar

V = TypeVar("V", bound=Callable[..., Any])
_OF_ONE_MOMENT: set[Callable[..., Any]] = set()


def of_one_moment(verb: V) -> V:
    """Mark a verb that only reads, so that its statements all see the rows of the same moment."""
    _OF_ONE_MOMENT.add(verb)
    return verb


def is_of_one_moment(verb: Callable[..., Any]) -> bool:
    """Whether the verb was marked so."""
    return verb in _OF_ONE_MOMENT
