"""What every order needs, however it comes about: a reference, and whether it carries VAT."""

import secrets
from datetime import date

from app.db.cooperatives import cooperatives
from app.db.engine import Tx
from app.db.orders import turnover_of_year
from app.db.people import lend_staff_view
from app.domain.days import day_of
from app.domain.orders import Order, free_of_vat
from app.domain.vat import without_vat

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


async def small_business(tx: Tx, order: Order) -> Order:
    """The order without VAT where its cooperative uses the small-business scheme and the year stays within it."""
    cooperative = await cooperatives.get(tx, order.cooperative_id)
    return await small_business_since(tx, order, cooperative.small_business_from)


async def small_business_since(tx: Tx, order: Order, since: date | None) -> Order:
    """The same where it is known since when the cooperative uses the scheme."""
    if since is None:
        return order
    await lend_staff_view(tx, order.cooperative_id)
    day = day_of(order.placed_at)
    turnover = await turnover_of_year(tx, order.cooperative_id, day.year)
    if not without_vat(since, turnover, order.net_cents, day):
        return order
    return free_of_vat(order)


def reference() -> str:
    """Eight letters and digits that are read out over the telephone without mistakes."""
    bits = secrets.randbits(40)
    return "".join(_ALPHABET[bits >> place & 31] for place in range(0, 40, 5))
