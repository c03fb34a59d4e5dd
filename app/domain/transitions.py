"""Processes as data: states, who may move them, and what a caller can do next."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.domain.access import Right
from app.domain.errors import WrongState

T = TypeVar("T")
Guard = Callable[[T], str | None]
"""Looks at the thing; returns the code of the reason why it is blocked, or None."""


@dataclass(frozen=True)
class Transition(Generic[T]):
    """One row of a process table: `verb` moves from any of `sources` to `target`, for whom has `right`."""

    verb: str
    sources: tuple[str, ...]
    target: str
    right: Right
    guard: Guard[T] | None = None
    timer: bool = False
    """Only the worker's clock does this."""


@dataclass(frozen=True)
class AvailableTransition:
    """What a caller could do now; a blocked one says why."""

    verb: str
    to: str
    allowed: bool
    reason: str | None = None


def find(process: Iterable[Transition[T]], verb: str) -> Transition[T]:
    """The row of a verb."""
    return next(row for row in process if row.verb == verb)


def move(process: tuple[Transition[T], ...], thing: T, verb: str) -> str:
    """The state after `verb`. Raises WrongState, naming the verbs that are possible from here."""
    state = _state(thing)
    row = find(process, verb)
    reason = row.guard(thing) if row.guard else None
    if state not in row.sources or reason:
        possible = [other.verb for other in process if state in other.sources and not other.timer]
        raise WrongState(verb=verb, state=state, possible=possible, **({"reason": reason} if reason else {}))
    return row.target


def available(process: Iterable[Transition[T]], thing: T, may: Callable[[Right], bool]) -> list[AvailableTransition]:
    """Every verb that leads on from the present state, blocked ones with the code of their reason."""
    state = _state(thing)
    found = []
    for row in process:
        if state not in row.sources or row.timer:
            continue
        reason = (row.guard(thing) if row.guard else None) if may(row.right) else "forbidden"
        found.append(AvailableTransition(row.verb, row.target, reason is None, reason))
    return found


def _state(thing: Any) -> str:
    return str(thing.state)
