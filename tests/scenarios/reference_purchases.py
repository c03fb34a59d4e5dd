"""The reference of a joint purchase of two cooperatives: who gets what, and who pays what of the supplier's bill."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.scenarios.reference import half_up, largest_remainder
from tests.world import Json


def vat_on(net: int, percent: int) -> int:
    return half_up(Fraction(net * percent, 100))


def vat_inside(gross: int, percent: int) -> int:
    return half_up(Fraction(gross * percent, 100 + percent))


@dataclass(kw_only=True)
class Article:
    """An article of so many units a pack; `price` of a pack is without VAT, and `billed` is what it is really."""

    percent: int
    pack: int
    price: int
    units: int = 0
    billed: int | None = None

    def net(self, units: int, *, agreed: bool) -> int:
        price = self.price if agreed or self.billed is None else self.billed
        return half_up(Fraction(price * units, self.pack))


@dataclass(kw_only=True)
class Wish:
    """The wish of a cooperative: its member's, from the pot, or its own, from its fund."""

    place: int
    of_member: bool
    article: int
    quantity: int
    units: int = 0
    reserved: int = 0
    charged: int = 0

    @property
    def payer(self) -> str:
        return "pot" if self.of_member else "cooperative_fund"


@dataclass(frozen=True)
class Rate:
    """What the supplier bills at one rate, with VAT."""

    percent: int
    goods: int
    delivery: int
    discount: int

    @property
    def gross(self) -> int:
        return self.goods + self.delivery - self.discount

    @property
    def vat(self) -> int:
        return vat_inside(self.gross, self.percent)


