"""The cooperative fund's calendar year: what comes to it is counted, and what the municipality gets of it follows."""

from datetime import date

from app.db.earnings import add_to_fund_month, lock_fund_year
from app.db.engine import Tx
from app.domain.agreements import Agreement
from app.domain.ledger import Leg
from app.domain.split import MonthTotal, fund_legs


async def fund_year(tx: Tx, agreement: Agreement, day: date) -> list[MonthTotal]:
    """The fund's year so far, locked; nothing where no version of the agreement looks at it."""
    if not agreement.fund_year_counts:
        return []
    return await lock_fund_year(tx, agreement.cooperative_id, day.year)


async def move_fund(tx: Tx, agreement: Agreement, day: date, cents: int) -> tuple[Leg, ...]:
    """Count `cents` more (or fewer) in the fund's year; the legs of what that changes for the municipality."""
    months = await fund_year(tx, agreement, day)
    await add_to_fund_month(tx, agreement, day, cents)
    return fund_legs(agreement, months, day, cents)
