"""Undoes what came into a restricted fund, or was paid from it."""

from uuid import UUID

from app.db import ledger
from app.db.engine import Tx
from app.domain.errors import BelowFloor
from app.domain.ledger import AccountKind
from app.usecases.shared.undo import Undoing, negation_of, post_reversal


async def undo_fund_booking(tx: Tx, undoing: Undoing) -> None:
    """The fund without a gift or an expense. Raises BelowFloor if the fund had less than that on a day since."""
    legs = await negation_of(tx, undoing.journal)
    await post_reversal(tx, undoing, legs)
    fund_id = next(UUID(leg.party) for leg in legs if leg.kind is AccountKind.RESTRICTED_FUND and leg.party)
    if await ledger.lowest_of_fund(tx, undoing.cooperative_id, fund_id, undoing.day) < 0:
        raise BelowFloor(how="fund")
