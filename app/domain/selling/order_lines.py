"""Lines of orders: a snapshot of an offering at a buyer's price, with its part of the order's VAT."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.errors import NotOrderable, RuleRefused
from app.domain.market.offerings import Offering, OfferingKind, OfferingState, PriceUnit
from app.domain.selling.prices import MINUTES, LinePrice, UnitPrice, cents_of_units
from app.domain.vat import PriceBasis, VatClass, margin_vat, rate_on


@dataclass(frozen=True)
class Units:
    """The amount ordered of an offering: whole units, or the `minutes` of an hourly price, whose begun hours count."""

    quantity: int
    minutes: int | None = None

    @classmethod
    def of_minutes(cls, minutes: int) -> "Units":
        """So many minutes."""
        return cls(-(-minutes // MINUTES), minutes)

    @property
    def in_minutes(self) -> int:
        """The minutes, if a unit is an hour."""
        return self.quantity * MINUTES if self.minutes is None else self.minutes


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """A snapshot of an offering: edition, title, unit price and VAT rate (basis points) at the moment of the order.

    `basis` says whether VAT is inside the unit price. Net and VAT are those of the whole order, shared over its lines.
    A line that was agreed for an assignment has no offering; on the customer's order it has no member either.
    """

    id: UUID
    order_id: UUID
    offering_id: UUID | None
    edition: int
    member_id: UUID | None
    title: str
    price_unit: str
    quantity: int
    unit_price_cents: int
    vat_class: VatClass
    vat_basis_points: int
    counts_stock: bool
    goods: bool = False
    """Whether it sells goods, not a service: the books tell their revenue apart."""
    purchase_cents: int | None = None
    """The cost of a unit, under the margin scheme."""
    minutes: int | None = None
    """The minutes of an hourly price; its `quantity` counts the hours begun."""
    basis: PriceBasis = PriceBasis.EXCL
    net_cents: int = 0
    vat_cents: int = 0
    gross_cents: int = 0
    reversed_basis_points: int = 0
    """The rate at which a cooperative that is charged for it declares its VAT itself."""
    credited_net_cents: int = 0
    """What was credited of it so far: without VAT, of VAT, and in units that came back."""
    credited_vat_cents: int = 0
    credited_quantity: int = 0
    terms: int = 1
    replaces: tuple[UUID, ...] = ()
    """The lines that it replaces since the VAT of the day of supply was another, oldest first."""
    kept_net_cents: int = 0
    """What was credited before: it keeps its VAT inside the net and the VAT of this line."""
    kept_vat_cents: int = 0
    taxed_as: VatClass | None = None
    """Under the small-business scheme: its class without the scheme, and what it cost then."""
    taxed_purchase_cents: int | None = None

    @property
    def net_left_cents(self) -> int:
        return self.net_cents - self.credited_net_cents

    @property
    def vat_left_cents(self) -> int:
        return self.vat_cents - self.credited_vat_cents

    @property
    def gross_left_cents(self) -> int:
        return self.net_left_cents + self.vat_left_cents

    @property
    def shows_vat(self) -> bool:
        """Whether VAT is inside the price that the buyer saw."""
        return self.basis is PriceBasis.INCL or self.purchase_cents is not None

    @property
    def hides_vat(self) -> bool:
        """Whether its net price and its VAT would tell what it was bought for."""
        return self.purchase_cents is not None

    def bought_cents(self, back: int) -> int:
        """The purchase price of the units that the customer keeps if `back` more come back, under the margin scheme."""
        return (self.purchase_cents or 0) * (self.quantity - self.credited_quantity - back)

    @property
    def price(self) -> LinePrice:
        """The line before its VAT is known."""
        cents = cents_of_units(self.unit_price_cents, self.quantity, self.minutes)
        vat = None
        if self.purchase_cents is not None:
            margin = cents - cents_of_units(self.purchase_cents, self.quantity, self.minutes)
            vat = margin_vat(margin, self.vat_basis_points)
        return LinePrice(basis=self.basis, cents=cents, basis_points=self.vat_basis_points, margin_vat_cents=vat)


def line_of(
    offering: Offering,
    units: Units,
    price: UnitPrice,
    *,
    id: UUID,  # noqa: A002  the field's name
    order_id: UUID,
    day: date,
) -> OrderLine:
    """The snapshot of an offering, at a buyer's price. `totals` gives it net and VAT.

    Raises NotOrderable unless it is published, RuleRefused for minutes of another price than an hourly one.
    """
    if offering.state is not OfferingState.PUBLISHED:
        raise NotOrderable(title=offering.title, state=offering.state)
    hourly = offering.price_unit is PriceUnit.HOUR
    vat_class = VatClass.REVERSE_CHARGED if price.reverse_charged else offering.vat_class
    if units.minutes is not None and not hourly:
        raise RuleRefused(rule="minutes_are_of_an_hourly_price", value=offering.title)
    return OrderLine(
        id=id,
        order_id=order_id,
        offering_id=offering.id,
        edition=offering.edition,
        member_id=offering.member_id,
        title=offering.title,
        price_unit=offering.price_unit,
        quantity=units.quantity,
        minutes=units.in_minutes if hourly else None,
        unit_price_cents=price.cents,
        basis=price.basis,
        vat_class=vat_class,
        vat_basis_points=rate_on(vat_class, day),
        counts_stock=offering.stock is not None,
        goods=offering.kind is not OfferingKind.SERVICE,
        purchase_cents=offering.purchase_cents,
    )
