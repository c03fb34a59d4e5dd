"""What an order costs: the price of a unit as each buyer pays it, and VAT per rate and basis on the sum of lines.

A consumer pays quantity × the unit price with VAT, as the catalogue shows it. Companies and public bodies pay by the
offering's own basis.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.domain.errors import PriceChanged, RuleRefused
from app.domain.market.offerings import Offering, OfferingKind
from app.domain.money import WHOLE, half_up, in_whole_cents, rounded, share_out
from app.domain.selling.customers import BuyerType
from app.domain.small_business import Spell, without_vat
from app.domain.vat import OF_WORK, PriceBasis, VatClass, inside, rate_on

MINUTES = 60
"""The minutes of an hour, for which an hourly price is."""


@dataclass(frozen=True, kw_only=True)
class UnitPrice:
    """The price of a unit as one buyer pays it."""

    basis: PriceBasis
    cents: int
    reverse_charged: bool = False
    """Whether the buyer declares the VAT, of work that others get with VAT."""


@dataclass(frozen=True, kw_only=True)
class PriceTerms:
    """What decides the price of a unit beside the offering: who buys, on which day, and when it has no VAT."""

    buyer: BuyerType
    day: date
    spells: tuple[Spell, ...] = ()
    """The spells of the small-business scheme of the seller."""

    def unit_price(self, offering: Offering, *, reverse_charged: bool = False) -> UnitPrice:
        """The price of a unit. Second-hand goods under the margin scheme have one price for everybody.

        With `reverse_charged` the buyer declares the VAT of this work: the price is the one without VAT. Raises
        RuleRefused for anything but work on buildings or land.
        """
        if reverse_charged:
            return self._reverse_charged(offering)
        if self.buyer is BuyerType.CONSUMER:
            return UnitPrice(basis=PriceBasis.INCL, cents=offering.consumer_price_cents)
        return UnitPrice(basis=offering.price_basis, cents=offering.price_cents)

    def _reverse_charged(self, offering: Offering) -> UnitPrice:
        """The price of a unit without VAT. Under the small-business scheme no VAT is inside it."""
        works = offering.vat_class in OF_WORK or offering.vat_class is VatClass.REVERSE_CHARGED
        if offering.kind is not OfferingKind.SERVICE or not works:
            raise RuleRefused(rule="reverse_charge_is_for_work", value=offering.title)
        cents = offering.price_cents
        if offering.price_basis is PriceBasis.INCL and not without_vat(self.spells, self.day):
            cents -= inside(cents, rate_on(offering.vat_class, self.day))
        return UnitPrice(basis=PriceBasis.EXCL, cents=cents, reverse_charged=True)

    def check_seen(self, agreed: Offering, seen: Offering | None, *, reverse_charged: bool = False) -> None:
        """Checks that a buyer pays the price that they saw. Raises PriceChanged with this buyer's present price."""
        unit = self.unit_price(agreed, reverse_charged=reverse_charged)
        if seen is not None:
            before = self.unit_price(seen, reverse_charged=reverse_charged)
            if self._compared(seen, before) == self._compared(agreed, unit):
                return
        without = {"how": "without_vat"} if unit.basis is PriceBasis.EXCL else {}
        raise PriceChanged(title=agreed.title, price_cents=unit.cents, **without)

    def _compared(self, offering: Offering, unit: UnitPrice) -> tuple[object, ...]:
        """The figures that a buyer compares: the price and its unit; for a buyer who pays VAT on top also the rate."""
        pays_on_top = unit.basis is PriceBasis.EXCL and not unit.reverse_charged
        return unit, offering.price_unit, rate_on(offering.vat_class, self.day) if pays_on_top else None


@dataclass(frozen=True, kw_only=True)
class LinePrice:
    """A line before its VAT is known: `cents` in its basis; below zero for a discount.

    Under the margin scheme `margin_vat_cents` is the VAT inside its margin.
    """

    basis: PriceBasis
    cents: int
    basis_points: int
    margin_vat_cents: int | None = None


@dataclass(frozen=True)
class Amounts:
    """A line without VAT, and its VAT."""

    net_cents: int
    vat_cents: int

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


@dataclass(frozen=True, kw_only=True)
class VatGroup:
    """The lines of an order of one class, rate and basis."""

    vat_class: VatClass
    basis_points: int
    basis: PriceBasis
    net_cents: int
    vat_cents: int
    gross_cents: int
    hides_vat: bool = False
    """Whether net and VAT would tell what second-hand goods were bought for."""


def cents_of_units(unit_cents: int, quantity: int, minutes: int | None) -> int:
    """The price of `quantity` units; of an hourly price that of its minutes, rounded half up."""
    return quantity * unit_cents if minutes is None else rounded(minutes * unit_cents, MINUTES)


def priced(lines: Sequence[LinePrice]) -> list[Amounts]:
    """Net and VAT of each line, in their order.

    VAT is computed per rate and basis on the sum of its lines, half up, and shared over them by largest remainder. A
    margin line keeps the VAT inside its own margin.
    """
    found = {
        number: Amounts(line.cents - line.margin_vat_cents, line.margin_vat_cents)
        for number, line in enumerate(lines)
        if line.margin_vat_cents is not None
    }
    others = sorted((number for number in range(len(lines)) if number not in found), key=lambda n: _rate(lines[n]))
    for (basis, basis_points), group in groupby(others, key=lambda n: _rate(lines[n])):
        numbers = list(group)
        split = _including if basis is PriceBasis.INCL else _excluding
        found |= zip(numbers, split([lines[n].cents for n in numbers], basis_points), strict=True)
    return [found[number] for number in range(len(lines))]


def _rate(line: LinePrice) -> tuple[PriceBasis, int]:
    return line.basis, line.basis_points


def _including(gross: Sequence[int], basis_points: int) -> list[Amounts]:
    """Lines whose VAT is inside: the net of all is shared over them."""
    whole = sum(gross)
    nets = _shares(whole - inside(whole, basis_points), gross, WHOLE, WHOLE + basis_points)
    return [Amounts(net, cents - net) for net, cents in zip(nets, gross, strict=True)]


def _excluding(nets: Sequence[int], basis_points: int) -> list[Amounts]:
    """Lines to which VAT is added: the VAT of all is shared over them."""
    vat = _shares(half_up(sum(nets), basis_points), nets, basis_points, WHOLE)
    return [Amounts(net, cents) for net, cents in zip(nets, vat, strict=True)]


def _shares(total: int, lines: Sequence[int], part: int, whole: int) -> list[int]:
    """`total` over the lines. If a discount takes all of them, there is nothing to share: then each by its own rate."""
    return share_out(total, lines) if sum(lines) else in_whole_cents([cents * part for cents in lines], whole)
