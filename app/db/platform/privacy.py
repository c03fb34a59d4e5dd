"""Erasure and retention: functions of the database, which see every row that they have to change."""

from datetime import datetime
from uuid import UUID

from app.db.engine import Tx


async def lock_me(tx: Tx) -> None:
    """Let nobody refer to the person who acts until the transaction ends: no new order, office or membership."""
    await tx.value("select lock_me()")


async def my_standing(tx: Tx) -> int:
    """Cents on the accounts of the person who acts, or expected there; a debt counts as well. Locks the accounts."""
    return int(await tx.value("select my_standing()"))


async def i_acted_as(tx: Tx, member_id: UUID) -> bool:
    """Whether the person who acts ever did anything as this member, or work was taken on in that name."""
    return bool(await tx.value("select i_acted_as($1)", member_id))


async def erase_me(tx: Tx, full_invoice_cents: int) -> None:
    """Replaces the calling person by a pseudonym."""
    await tx.value("select erase_me($1)", full_invoice_cents)


async def forget_old(tx: Tx, books: datetime, traces: datetime, full_invoice_cents: int) -> int:
    """Blank who ordered before `books`, drop traces from before `traces`; of erased customers, keep what is needed now.

    Returns how many orders were changed.
    """
    return int(await tx.value("select forget_old($1, $2, $3)", books, traces, full_invoice_cents))
