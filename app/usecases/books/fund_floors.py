"""Floors of the fund: the treasurer proposes how low people may bring it until a day, a second person confirms it."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from app.db.books.fund_floors import fund_floors
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.fund_floors import FUND_FLOOR, FundFloor, FundFloorState, FundFloorVerb, decide
from app.domain.days import Bounds
from app.domain.page import Page, PageRequest
from app.domain.second_person import require_here_or_above
from app.domain.transitions import Case, find
from app.ids import CooperativeId, FundFloorId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.vocabulary import Balance, Doc, StatedReason, Version, Within

Floor = Annotated[Balance, Doc("The least that people may leave in the fund; it may be below zero.")]
LastDay = Annotated[
    date,
    Within(Bounds(years_ahead=2, years_back=0)),
    Doc("The last day on which it holds; after it the floor is 0.00 again."),
]


async def propose_fund_floor(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, floor: Floor, until: LastDay, reason: StatedReason
) -> FundFloor:
    """Propose how low people may bring the fund until a day. For the treasurer; a second person confirms it.

    The present floor stays until then. A proposal that still waits is withdrawn.
    """
    # One proposal or decision at a time.
    cooperative = await cooperatives.plain.get(tx, cooperative_id, lock=True)
    require_here_or_above(actor, Right.WRITE_FUND, cooperative_id, cooperative.umbrella_id)
    proposed = FundFloor(
        id=uuid7(),
        cooperative_id=cooperative_id,
        floor_cents=floor.cents,
        until=until,
        reason=reason,
        proposed_by=actor.person,
        proposed_at=tx.now,
    )
    await _end(tx, cooperative_id, FundFloorState.PROPOSED, FundFloorState.WITHDRAWN)
    await fund_floors.add(tx, proposed)
    await tell(tx, "fund_floor.proposed", cooperative_id, proposed.id)
    return await fund_floors.get(tx, proposed.id)


async def move_fund_floor(
    tx: Tx, actor: Actor, *, fund_floor_id: FundFloorId, verb: FundFloorVerb, expected_version: Version | None = None
) -> FundFloor:
    """Confirm a floor of the fund, as a second person, or withdraw the proposal, as the treasurer.

    The second person is of the staff, the outside approver, or an officer of the umbrella. A confirmed floor holds
    until its last day, or until another one is confirmed. Raises WrongState, also after its last
    day, Stale, SecondPersonNeeded for who proposed it.
    """
    seen = await fund_floors.get(tx, fund_floor_id)
    require_here_or_above(actor, find(FUND_FLOOR, verb).right, seen.cooperative_id, seen.umbrella_id)
    await cooperatives.plain.get(tx, seen.cooperative_id, lock=True)
    floor = await fund_floors.get(tx, fund_floor_id, lock=True)
    expect(floor.version, expected_version)
    decided = decide(Case(floor, actor, tx.now), verb)
    if decided.state is FundFloorState.CONFIRMED:
        await _end(tx, floor.cooperative_id, FundFloorState.CONFIRMED, FundFloorState.REPLACED)
        await tell(tx, "fund.floor_set", floor.cooperative_id, floor.cooperative_id)
    await tell(tx, "fund_floor.decided", floor.cooperative_id, floor.id)
    return await fund_floors.save(tx, decided)


async def _end(tx: Tx, cooperative_id: CooperativeId, before: FundFloorState, after: FundFloorState) -> None:
    """Ends the floor of a cooperative that is in state `before`, if there is one, so that another one may be."""
    floor = await fund_floors.find(tx, cooperative_id=cooperative_id, state=before, lock=True)
    if floor is None:
        return
    await fund_floors.save(tx, replace(floor, state=after))
    if after is FundFloorState.WITHDRAWN:
        await tell(tx, "fund_floor.decided", cooperative_id, floor.id)
    # The unique index is checked row by row.
    await tx.flush()


@shows_private
async def list_fund_floors(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, state: FundFloorState | None = None
) -> Page[FundFloor]:
    """The floors that were proposed for the fund of a cooperative, newest first.

    For the staff, the outside approver and officers of the umbrella, who find here what waits for a second person.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    require_here_or_above(actor, Right.READ_FUND_FLOOR, cooperative_id, cooperative.umbrella_id)
    return await fund_floors.page(tx, page, cooperative_id=cooperative_id, state=state)


@shows_private
@reads_by_id(fund_floors)
async def get_fund_floor(tx: Tx, actor: Actor, *, fund_floor_id: FundFloorId) -> FundFloor:
    """One floor of the fund, for the staff, the outside approver and officers of the umbrella. Raises NotFound."""
    found = await fund_floors.get(tx, fund_floor_id)
    require_here_or_above(actor, Right.READ_FUND_FLOOR, found.cooperative_id, found.umbrella_id)
    return found
