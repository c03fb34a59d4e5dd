"""The lines of invoices: what was sold and credited, the deposits, and what a credit note takes off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.domain.market.offerings import PriceUnit
from app.domain.money import share_out
from app.domain.selling.charged import groups_of, revenue_of, shared_over
from app.domain.selling.credits import CreditLine
from app.domain.selling.invoices import (
    GroupKey,
    Invoice,
    InvoiceLine,
    InvoiceOrder,
    LineRole,
    groups_of_lines,
)
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import Order
from app.domain.vat import PriceBasis

UNITS = frozenset(PriceUnit)
LONGEST_TITLE = 180
"""The most characters of a title that stands for several lines."""


@dataclass(frozen=True)
class Invoiced:
    """An invoice that was issued for an order before, with its part of it."""

    invoice: Invoice
    part: InvoiceOrder

    @property
    def sign(self) -> int:
        """-1 for a credit note."""
        return -1 if self.invoice.is_credit_note else 1

    @property
    def gross_cents(self) -> int:
        """The amount that it asks; below zero for a credit note."""
        return self.sign * self.part.gross_cents


def supply_lines(order: Order) -> list[InvoiceLine]:
    """A line for each line of the order, followed by one for the amount that was credited of it so far."""
    found = []
    for line in order.lines:
        found.append(_line(order, line, LineRole.SUPPLY, line.net_cents, line.vat_cents))
        if line.credited_net_cents or line.credited_vat_cents:
            off = _line(order, line, LineRole.CREDITED, line.credited_net_cents, line.credited_vat_cents)
            found.append(_negated(_counted(off, line, line.credited_quantity)))
    return found


def credit_note_lines(order: Order, taken: Sequence[CreditLine]) -> list[InvoiceLine]:
    """A line for each line that a credit lowers, above zero; of a discount it is below zero."""
    found = []
    for off in taken:
        line = next(one for one in order.lines if off.order_line_id in (one.id, *one.replaces))
        shown = _line(order, line, LineRole.CREDITED, off.net_cents, off.vat_cents)
        found.append(_counted(shown, line, off.quantity))
    return found


def deposit_lines(order: Order, before: Iterable[Invoiced], gross_cents: int) -> list[InvoiceLine]:
    """A deposit of `gross_cents` beyond the earlier ones: a line for each class and rate.

    The VAT of all deposits together is the price's VAT in proportion, rounded half up; this one gets the difference.
    """
    had = invoiced(before)
    wanted = _shares_of_price(order, sum(net + vat for net, vat in had.values()) + gross_cents)
    lines = []
    for key in dict.fromkeys([*wanted, *had]):
        (net, vat), (net_before, vat_before) = wanted.get(key, (0, 0)), had.get(key, (0, 0))
        lines.append(_of_group(order, key, net - net_before, vat - vat_before, LineRole.DEPOSIT))
    return [line for line in lines if line.net_cents or line.vat_cents]


def deposits_off(order: Order, before: Iterable[Invoiced]) -> list[InvoiceLine]:
    """The deposits that were invoiced, taken off: a line for each invoice and rate. Their credit notes come back."""
    return [
        replace(line, deposit_number=one.invoice.number)
        for one in before
        for line in _lines_of_part(order, one.part, LineRole.DEPOSIT_OFF, -one.sign)
    ]


def excess_lines(order: Order, before: Iterable[Invoiced]) -> list[InvoiceLine]:
    """The amounts invoiced beyond the rest of the price, for a credit note: a line for each class and rate."""
    left = left_of(order)
    lines = []
    for key, (net, vat) in invoiced(before).items():
        left_net, left_vat = left.get(key, (0, 0))
        if net + vat > left_net + left_vat:
            lines.append(_of_group(order, key, net - left_net, vat - left_vat, LineRole.CREDITED))
    return lines


def all_back_lines(order: Order, before: Iterable[Invoiced]) -> list[InvoiceLine]:
    """All that was invoiced, for the credit note of an order that is not charged any more: a line for each rate."""
    return [
        _of_group(order, key, net, vat, LineRole.CREDITED) for key, (net, vat) in invoiced(before).items() if net or vat
    ]


def invoiced(before: Iterable[Invoiced]) -> dict[GroupKey, tuple[int, int]]:
    """Net and VAT in cents that were invoiced for an order, less its credit notes, by group."""
    sums: dict[GroupKey, tuple[int, int]] = {}
    for one in before:
        for group in one.part.groups:
            net, vat = sums.get(group.key, (0, 0))
            sums[group.key] = net + one.sign * group.net_cents, vat + one.sign * group.vat_cents
    return sums


def left_of(order: Order) -> dict[GroupKey, tuple[int, int]]:
    """Net and VAT in cents that are left of the price of an order, as its invoice shows them, by group."""
    return {one.key: (one.net_cents, one.vat_cents) for one in groups_of_lines(supply_lines(order))}


def _shares_of_price(order: Order, gross_cents: int) -> dict[GroupKey, tuple[int, int]]:
    """Net and VAT in cents of so much of the price, by group; the books share it in the same way (`charged.py`)."""
    sums: dict[GroupKey, tuple[int, int]] = {}
    for part in shared_over(groups_of(order), gross_cents):
        lines = [
            one for one in order.lines if (revenue_of(one), one.vat_basis_points) == (part.category, part.basis_points)
        ]
        grosses = share_out(part.gross_cents, [line.gross_left_cents for line in lines])
        taxes = share_out(part.vat_cents, [line.vat_left_cents for line in lines])
        for line, gross, tax in zip(lines, grosses, taxes, strict=True):
            shown = _line(order, line, LineRole.DEPOSIT, gross - tax, tax)
            net, vat = sums.get(shown.key, (0, 0))
            sums[shown.key] = net + shown.net_cents, vat + shown.vat_cents
    return sums


def negated(lines: Iterable[InvoiceLine]) -> list[InvoiceLine]:
    """The lines with the other sign."""
    return [_negated(line) for line in lines]


def _line(order: Order, line: OrderLine, role: LineRole, net_cents: int, vat_cents: int) -> InvoiceLine:
    """A line of the order with these amounts. Under the margin scheme all of it stands as net, without a rate."""
    hides = line.hides_vat
    gross = net_cents + vat_cents
    return InvoiceLine(
        role=role,
        title=line.title,
        quantity=line.quantity,
        minutes=line.minutes,
        unit=line.price_unit if line.price_unit in UNITS else PriceUnit.PIECE,
        unit_price_cents=line.unit_price_cents,
        basis=PriceBasis.INCL if hides else line.basis,
        net_cents=gross if hides else net_cents,
        vat_cents=0 if hides else vat_cents,
        gross_cents=gross,
        vat_class=line.vat_class,
        basis_points=0 if hides else line.vat_basis_points,
        small_business=line.taxed_as is not None,
        goods=line.goods,
        order_reference=order.reference,
        supplied_on=order.work_date,
    )


def _counted(shown: InvoiceLine, line: OrderLine, quantity: int) -> InvoiceLine:
    """A credited line with the units that came back, if their price is what was credited; else it is one amount."""
    cents = shown.gross_cents if shown.basis is PriceBasis.INCL else shown.net_cents
    if quantity and line.minutes is None and quantity * line.unit_price_cents == cents:
        return replace(shown, quantity=quantity)
    if cents == line.quantity * line.unit_price_cents and line.minutes is None:
        return shown
    sign = -1 if cents < 0 else 1
    return replace(shown, quantity=sign, minutes=None, unit=PriceUnit.PIECE, unit_price_cents=abs(cents))


def _negated(line: InvoiceLine) -> InvoiceLine:
    return replace(
        line,
        quantity=-line.quantity,
        minutes=-line.minutes if line.minutes is not None else None,
        net_cents=-line.net_cents,
        vat_cents=-line.vat_cents,
        gross_cents=-line.gross_cents,
    )


def _of_group(order: Order, key: GroupKey, net_cents: int, vat_cents: int, role: LineRole) -> InvoiceLine:
    """A line for the part of a group. Its price is without VAT, and above zero."""
    return InvoiceLine(
        role=role,
        title=_titles(order, key),
        quantity=-1 if net_cents < 0 else 1,
        unit=PriceUnit.PIECE,
        unit_price_cents=abs(net_cents),
        basis=PriceBasis.EXCL,
        net_cents=net_cents,
        vat_cents=vat_cents,
        gross_cents=net_cents + vat_cents,
        **key._asdict(),
        order_reference=order.reference,
    )


def _titles(order: Order, key: GroupKey) -> str:
    """The titles of the lines of a group; of all lines, if none has its rate any more."""
    shown = [
        (_line(order, line, LineRole.SUPPLY, line.net_cents, line.vat_cents).key, line.title) for line in order.lines
    ]
    titles = [title for group, title in shown if group == key] or [title for _, title in shown]
    text = ", ".join(dict.fromkeys(titles))
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"


def _lines_of_part(order: Order, part: InvoiceOrder, role: LineRole, sign: int) -> list[InvoiceLine]:
    return [_of_group(order, one.key, sign * one.net_cents, sign * one.vat_cents, role) for one in part.groups]
