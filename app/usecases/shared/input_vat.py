"""The VAT of costs: its forms, and whether a cooperative deducts it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from app.db.engine import Tx
from app.db.people.small_business import spells
from app.domain.small_business import without_vat
from app.vocabulary import AmountOrNone, Doc, Percent

VatInside = Annotated[AmountOrNone, Doc("The VAT inside the amount, as the receipt names it; null for none.")]
Deductible = Annotated[
    Percent,
    Doc("The percentage of the VAT that can be deducted: 0 for meals in a restaurant, in between for mixed use."),
]


async def in_small_business(tx: Tx, cooperative_id: UUID, day: date) -> bool:
    """Whether a cooperative uses the small-business scheme on a day, so that it deducts no VAT."""
    return without_vat(await spells.all(tx, cooperative_id=cooperative_id), day)
