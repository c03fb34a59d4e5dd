"""The thermometer: how full a member's savings pot is, and why."""

from datetime import date
from typing import Annotated
from uuid import UUID

from app.db.earning.thermometer import pot_movements, pot_of
from app.db.engine import Tx
from app.db.store import Query, one_of, rows_of
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.earning.thermometer import Movement, Pot, PotKind, Thermometer
from app.ids import MemberId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import asks_at_once
from app.vocabulary import Doc, Flag, RowsOrNone

Candidate = Annotated[Flag, Doc("Whether to register a candidate, who gets to know the cooperative first.")]


def _thermometer(today: date, *, member_id: UUID, movements: int = 20) -> tuple[Query[Pot], Query[Movement]]:
    """The queries that the thermometer needs."""
    return pot_of(member_id, today), pot_movements(member_id, movements)


@shows_private
@asks_at_once(_thermometer)
async def get_thermometer(tx: Tx, actor: Actor, *, member_id: MemberId, movements: RowsOrNone = 20) -> Thermometer:
    """How full the savings pot is and why: the balance and the last movements, each with its reason."""
    of_pot, last = _thermometer(tx.today, member_id=member_id, movements=movements)
    pot = await one_of(tx, of_pot)
    actor.require(Right.READ_THERMOMETER, pot.cooperative_id, own=actor.as_member(member_id))
    return Thermometer(
        member_id=pot.member_id,
        cooperative_id=pot.cooperative_id,
        name=pot.name,
        kind=PotKind.COLLECTIVE if pot.collective else PotKind.POT,
        balance_cents=pot.balance_cents,
        pending_cents=pot.pending_cents,
        held_cents=pot.held_cents,
        reserved_cents=pot.reserved_cents,
        year=tx.today.year,
        year_total_cents=pot.year_total_cents,
        threshold_cents=pot.threshold_cents,
        goal_text=pot.goal_text,
        goal_cents=pot.goal_cents,
        movements=tuple(await rows_of(tx, last)),
    )
