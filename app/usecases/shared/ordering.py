"""What every order needs, however it is placed: the agreed price, units and a reference."""

import secrets
from collections.abc import Iterable
from dataclasses import replace

from app.db.engine import Tx, uuid7
from app.db.market.offerings import edition_of, end_holds, holds, overdue_holds, save_held
from app.db.people.persons import lend_staff_view
from app.db.selling.orders import orders
from app.domain.errors import SoldOut
from app.domain.market.offerings import Hold, Offering, as_published, shown, take
from app.domain.selling.orders import Order
from app.domain.selling.prices import PriceTerms
from app.usecases.declared.due import order_in_time

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


async def as_agreed(
    tx: Tx,
    offering: Offering,
    kept: Hold | None,
    seen: int | None,
    terms: PriceTerms,
    *,
    reverse_charged: bool = False,
) -> Offering:
    """The offering at the price of its hold, or else at the present price.

    Raises PriceChanged if this buyer pays another price for the edition that they saw.
    """
    agreed = offering
    if kept is not None:
        held = await _edition(tx, offering, kept.edition, terms)
        agreed = offering if held is None else replace(held, purchase_cents=kept.purchase_cents)
    if seen is not None and seen != agreed.edition:
        terms.check_seen(agreed, await _edition(tx, offering, seen, terms), reverse_charged=reverse_charged)
    return agreed


async def _edition(tx: Tx, offering: Offering, edition: int, terms: PriceTerms) -> Offering | None:
    """The offering as that edition has it, with what a consumer pays for it today."""
    if edition == offering.edition:
        return offering
    contents = await edition_of(tx, offering.id, edition)
    if contents is None:
        return None
    return shown(as_published(offering, edition, contents), None, terms.day, terms.spells)


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


async def hold_units(tx: Tx, order: Order, found: Iterable[Offering]) -> None:
    """Saves the holds of the order, one for each line."""
    limited = [offering for offering in found if offering.stock is not None]
    for offering in limited:
        await save_held(tx, offering)
    held = [
        Hold(
            id=uuid7(),
            offering_id=line.offering_id,
            cooperative_id=order.cooperative_id,
            quantity=line.quantity,
            expires_at=order.accept_by,
            edition=line.edition,
            purchase_cents=line.purchase_cents,
            order_id=order.id,
            person_id=order.customer_person_id,
            app_id=order.app_id if order.customer_person_id is None else None,
        )
        for line in order.lines
        if line.counts_stock and line.offering_id is not None
    ]
    if held:
        await holds.add(tx, *held)


def reference() -> str:
    """Eight letters and digits that can be read out over the telephone without mistakes."""
    bits = secrets.randbits(40)
    return "".join(_ALPHABET[bits >> place & 31] for place in range(0, 40, 5))
