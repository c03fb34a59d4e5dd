"""Undoes an allowance or premium that was granted by mistake."""

from dataclasses import replace

from app.db.earning.allowances import allowances
from app.db.earning.earnings import lock_year, save_year
from app.db.engine import Tx
from app.domain.earning.allowances import ALLOWANCE, AllowanceState
from app.domain.transitions import Case, move
from app.usecases.shared.undo import Undoing, negation_in_year, post_reversal


async def undo_allowance(tx: Tx, undoing: Undoing) -> None:
    """The allowance, reversed; the municipality's part of the fund is computed again. Raises SecondPersonNeeded."""
    found = await allowances.get(tx, undoing.source_id)
    year = await lock_year(tx, found.cooperative_id, [found.member_id], found.day.year)
    allowance = await allowances.get(tx, found.id, lock=True)
    case = Case(allowance, undoing.actor, tx.now)
    state = AllowanceState(move(ALLOWANCE, case, "reverse", reason=undoing.reason))
    legs = await negation_in_year(tx, undoing.journal, year)
    await post_reversal(tx, undoing, legs)
    await save_year(tx, year)
    by = undoing.actor.person
    await allowances.save(tx, replace(allowance, state=state, reversed_by=by, reason=undoing.reason))
