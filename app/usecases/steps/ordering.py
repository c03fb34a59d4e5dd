"""What every order needs, however it comes about: a reference, and whether it carries VAT."""

import secrets

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
    if cooperative.small_business_from is None:
        return order
    await lend_staff_view(tx, order.cooperative_id)
    day = day_of(order.placed_at)
    turnover = await turnover_of_year(tx, order.cooperative_id, day.year)
    if not without_vat(cooperative.small_business_from, turnover, order.net_cents, day):
        return order
    return free_of_vat(order)


def reference() -> str:
    """Eight letters and digits that are read out over the telephone without mistakes."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))
