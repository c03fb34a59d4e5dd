"""How much one buyer may hold: some holds on an offering at a time, and a share of what is left of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import HoldTooLarge, TooManyHolds
from app.domain.market.offerings import Hold, Offering, take


@dataclass(frozen=True, kw_only=True)
class HoldTerms:
    """The limits of an installation. An app holds for all of its guests, so it may have more holds than a person."""

    per_person: int = 3
    per_app: int = 50
    share: Decimal = Decimal("0.5")
    """The share of what is left that one buyer may hold; one unit is always allowed."""

    def most_holds(self, hold: Hold) -> int:
        """The holds that the holder may have on one offering at a time."""
        return self.per_person if hold.app_id is None else self.per_app

    def most_units(self, units: int) -> int:
        """The units that one buyer may hold of so many."""
        return max(1, int(units * self.share))


USUAL = HoldTerms()
"""The limits if the installation sets none."""


def held(terms: HoldTerms, offering: Offering, own: Sequence[Hold], new: Hold) -> Offering:
    """The offering with the units of a new hold taken; `own` are the buyer's other checkouts that hold units of it.

    The share is of what is left and what the buyer holds together. What an order holds does not count: it has a name,
    the seller sees it, and it ends by its own deadline. Raises SoldOut, TooManyHolds, HoldTooLarge.
    """
    taken = take(offering, new.quantity)
    most = terms.most_holds(new)
    if len(own) >= most:
        raise TooManyHolds(title=offering.title, most=most)
    if offering.left is not None:
        already = sum(hold.quantity for hold in own)
        room = max(0, terms.most_units(offering.left + already) - already)
        if new.quantity > room:
            raise HoldTooLarge(title=offering.title, left=room, **({} if room else {"how": "nothing_more"}))
    return taken
