"""Facts from outside the database: look-ups, made before the transaction begins, and terms of the installation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from app.domain.market.holds import USUAL, HoldTerms
from app.domain.platform.destinations import PUBLIC, Address, Destinations

V = TypeVar("V", bound=Callable[..., Any])
Prepare = Callable[..., Awaitable[dict[str, Any]]]
LookUp = Callable[[str], Awaitable[tuple[Address, ...]]]
"""Resolves the name of a host: returns its addresses, none if it is unknown."""
_PREPARED: dict[Callable[..., Any], Prepare] = {}


async def knows_none(_: str) -> tuple[Address, ...]:
    """A resolver that knows no name."""
    return ()


@dataclass(frozen=True)
class Outside:
    """The world outside: the allowed destinations of webhooks, a name resolver, and the installation's terms."""

    destinations: Destinations = PUBLIC
    look_up: LookUp = knows_none
    hold_terms: HoldTerms = USUAL


NOWHERE = Outside()
"""No name resolves; webhooks may go to the internet."""


class Asker(Protocol):
    """What prepares a verb with: reads as the caller, and the world outside."""

    outside: Outside

    def __call__(self, verb: Any, /, **named: Any) -> Awaitable[Any]: ...


def prepared_by(prepare: Prepare) -> Callable[[V], V]:
    """Marks a use case that gets extra parameters from `prepare(run, **arguments)`; callers cannot give these."""

    def mark(verb: V) -> V:
        _PREPARED[verb] = prepare
        return verb

    return mark


def preparation_of(verb: Callable[..., Any]) -> Prepare | None:
    """The function that prepares the extra parameters of a use case, if it has one."""
    return _PREPARED.get(verb)
