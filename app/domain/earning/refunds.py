"""Partial refunds: each takes a proportion of what is left of a sale; the last one ends at exactly zero."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from app.domain.earning.earnings import Earning
from app.domain.earning.split import BY_YEAR_TOTAL
from app.domain.errors import NothingToRefund, RefundTooLarge
from app.domain.ledger import AccountKind, Leg, refunded
from app.domain.money import share_out
from app.domain.selling.orders import Order, less


@dataclass(frozen=True, kw_only=True)
class Refund:
    """`cents` of an order that were given back on `day`; a part of them may be taken off its price, with its VAT."""

    id: UUID
    order_id: UUID
    cooperative_id: UUID
    cents: int
    vat_cents: int
    day: date
    reason: str
    refunded_by: UUID
    refunded_at: datetime
    returned_cents: int = 0
    """The part of `cents` that lowers no price: it was owed back, or no sale is booked yet."""

    @property
    def credited_cents(self) -> int:
        """The part of `cents` that is taken off the price of a sale."""
        return self.cents - self.returned_cents


@dataclass(frozen=True)
class Taken:
    """The part of a refund that one earning bears: mirrored legs, and `kept_cents` of what its member kept (by F)."""

    legs: tuple[Leg, ...]
    kept_cents: int
    left: tuple[Leg, ...]
    """The remaining legs, without those of F."""


def split_refund(order: Order, cents: int | None) -> tuple[int, int]:
    """The amount to give back (all of it if `cents` is missing), and the part of it that lowers no price.

    Money that is owed back goes first. Without a booked sale, the price becomes due again. Raises NothingToRefund,
    RefundTooLarge.
    """
    price_left = order.gross_cents - order.refunded_cents
    left = order.owed_back_cents + price_left if order.settled else order.paid_cents
    if not left:
        raise NothingToRefund
    back = left if cents is None else cents
    if back > left:
        raise RefundTooLarge(left_cents=left)
    return back, min(back, order.owed_back_cents) if order.settled else back


def after_refund(order: Order, refund: Refund) -> Order:
    """The order after a refund."""
    returned = replace(order, paid_cents=order.paid_cents - refund.returned_cents)
    return less(returned, refund.credited_cents) if refund.credited_cents else returned


def share_refund(cents: int, vat_left: int, nets_left: Sequence[int]) -> tuple[int, list[int]]:
    """The VAT in a refund, and the part of each earning: largest remainder over what is left of them."""
    vat, *nets = share_out(cents, [vat_left, *nets_left])
    return vat, nets


def take(earning: Earning, cents: int) -> Taken:
    """Takes `cents` from what is left of an earning, never more than a leg holds, never with a wrong sign.

    If the costs were above the net amount, the cooperative fund bears it; the last cent mirrors every leg.
    """
    own = [leg for leg in earning.legs if leg.rule not in BY_YEAR_TOTAL]
    weights = [*(leg.cents for leg in own), earning.kept_cents]
    if cents == earning.net_left_cents:
        amounts = weights
    elif min(weights) < 0:
        amounts = [cents if leg.rule == "costs_above_net" else 0 for leg in own] + [0]
    else:
        amounts = share_out(cents, weights)
    back = tuple(refunded(leg, amount) for leg, amount in zip(own, amounts, strict=False) if amount)
    left = [replace(leg, cents=leg.cents - amount) for leg, amount in zip(own, amounts, strict=False)]
    return Taken(back, amounts[-1], tuple(leg for leg in left if leg.cents))


def fund_taken(taken: Taken) -> int:
    """The mirrored legs' effect on the cooperative fund: zero or less, except for the last cent of a loss."""
    return sum(leg.cents for leg in taken.legs if leg.kind is AccountKind.COOPERATIVE_FUND)


def merged(standing: Sequence[Leg], changes: Sequence[Leg]) -> tuple[Leg, ...]:
    """The legs of F after a change: one for each kind and rule, with the latest reason."""
    found = {(leg.kind, leg.rule): leg for leg in standing}
    for leg in changes:
        before = found.get((leg.kind, leg.rule))
        found[leg.kind, leg.rule] = replace(leg, cents=leg.cents + (before.cents if before else 0))
    return tuple(leg for leg in found.values() if leg.cents)
