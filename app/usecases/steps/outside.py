"""What a verb asks outside the database: before its transaction begins, so that no transaction waits for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from app.domain.platform.destinations import PUBLIC, Address, Destinations

V = TypeVar("V", bound=Callable[..., Any])
Prepare = Callable[..., Awaitable[dict[str, Any]]]
LookUp = Callable[[str], Awaitable[tuple[Address, ...]]]
"""Asks the name service for a host: its addresses, none if it does not know them."""
_PREPARED: dict[Callable[..., Any], Prepare] = {}


async def knows_none(_: str) -> tuple[Address, ...]:
    """A name service that knows no name."""
    return ()


@dataclass(frozen=True)
class Outside:
    """The world outside: where webhooks may go, and what names mean."""

    destinations: Destinations = PUBLIC
    look_up: LookUp = knows_none


NOWHERE = Outside()
"""Names mean nothing; webhooks may go to the internet."""


class Asker(Protocol):
    """What prepares a verb with: reads as the caller, and the world outside."""

    outside: Outside

    def __call__(self, verb: Any, /, **named: Any) -> Awaitable[Any]: ...


def prepared_by(prepare: Prepare) -> Callable[[V], V]:
    """Mark a verb that `prepare(run, **what the verb takes)` gives more parameters, which no caller gives."""

    def mark(verb: V) -> V:
        _PREPARED[verb] = prepare
        return verb

    return mark


def preparation_of(verb: Callable[..., Any]) -> Prepare | None:
    """What gives a verb that was marked so its further parameters."""
    return _PREPARED.get(verb)
