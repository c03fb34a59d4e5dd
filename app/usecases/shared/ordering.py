"""What every order needs, however it is placed: the agreed price, units, a reference, and whether it has VAT."""

import secrets
from dataclasses import replace
from datetime import date

from app.db.engine import Tx
from app.db.market.offerings import edition_of, end_holds, overdue_holds
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.selling.orders import orders, turnover_of_year
from app.domain.days import day_of
from app.domain.errors import SoldOut
from app.domain.market.offerings import Hold, Offering, as_published, shown, take
from app.domain.selling.orders import Order, free_of_vat
from app.domain.selling.prices import PriceTerms
from app.domain.vat import without_vat
from app.usecases.declared.due import order_in_time

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


async def small_business(tx: Tx, order: Order) -> Order:
    """The order, without VAT if its cooperative uses the small-business scheme and the year stays within its limit."""
    cooperative = await cooperatives.get(tx, order.cooperative_id)
    return await small_business_since(tx, order, cooperative.small_business_from)


async def small_business_since(tx: Tx, order: Order, since: date | None) -> Order:
    """The same, if the first day of the scheme is known already."""
    if since is None:
        return order
    await lend_staff_view(tx, order.cooperative_id)
    day = day_of(order.placed_at)
    turnover = await turnover_of_year(tx, order.cooperative_id, day.year)
    free = free_of_vat(order)
    return free if without_vat(since, turnover, free.net_cents, day) else order


async def as_agreed(tx: Tx, offering: Offering, kept: Hold | None, seen: int | None, terms: PriceTerms) -> Offering:
    """The offering at the price of its hold, or else at the present price.

    Raises PriceChanged if this buyer pays another price for the edition that they saw.
    """
    agreed = offering
    if kept is not None:
        held = await _edition(tx, offering, kept.edition, terms)
        agreed = offering if held is None else replace(held, purchase_cents=kept.purchase_cents)
    if seen is not None and seen != agreed.edition:
        terms.check_seen(agreed, await _edition(tx, offering, seen, terms))
    return agreed


async def _edition(tx: Tx, offering: Offering, edition: int, terms: PriceTerms) -> Offering | None:
    """The offering as that edition has it, with what a consumer pays for it today."""
    if edition == offering.edition:
        return offering
    contents = await edition_of(tx, offering.id, edition)
    if contents is None:
        return None
    return shown(as_published(offering, edition, contents), None, terms.day, terms.small_business_from)


async def take_or_free(tx: Tx, offering: Offering, quantity: int) -> Offering:
    """The offering with `quantity` more units held; overdue holds are released first.

    Raises SoldOut, and StepDue for an order that holds units although it should have expired.
    """
    try:
        return take(offering, quantity)
    except SoldOut:
        return take(await without_overdue(tx, offering), quantity)


async def without_overdue(tx: Tx, offering: Offering) -> Offering:
    """The offering after its overdue checkouts are released.

    Raises StepDue for an order that holds units although it should have expired.
    """
    freed = 0
    await lend_staff_view(tx, offering.cooperative_id)
    for hold in await overdue_holds(tx, offering.id):
        if hold.order_id is None:
            freed += await end_holds(tx, hold_id=hold.id, state="expired")
        elif order := await orders.find(tx, id=hold.order_id):
            order_in_time(tx, order)
    return replace(offering, held=offering.held - freed)


def reference() -> str:
    """Eight letters and digits that can be read out over the telephone without mistakes."""
    bits = secrets.randbits(40)
    return "".join(_ALPHABET[bits >> place & 31] for place in range(0, 40, 5))
