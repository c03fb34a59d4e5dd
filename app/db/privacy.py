"""Erasure and retention: functions of the database, which see every row that they have to change."""

from datetime import datetime

from app.db.engine import Tx


async def erase_me(tx: Tx, full_invoice_cents: int) -> None:
    """Make the person who acts a pseudonym."""
    await tx.value("select erase_me($1)", full_invoice_cents)


async def forget_old(tx: Tx, books: datetime, traces: datetime) -> int:
    """Blank who ordered before `books`, drop traces from before `traces`. Returns how many orders that were."""
    return int(await tx.value("select forget_old($1, $2)", books, traces))
