"""Keeps people from bringing the fund of a cooperative below its floor."""

from datetime import date
from uuid import UUID

from app.db.books.fund_floors import fund_now
from app.db.engine import Tx
from app.domain.books.fund_floors import check_floor


async def check_fund_floor(tx: Tx, cooperative_id: UUID, fund_change_cents: int, day: date) -> None:
    """Checks what an act of people has left in the fund; `fund_change_cents` is what it changed there.

    To be called after its journal is posted, whose lock on the balance then keeps other acts out. The floor is that of
    `day`. Raises BelowFloor with the floor and the balance before the act.
    """
    if fund_change_cents < 0:
        now = await fund_now(tx, cooperative_id, day)
        check_floor(now.floor_cents, now.balance_cents, fund_change_cents)