@dataclass(kw_only=True)
class Purchase:
    """A purchase that is ordered; once it is settled everybody paid. Cooperatives are named by their numbers."""

    asked: Json
    """As the API answered."""
    lead: int
    deductible: bool
    """Whether the lead deducts the VAT of the bill, shares the net and charges its partner VAT."""
    rule: str
    delivery: int
    delivery_by: str
    discount: int
    articles: list[Article]
    wishes: list[Wish] = field(default_factory=list)
    settled: bool = False
    left: int = 0
    risen: int = 0

    def reservation(self, wish: Wish) -> int:
        """The price of all that is wished, with VAT."""
        article = self.articles[wish.article]
        net = article.net(wish.quantity, agreed=True)
        return net + vat_on(net, article.percent)

    def close(self) -> None:
        """Whole packs of what is wished are ordered; what is reserved above their price is released."""
        for number, article in enumerate(self.articles):
            wished = sum(wish.quantity for wish in self.wishes if wish.article == number)
            self._came(number, wished // article.pack * article.pack)
        for wish, cents in zip(self.wishes, self._shared(agreed=True)[0], strict=True):
            wish.reserved = min(wish.reserved, cents)

    def receive(self, units: Sequence[int]) -> None:
        for number, came in enumerate(units):
            self._came(number, came)

    def settle(self) -> int:
        """Everybody pays what came at its real price, at most what was reserved or agreed. Returns the bill's total."""
        found, self.left = self._shared(agreed=False)
        most, _ = self._shared(agreed=True)
        priced = any(article.billed is not None for article in self.articles)
        for wish, cents, agreed in zip(self.wishes, found, most, strict=True):
            wish.charged = min(cents, max(wish.reserved, agreed)) if priced else cents
            self.risen += cents - wish.charged
            wish.reserved = 0
        self.settled = True
        return self.total

    @property
    def total(self) -> int:
        return sum(rate.gross for rate in self._rates(agreed=False))

    def kept(self, place: int) -> list[tuple[int, int]]:
        """Nobody earns by it."""
        return []

    def books(self, place: int) -> dict[str, int]:
        """Its balances in the books of a cooperative."""
        found: dict[str, int] = defaultdict(int)
        for wish in self.wishes:
            if wish.place == place:
                found[wish.payer] -= wish.reserved + wish.charged
                found["reserved"] += wish.reserved
        if not self.settled:
            return found
        partner = 1 - self.lead
        owed = sum(wish.charged for wish in self.wishes if wish.place == partner)
        charged = sum(vat_on(net, percent) for percent, net in self._charged_to(partner).items())
        if place == partner:
            found["payable_cooperative"] += owed + charged
            found["vat"] -= charged
        else:
            found["bank"] += self.total
            found["receivable_cooperative"] -= owed + charged
            found["cooperative_fund"] -= self.left + self.risen
            found["vat"] += charged - self._deducted
        return found

    @property
    def _deducted(self) -> int:
        return sum(rate.vat for rate in self._rates(agreed=False)) if self.deductible else 0

    def _charged_to(self, place: int) -> dict[int, int]:
        """What the lead charges VAT on, by rate."""
        bases: dict[int, int] = defaultdict(int)
        for wish in self.wishes:
            if wish.place == place and self.deductible:
                bases[self.articles[wish.article].percent] += wish.charged
        return bases

    def _came(self, number: int, units: int) -> None:
        """Shares the units of an article out; what nobody asked for is the lead's."""
        mine = [wish for wish in self.wishes if wish.article == number]
        asked = [wish.quantity for wish in mine]
        there = min(units, sum(asked))
        got = largest_remainder(there, asked)
        if self.rule == "first_come":
            got = [min(wanted, max(there - sum(asked[:n]), 0)) for n, wanted in enumerate(asked)]
        for wish, share in zip(mine, got, strict=True):
            wish.units = share
        self.articles[number].units = units

    def _rates(self, *, agreed: bool) -> list[Rate]:
        """The bill: VAT on the goods of each rate; delivery and discount have the rates of the goods."""
        nets: dict[int, int] = defaultdict(int)
        for article in self.articles:
            nets[article.percent] += article.net(article.units, agreed=agreed)
        percents = sorted(nets)
        goods = [nets[percent] + vat_on(nets[percent], percent) for percent in percents]
        delivery, discount = largest_remainder(self.delivery, goods), largest_remainder(self.discount, goods)
        return [Rate(*one) for one in zip(percents, goods, delivery, discount, strict=True)]

    def _costs(self, *, agreed: bool) -> tuple[list[int], int, int]:
        """What is shared out: of each article, of delivery, and the discount; without the VAT that is deducted."""
        goods, delivery, discount = [0] * len(self.articles), 0, 0
        for rate in self._rates(agreed=agreed):
            off, brought, of_goods = rate.discount, rate.delivery, rate.goods
            if self.deductible:
                off -= vat_inside(off, rate.percent)
                brought -= vat_inside(brought, rate.percent)
                of_goods = rate.gross - rate.vat - brought + off
            delivery, discount = delivery + brought, discount + off
            mine = [number for number, article in enumerate(self.articles) if article.percent == rate.percent]
            nets = [self.articles[number].net(self.articles[number].units, agreed=agreed) for number in mine]
            for number, cents in zip(mine, largest_remainder(of_goods, nets), strict=True):
                goods[number] = cents
        return goods, delivery, discount

    def _shared(self, *, agreed: bool) -> tuple[list[int], int]:
        """The cents of each wish, and those of the units that nobody asked for."""
        goods, delivery, discount = self._costs(agreed=agreed)
        of_wish, left = [0] * len(self.wishes), 0
        for number, article in enumerate(self.articles):
            mine = [n for n, wish in enumerate(self.wishes) if wish.article == number]
            got = [self.wishes[n].units for n in mine]
            *shares, over = largest_remainder(goods[number], [*got, article.units - sum(got)])
            left += over
            for n, cents in zip(mine, shares, strict=True):
                of_wish[n] = cents
        brought_to = largest_remainder(delivery, self._delivery_weights(of_wish))
        *offs, left_off = largest_remainder(discount, [*of_wish, left])
        found = [cents + brought - off for cents, brought, off in zip(of_wish, brought_to, offs, strict=True)]
        return found, left - left_off

    def _delivery_weights(self, goods: list[int]) -> list[int]:
        """By units, by price, or one for everybody who got something."""
        if self.delivery_by == "head":
            who = [(wish.place, wish.of_member) if wish.units else None for wish in self.wishes]
            return [1 if one and one not in who[:n] else 0 for n, one in enumerate(who)]
        return goods if self.delivery_by == "price" else [wish.units for wish in self.wishes]
