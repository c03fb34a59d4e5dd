"""The VAT of costs: its forms, and whether a cooperative deducts it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.db.selling.orders import turnover_of_year
from app.domain.people.cooperatives import Cooperative
from app.domain.vat import without_vat
from app.vocabulary import AmountOrNone, Doc, Percent

VatInside = Annotated[AmountOrNone, Doc("The VAT inside the amount, as the receipt names it; null for none.")]
Deductible = Annotated[
    Percent,
    Doc("The percentage of the VAT that can be deducted: 0 for meals in a restaurant, in between for mixed use."),
]


async def in_small_business(tx: Tx, cooperative_id: UUID, day: date) -> bool:
    """Whether a cooperative uses the small-business scheme on a day, so that it deducts no VAT.

    The caller sees the cooperative's orders.
    """
    return await uses_scheme(tx, await cooperatives.get(tx, cooperative_id), day)


async def uses_scheme(tx: Tx, cooperative: Cooperative, day: date) -> bool:
    """The same, if the cooperative is known already. It asks for the turnover only if the scheme was chosen."""
    since = cooperative.small_business_from
    if since is None or day < since:
        return False
    return without_vat(since, await turnover_of_year(tx, cooperative.id, day.year), 0, day)
