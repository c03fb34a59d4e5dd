"""The articles of a joint purchase: packs, prices and the least that can be ordered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from app.domain.buying.allocation import Demand
from app.domain.errors import ReasonNeeded, RuleRefused
from app.domain.money import half_up, rounded
from app.domain.vat import DECLARED_BY_BUYER, VatClass, rate_on

MinimumUnit = Literal["packs", "units", "money"]


@dataclass(frozen=True)
class Tier:
    """From `from_packs` packs on, a pack costs `cents` without VAT."""

    from_packs: int
    cents: int


@dataclass(frozen=True, kw_only=True)
class Article:
    """An article that is bought in whole packs of `pack_units`; a seat or an hour is a pack of one.

    `minimum` is in packs, units or cents without VAT. `ordered_units` are known after closing, `received_units` grow
    with each delivery; the last one came on `received_on`. `digest` is that of the inputs of the present allocation.
    `billed_pack_cents` is the price of a pack that the supplier bills, without VAT, if it is not that of the order.
    """

    id: UUID
    purchase_id: UUID
    title: str
    unit: str
    pack_units: int
    tiers: tuple[Tier, ...]
    vat_class: VatClass
    vat_basis_points: int
    minimum: int = 0
    minimum_unit: MinimumUnit = "packs"
    dropped: bool = False
    ordered_units: int = 0
    received_units: int | None = None
    received_on: date | None = None
    billed_pack_cents: int | None = None
    price_reason: str = ""
    priced_by: UUID | None = None
    digest: str = ""
    version: int = 1

    @property
    def units(self) -> int:
        """The units to share out and to pay."""
        return self.ordered_units if self.received_units is None else self.received_units

    @property
    def minimum_units(self) -> int:
        """The least to order, in units."""
        if self.minimum_unit == "units":
            return self.minimum
        packs = self.minimum if self.minimum_unit == "packs" else _packs_for(self.tiers, self.minimum)
        return packs * self.pack_units

    def pack_cents(self, packs: int) -> int:
        """The price of a pack without VAT, if `packs` are ordered."""
        return next(tier.cents for tier in reversed(self.tiers) if tier.from_packs <= max(packs, 1))

    @property
    def agreed_pack_cents(self) -> int:
        """The price of a pack without VAT by the order."""
        return self.pack_cents(-(-self.ordered_units // self.pack_units))

    @property
    def pack_price_cents(self) -> int:
        """The price of a pack without VAT: as billed, or else by the order."""
        return self.agreed_pack_cents if self.billed_pack_cents is None else self.billed_pack_cents

    def net_cents(self, *, agreed: bool = False) -> int:
        """The price of the units that came, or were ordered, without VAT; with `agreed` by the order."""
        return self._net(self.units, self.agreed_pack_cents if agreed else self.pack_price_cents)

    def _net(self, units: int, pack_cents: int) -> int:
        """The price of `units` without VAT, rounded half up."""
        return rounded(pack_cents * units, self.pack_units)

    def gross_cents(self, units: int, pack_cents: int) -> int:
        """The price of `units` at the price of a pack, with VAT; each rounded half up."""
        net = self._net(units, pack_cents)
        return net + half_up(net, self.vat_basis_points)

    def reserve_cents(self, units: int) -> int:
        """The highest cost of `units`, with VAT and without delivery."""
        return self.gross_cents(units, max(tier.cents for tier in self.tiers))

    def least(self, packs: int) -> "Article":
        """The article with `packs` ordered, or its minimum if that is more."""
        return replace(self, ordered_units=max(packs * self.pack_units, self.minimum_units))

    def on(self, day: date) -> "Article":
        """The article with the VAT rate of the day on which it came, or of `day`. Wet OB 1968 art. 13."""
        return replace(self, vat_basis_points=rate_on(self.vat_class, self.received_on or day))


@dataclass(frozen=True)
class StandingArticle(Article):
    """An article with the totals of firm units and tolerance in its wishes; zero once dropped."""

    wished: int = 0
    tolerated: int = 0

    @classmethod
    def of(cls, article: Article, wished: int = 0, tolerated: int = 0) -> "StandingArticle":
        """The article with the total of all wishes."""
        return cls(**vars(article), wished=wished * (not article.dropped), tolerated=tolerated * (not article.dropped))

    @property
    def packs(self) -> int:
        """The packs to order now."""
        return self._demand.packs

    @property
    def missing(self) -> int:
        """The units that fill a pack or reach the minimum."""
        return self._demand.missing

    @property
    def _demand(self) -> Demand:
        return Demand(self.wished, self.tolerated, self.pack_units, 0 if self.dropped else self.minimum_units)


def _packs_for(tiers: Sequence[Tier], cents: int) -> int:
    """The fewest packs that cost `cents` or more."""
    found = 0
    for tier, following in zip(tiers, (*tiers[1:], None), strict=True):
        found = max(tier.from_packs, -(-cents // tier.cents))
        if following is None or found < following.from_packs:
            break
    return found


def the_minimum(stated: Mapping[MinimumUnit, int | None]) -> tuple[MinimumUnit, int]:
    """The unit of the smallest order, and its number. Raises RuleRefused for several units."""
    named = [(unit, least) for unit, least in stated.items() if least is not None]
    if len(named) > 1:
        raise RuleRefused(rule="one_minimum", value=str(len(named)))
    return named[0] if named else ("packs", 0)


def bill_article(article: Article, pack_cents: int, *, by: UUID, reason: str) -> Article:
    """The article at the price of a pack that the supplier bills; the price of the order takes that back.

    Raises ReasonNeeded.
    """
    if not reason:
        raise ReasonNeeded(verb="price_article")
    if pack_cents == article.agreed_pack_cents:
        return replace(article, billed_pack_cents=None, price_reason=reason, priced_by=None)
    return replace(article, billed_pack_cents=pack_cents, price_reason=reason, priced_by=by)


def check_article(article: Article) -> Article:
    """Returns the article.

    Raises RuleRefused for tiers that do not start at one pack and rise, for VAT that the buyer declares itself, and for
    the margin scheme: a price under it has no VAT on top, and none to share. Wet OB 1968 art. 28b.
    """
    if article.vat_class in DECLARED_BY_BUYER:
        raise RuleRefused(rule="supplier_charges_vat", value=article.vat_class)
    if article.vat_class is VatClass.MARGIN:
        raise RuleRefused(rule="no_margin_in_purchase", value=article.vat_class)
    steps = [tier.from_packs for tier in article.tiers]
    if steps[:1] != [1] or steps != sorted(set(steps)):
        raise RuleRefused(rule="tiers_start_at_one_and_rise", value=steps)
    return article
