"""The supplier's bill of a joint purchase: VAT for each rate, computed on the sum as suppliers bill it.

Wet OB 1968 art. 8: delivery and discount belong to the goods, so they have the rates of the goods.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from app.domain.buying.purchase_articles import Article
from app.domain.errors import RuleRefused
from app.domain.money import half_up, share_out
from app.domain.vat import inside

K = TypeVar("K")


@dataclass(frozen=True)
class BilledRate:
    """The amounts billed at one rate, in cents: `goods`, `delivery` and `discount` with VAT.

    `nets` are the prices of its articles without VAT, by their id.
    """

    basis_points: int
    nets: Mapping[UUID, int]
    goods: int
    delivery: int = 0
    discount: int = 0

    @property
    def gross_cents(self) -> int:
        return self.goods + self.delivery - self.discount

    @property
    def vat_cents(self) -> int:
        """The VAT inside it; without delivery and discount that is the net of all goods × the rate, half up."""
        return inside(self.gross_cents, self.basis_points)

    @property
    def net_cents(self) -> int:
        return self.gross_cents - self.vat_cents


@dataclass(frozen=True)
class Costs:
    """What there is to share out, in cents: of each article, of delivery, and the discount."""

    articles: Mapping[UUID, int]
    delivery: int
    discount: int


@dataclass(frozen=True)
class Bill:
    """The bill, as its sums by rate."""

    rates: tuple[BilledRate, ...]

    @property
    def goods_cents(self) -> int:
        return sum(rate.goods for rate in self.rates)

    @property
    def delivery_cents(self) -> int:
        return sum(rate.delivery for rate in self.rates)

    @property
    def discount_cents(self) -> int:
        return sum(rate.discount for rate in self.rates)

    @property
    def total_cents(self) -> int:
        return sum(rate.gross_cents for rate in self.rates)

    @property
    def gross(self) -> Costs:
        """The costs with VAT."""
        articles: dict[UUID, int] = {}
        for rate in self.rates:
            articles |= share_by(rate.goods, rate.nets)
        return Costs(articles, self.delivery_cents, self.discount_cents)

    @property
    def net(self) -> Costs:
        """The costs without the VAT of the bill; odd cents are the goods'."""
        articles: dict[UUID, int] = {}
        delivery = discount = 0
        for rate in self.rates:
            delivered = rate.delivery - inside(rate.delivery, rate.basis_points)
            off = rate.discount - inside(rate.discount, rate.basis_points)
            articles |= share_by(rate.net_cents - delivered + off, rate.nets)
            delivery, discount = delivery + delivered, discount + off
        return Costs(articles, delivery, discount)


def bill(
    articles: Iterable[Article], delivery_cents: int = 0, discount_cents: int = 0, *, agreed: bool = False
) -> Bill:
    """The bill of the units that came, or were ordered; with `agreed` at the prices of the order.

    `delivery_cents` and `discount_cents` are with VAT. The discount takes off no more than the goods cost.
    """
    nets: dict[int, dict[UUID, int]] = {}
    for article in articles:
        nets.setdefault(article.vat_basis_points, {})[article.id] = article.net_cents(agreed=agreed)
    goods = {rate: _with_vat(sum(nets[rate].values()), rate) for rate in sorted(nets)} or {0: 0}
    delivery = share_by(delivery_cents, goods)
    discount = share_by(min(discount_cents, sum(goods.values())), goods)
    return Bill(
        tuple(
            BilledRate(
                basis_points=rate,
                nets=nets.get(rate, {}),
                goods=goods[rate],
                delivery=delivery[rate],
                discount=discount[rate],
            )
            for rate in goods
        )
    )


def check_discount(discount_cents: int, articles: Iterable[Article]) -> None:
    """Raises RuleRefused for a discount above the price of the goods, with VAT."""
    goods = bill(articles).goods_cents
    if discount_cents > goods:
        raise RuleRefused(rule="discount_within_goods", value=str(goods), goods_cents=goods)


def share_by(cents: int, weights: Mapping[K, int]) -> dict[K, int]:
    """Cents by key, by largest remainder; the last key gets all if nobody has a weight."""
    sizes = list(weights.values())
    return dict(zip(weights, shared(cents, sizes), strict=True))


def shared(cents: int, weights: list[int]) -> list[int]:
    """Cents by weight, by largest remainder; the last one gets all if nobody has a weight."""
    return share_out(cents, weights if any(weights) else [*(0 for _ in weights[1:]), 1]) if weights else []


def _with_vat(net: int, basis_points: int) -> int:
    return net + half_up(net, basis_points)
