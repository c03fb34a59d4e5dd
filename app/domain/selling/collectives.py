"""Collective invoices: one for all orders of a customer that were supplied in a month."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from app.domain.money import half_up
from app.domain.selling.invoice_lines import Invoiced, deposits_off, supply_lines
from app.domain.selling.invoices import InvoiceGroup, InvoiceKind, InvoiceLine, InvoiceSeller, groups_of_lines
from app.domain.selling.invoicing import Draft, buyer_of, has_something, language_for, received
from app.domain.selling.orders import Order

FIRST_DAY = 3
"""The day of the month on which the orders of the last month are invoiced."""
MOST_ORDERS = 100
VAT_TOLERANCE = 1_00
"""So much the VAT of a group may differ from its rate of the sum, in the rules for electronic invoices (BR-CO-17)."""


def due_collectives(orders: Iterable[Order], today: date) -> list[list[UUID]]:
    """The orders of each collective invoice that is due: those of one customer, month and app, at most a hundred.

    Orders of the last month are due from the third on.
    """
    first = today.replace(day=1)
    found: dict[object, list[UUID]] = {}
    for order in orders:
        day = order.work_date
        late = day is not None and (day < first and (today.day >= FIRST_DAY or (day.year, day.month) != _before(first)))
        if day is not None and late and order.billed_monthly and has_something(order):
            key = (order.cooperative_id, order.customer_person_id, order.app_id, order.contact, day.year, day.month)
            found.setdefault(key, []).append(order.id)
    return [ids[at : at + MOST_ORDERS] for ids in found.values() for at in range(0, len(ids), MOST_ORDERS)]


def lines_by_order(orders: Sequence[Order], before: Mapping[UUID, Sequence[Invoiced]]) -> dict[UUID, list[InvoiceLine]]:
    """The lines of each order for one invoice, with its deposits taken off.

    From the first on that makes the VAT of a group differ too much from its rate, they are left for the next invoice.
    """
    found: dict[UUID, list[InvoiceLine]] = {}
    for order in orders:
        lines = [*supply_lines(order), *deposits_off(order, before[order.id])]
        together = groups_of_lines(line for theirs in (*found.values(), lines) for line in theirs)
        if found and any(map(_differs, together)):
            break
        found[order.id] = lines
    return found


def collective_draft(
    orders: Sequence[Order],
    before: Mapping[UUID, Sequence[Invoiced]],
    seller: InvoiceSeller,
    lines: Mapping[UUID, Sequence[InvoiceLine]],
    rf_reference: str,
) -> Draft:
    """One invoice for these orders of a customer, with a payment reference of its own."""
    theirs = [order for order in orders if order.id in lines]
    days = [order.work_date for order in theirs if order.work_date is not None]
    buyer = buyer_of(theirs[0].contact)
    came = sum(received(one, before[one.id], sum(line.gross_cents for line in lines[one.id])) for one in theirs)
    return Draft(
        kind=InvoiceKind.COLLECTIVE,
        seller=seller,
        buyer=buyer,
        order_references=tuple(order.reference for order in theirs),
        lines=tuple(line for order in theirs for line in lines[order.id]),
        rf_reference=rf_reference,
        supplied_from=min(days),
        supplied_until=max(days),
        payment_days=max(order.payment_days or 0 for order in theirs),
        received_cents=came,
        language=language_for(buyer),
    )


def _differs(group: InvoiceGroup) -> bool:
    return abs(half_up(group.net_cents, group.basis_points) - group.vat_cents) >= VAT_TOLERANCE


def _before(first: date) -> tuple[int, int]:
    return (first.year, first.month - 1) if first.month > 1 else (first.year - 1, 12)
