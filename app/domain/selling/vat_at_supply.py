"""The VAT of an order by the day of its supply: the dated rates, and the small-business scheme.

An order shows the VAT of the day on which it is needed. If the day of supply has another, the order gets new lines: a
price with VAT inside keeps its gross, a price without VAT its net. Earlier credits keep their VAT.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from app.domain.days import day_of
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import Order, totals
from app.domain.selling.prices import Amounts, LinePrice, priced
from app.domain.vat import PriceBasis, VatClass, margin_vat, rate_on


def supply_day(today: date, needed_at: datetime | None) -> date:
    """The day on which an order will be supplied, as far as is known: when it is needed, and not before today."""
    return max(today, day_of(needed_at)) if needed_at is not None else today


def free_of_vat(order: Order) -> Order:
    """The order of a cooperative under the small-business scheme: every line exempt."""
    return totals(replace(order, lines=tuple(_exempted(line) for line in order.lines)))


def counted_cents(order: Order) -> int:
    """What an order adds to the turnover of the small-business scheme: all but what is exempt anyway (art. 11)."""
    return sum(line.net_left_cents for line in order.lines if not _exempt_anyway(line))


def as_supplied(order: Order, day: date, *, free: bool, new_id: Callable[[], UUID]) -> Order:
    """The order with the VAT of the day of supply; `free`: its seller charges none, by the small-business scheme.

    If a line has another class or rate by it, all lines are replaced by new ones, with the next `terms`; else the order
    is returned as it is. Of an order that was credited whole nothing is charged any more.
    """
    lines = [_exempted(line) if free else _taxed(line, day) for line in order.lines]
    if all(map(_same_vat, lines, order.lines)) or order.refunded_cents == order.gross_cents:
        return order
    return _restated(order, lines, new_id)


def current_line(order: Order, line_id: UUID) -> OrderLine | None:
    """The line with this id, or the one that replaced it."""
    return next((line for line in order.lines if line_id == line.id or line_id in line.replaces), None)


def _exempt_anyway(line: OrderLine) -> bool:
    return line.vat_class is VatClass.EXEMPT and line.taxed_as is None


def _exempted(line: OrderLine) -> OrderLine:
    """The line under the small-business scheme; it remembers what it is otherwise."""
    if line.vat_class is VatClass.EXEMPT:
        return line
    return replace(
        line,
        vat_class=VatClass.EXEMPT,
        vat_basis_points=0,
        reversed_basis_points=0,
        purchase_cents=None,
        taxed_as=line.vat_class,
        taxed_purchase_cents=line.purchase_cents,
    )


def _taxed(line: OrderLine, day: date) -> OrderLine:
    """The line with the rate of a day, without the small-business scheme."""
    if line.taxed_as is None:
        return replace(line, vat_basis_points=rate_on(line.vat_class, day))
    return replace(
        line,
        vat_class=line.taxed_as,
        vat_basis_points=rate_on(line.taxed_as, day),
        purchase_cents=line.taxed_purchase_cents,
        taxed_as=None,
        taxed_purchase_cents=None,
    )


def _same_vat(one: OrderLine, other: OrderLine) -> bool:
    return (one.vat_class, one.vat_basis_points) == (other.vat_class, other.vat_basis_points)


def _restated(order: Order, lines: list[OrderLine], new_id: Callable[[], UUID]) -> Order:
    """The order with new lines of these classes and rates, less what was credited; the credits are added unchanged."""
    amounts = priced([_left(line) for line in lines])
    stated = tuple(_replacing(line, left, new_id()) for line, left in zip(lines, amounts, strict=True))
    net, vat = sum(line.net_cents for line in stated), sum(line.vat_cents for line in stated)
    return replace(
        order,
        lines=stated,
        terms=order.terms + 1,
        net_cents=net,
        vat_cents=vat,
        written_off_cents=min(order.written_off_cents, net + vat - order.refunded_cents),
    )


def _left(line: OrderLine) -> LinePrice:
    """The rest of the price of a line, before its VAT is known."""
    if line.basis is PriceBasis.EXCL:
        return LinePrice(basis=line.basis, cents=line.net_left_cents, basis_points=line.vat_basis_points)
    vat = None
    if line.purchase_cents is not None:
        vat = margin_vat(line.gross_left_cents - line.bought_cents(0), line.vat_basis_points)
    return LinePrice(
        basis=line.basis,
        cents=line.gross_left_cents,
        basis_points=line.vat_basis_points,
        margin_vat_cents=vat,
    )


def _replacing(line: OrderLine, left: Amounts, line_id: UUID) -> OrderLine:
    net, vat = left.net_cents + line.credited_net_cents, left.vat_cents + line.credited_vat_cents
    return replace(
        line,
        id=line_id,
        terms=line.terms + 1,
        replaces=(*line.replaces, line.id),
        net_cents=net,
        vat_cents=vat,
        gross_cents=net + vat,
        kept_net_cents=line.credited_net_cents,
        kept_vat_cents=line.credited_vat_cents,
    )
