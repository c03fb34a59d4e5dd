"""Lists of amounts by name, for names that are not known in advance."""

from typing import Any

from app.contract.shape import Money, Viewer, cents, computed, shape, show
from app.domain import money as domain


@shape(domain.NamedAmount)
class NamedAmount:
    """An amount with its name."""

    name: str
    """The name."""
    amount: Money = cents("cents")
    """The amount."""


def amounts(field: str) -> Any:
    """A list of named amounts from the domain's mapping of cents by name."""

    def read(thing: Any, viewer: Viewer) -> list[NamedAmount]:
        rows = [domain.NamedAmount(name, amount) for name, amount in getattr(thing, field).items()]
        return [show(NamedAmount, row, viewer) for row in rows]

    return computed(read)
