"""Amounts by name, where the names are not known beforehand."""

from typing import Any

from app.contract.shape import Money, Viewer, cents, seen, shape, show
from app.domain import money as domain


@shape(domain.NamedAmount)
class NamedAmount:
    """An amount and what it is of."""

    name: str
    """What it is of."""
    amount: Money = cents("cents")
    """How much."""


def amounts(field: str) -> Any:
    """A list of named amounts from the domain's mapping of cents by name."""

    def read(thing: Any, viewer: Viewer) -> list[NamedAmount]:
        rows = [domain.NamedAmount(name, amount) for name, amount in getattr(thing, field).items()]
        return [show(NamedAmount, row, viewer) for row in rows]

    return seen(read)
