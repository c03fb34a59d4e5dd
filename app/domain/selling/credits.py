"""Credits: what is taken off the price of an order, line by line. The VAT back is that before less that after.

A credit of a line that is credited whole takes exactly what is left of it, so the last one ends at zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from app.domain.errors import MoreThanLeft, NotFound, NothingOpen, RuleRefused
from app.domain.money import half_up, proportion, share_out
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import CALLED_OFF, Order
from app.domain.selling.prices import MINUTES
from app.domain.selling.vat_at_supply import current_line
from app.domain.vat import inside, margin_vat


@dataclass(frozen=True, kw_only=True)
class CreditLine:
    """The part of a credit that comes off a line, in cents without and of VAT."""

    credit_id: UUID
    order_line_id: UUID
    order_id: UUID
    net_cents: int
    vat_cents: int
    quantity: int = 0
    """The units that came back; 0 if only an amount was taken off."""
    hides_vat: bool = False
    """Whether net and VAT would tell what second-hand goods were bought for."""

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


@dataclass(frozen=True, kw_only=True)
class Credit:
    """A part of the price of an order that is not charged any more, on `day`."""

    id: UUID
    order_id: UUID
    cooperative_id: UUID
    net_cents: int
    vat_cents: int
    day: date
    reason: str
    credited_by: UUID
    credited_at: datetime
    lines: tuple[CreditLine, ...] = ()
    part_of: UUID | None = None
    """The customer's credit, of which this one lowers a partner's charge."""
    reversed_on: date | None = None
    version: int = 1

    @property
    def hides_vat(self) -> bool:
        return any(line.hides_vat for line in self.lines)

    @property
    def opened(self) -> "Credit":
        """The credit for the staff of the seller, which may know what is inside a margin."""
        return replace(self, lines=tuple(replace(line, hides_vat=False) for line in self.lines))

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


@dataclass(frozen=True)
class Off:
    """The amount taken off a line: cents with VAT, or `without_vat` for a line whose price has none inside."""

    cents: int
    without_vat: bool = False
    quantity: int = 0
    """The units that came back, if that was said."""


@dataclass(frozen=True)
class Wanted:
    """The wanted credit of a line: a number of units, or an amount as the line shows its price."""

    order_line_id: UUID
    quantity: int | None = None
    cents: int | None = None


def left_of(order: Order) -> int:
    """What can be credited: the price less earlier credits; of an order that is called off nothing."""
    return 0 if order.state in CALLED_OFF else order.gross_cents - order.refunded_cents


def amount_off(order: Order, cents: int | None) -> dict[UUID, Off]:
    """An amount with VAT (all that is left if it is missing) by line: largest remainder over what is left of each.

    Raises NothingOpen, MoreThanLeft with what is left.
    """
    lefts = {line.id: line.gross_left_cents for line in order.lines}
    left = left_of(order)
    if not left:
        raise NothingOpen
    wanted = left if cents is None else cents
    if wanted > left:
        raise MoreThanLeft(left_cents=left)
    shares = share_out(wanted, list(lefts.values()))
    return {line_id: Off(share) for line_id, share in zip(lefts, shares, strict=True) if share}


def lines_off(order: Order, wanted: Sequence[Wanted]) -> dict[UUID, Off]:
    """What these units or amounts take off each line.

    Raises NotFound for a line of another order, RuleRefused for a line named twice, NothingOpen, MoreThanLeft with
    what is left of the line.
    """
    named = [(current_line(order, one.order_line_id), one) for one in wanted]
    if len({line.id if line else one.order_line_id for line, one in named}) < len(wanted):
        raise RuleRefused(rule="each_line_once", value=str(len(wanted)))
    if not left_of(order):
        raise NothingOpen
    off = {}
    for line, one in named:
        if line is None:
            raise NotFound
        off[line.id] = _off(line, one)
    return off


def credit_lines(credit_id: UUID, order: Order, off: Mapping[UUID, Off]) -> tuple[CreditLine, ...]:
    """The net amount and VAT of what is taken off each line.

    VAT back is counted for all lines of a class, rate and basis together: the VAT of what was left of them, less that
    of what is left after. A line of which nothing is left gives exactly what it had.
    """
    groups: dict[object, list[OrderLine]] = {}
    for line in order.lines:
        groups.setdefault((line.vat_class, line.vat_basis_points, line.basis), []).append(line)
    return tuple(
        CreditLine(
            credit_id=credit_id,
            order_line_id=line.id,
            order_id=order.id,
            net_cents=off[line.id].cents - (0 if off[line.id].without_vat else vat),
            vat_cents=vat,
            quantity=off[line.id].quantity,
            hides_vat=line.hides_vat,
        )
        for lines in groups.values()
        for line, vat in _vat_off(lines, {line.id: off[line.id] for line in lines if line.id in off})
    )


def credited(order: Order, lines: Sequence[CreditLine]) -> Order:
    """The order after a credit. It lowers what was written off first."""
    gross = sum(line.gross_cents for line in lines)
    return replace(
        order,
        lines=_with_credit(order, lines, 1),
        refunded_cents=order.refunded_cents + gross,
        written_off_cents=max(0, order.written_off_cents - gross),
    )


def of_other_vat(order: Order, credit: Credit) -> bool:
    """Whether a credit lowered lines that other lines replaced since, as VAT was another on the day of supply."""
    lines = {line.id for line in order.lines}
    return any(line.order_line_id not in lines for line in credit.lines)


def uncredited(order: Order, credit: Credit) -> Order:
    """The order without a credit."""
    return replace(
        order,
        lines=_with_credit(order, credit.lines, -1),
        refunded_cents=order.refunded_cents - credit.gross_cents,
    )


def _with_credit(order: Order, taken: Sequence[CreditLine], sign: int) -> tuple[OrderLine, ...]:
    """The lines of an order with what a credit takes off them (`sign` 1), or without it (-1)."""
    by_line = {line.order_line_id: line for line in taken}
    return tuple(
        replace(
            line,
            credited_net_cents=line.credited_net_cents + sign * by_line[line.id].net_cents,
            credited_vat_cents=line.credited_vat_cents + sign * by_line[line.id].vat_cents,
            credited_quantity=line.credited_quantity + sign * by_line[line.id].quantity,
        )
        if line.id in by_line
        else line
        for line in order.lines
    )


def _off(line: OrderLine, wanted: Wanted) -> Off:
    """The wanted amount of a line, as its price shows it; all of its units take all that is left.

    Raises MoreThanLeft, and RuleRefused for a number of units of a line that has begun hours.
    """
    without_vat = not line.shows_vat
    price = line.net_cents if without_vat else line.gross_cents
    left = line.net_left_cents if without_vat else line.gross_left_cents
    units_left = line.quantity - line.credited_quantity
    begun = line.minutes is not None and line.minutes != line.quantity * MINUTES
    if begun and wanted.quantity not in (None, units_left):
        raise RuleRefused(rule="amount_of_minutes", value=line.title)
    if wanted.quantity is None:
        cents = wanted.cents or 0
    elif wanted.quantity == units_left:
        cents = left
    else:
        cents = min(proportion(price, wanted.quantity, line.quantity), left)
    if cents > left or (wanted.quantity or 0) > units_left:
        raise MoreThanLeft(left_cents=left)
    return Off(cents, without_vat, wanted.quantity or 0)


def _left(line: OrderLine, off: Off | None) -> int:
    """The rest of a line after a credit, in the same terms."""
    if off is None:
        return line.gross_left_cents
    return (line.net_left_cents if off.without_vat else line.gross_left_cents) - off.cents


def _vat_off(lines: Sequence[OrderLine], off: Mapping[UUID, Off]) -> list[tuple[OrderLine, int]]:
    """Each line of a class, rate and basis that gives something, with the VAT in it."""
    giving = [line for line in lines if line.id in off]
    found = {line.id: line.vat_left_cents for line in giving if not _left(line, off[line.id])}
    partly = [line for line in giving if line.id not in found]
    if partly:
        there = sum(line.vat_left_cents for line in lines) - sum(found.values())
        room = [_room(line, off[line.id]) for line in partly]
        shares = _within(there - _vat_after(lines, off), [off[line.id].cents for line in partly], room)
        found |= {line.id: share for line, share in zip(partly, shares, strict=True)}
    return [(line, found[line.id]) for line in giving]


def _vat_after(lines: Sequence[OrderLine], off: Mapping[UUID, Off]) -> int:
    """The VAT of what is left of these lines, by the rule of their price."""
    rate = lines[0].vat_basis_points
    if any(one.without_vat for one in off.values()):
        nets = sum(line.net_left_cents - (off[line.id].cents if line.id in off else 0) for line in lines)
        return half_up(nets, rate)
    lefts = [_left(line, off.get(line.id)) for line in lines]
    if lines[0].purchase_cents is not None:
        back = [off[line.id].quantity if line.id in off else 0 for line in lines]
        bought = [line.bought_cents(units) for line, units in zip(lines, back, strict=True)]
        return sum(margin_vat(left - cost, rate) for left, cost in zip(lefts, bought, strict=True))
    if lines[0].shows_vat:
        return inside(sum(lefts), rate)
    return proportion(
        sum(line.vat_cents for line in lines), sum(lefts), sum(line.net_cents + line.vat_cents for line in lines)
    )


def _room(line: OrderLine, off: Off) -> int:
    """The most VAT that a line can give back; of a discount it is below zero."""
    if off.without_vat:
        return line.vat_left_cents
    return max(off.cents, line.vat_left_cents) if off.cents < 0 else min(off.cents, line.vat_left_cents)


def _within(total: int, weights: Sequence[int], room: Sequence[int]) -> list[int]:
    """`total`, as far as there is room, by largest remainder over `weights`; what does not fit goes to the others.

    Each share is between 0 and its room, which is below zero for a discount.
    """
    ends = [(min(0, most), max(0, most)) for most in room]
    total = min(max(total, sum(least for least, _ in ends)), sum(most for _, most in ends))
    shares = share_out(total, weights) if sum(weights) else [0] * len(weights)
    shares = [min(max(share, least), most) for share, (least, most) in zip(shares, ends, strict=True)]
    for place, (least, most) in enumerate(ends):
        shares[place] = min(max(shares[place] + total - sum(shares), least), most)
    return shares
