"""What waits for a line of a bank statement."""

from uuid import UUID

from app.db.books.transit_items import list_items, waiting_since_before
from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import subjects_of_tasks, tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.transit_items import LONGEST_WAIT, TransitItem
from app.domain.page import Page, PageRequest
from app.ids import CooperativeId
from app.usecases.declared.audit import shows_private

ALARM = "in_transit_old"
"""The task that names a cooperative for which something waits too long."""


@shows_private
async def list_transit_items(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest
) -> Page[TransitItem]:
    """What people recorded at the bank and no line of a statement has brought yet, newest first. For the treasurer."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_BANK, cooperative_id)
    return await list_items(tx, cooperative_id, page)


async def list_transit_to_watch(tx: Tx, actor: Actor) -> list[UUID]:
    """The cooperatives for which something waits too long without a task, or nothing does any more with one."""
    actor.require(Right.RUN_TIMER)
    old = set(await waiting_since_before(tx, tx.today - LONGEST_WAIT))
    return sorted(old ^ set(await subjects_of_tasks(tx, ALARM)))


async def watch_transit(tx: Tx, actor: Actor, *, cooperative_id: UUID) -> None:
    """Tell whether something waits too long at a cooperative: that opens the task of its treasurer, or closes it."""
    actor.require(Right.RUN_TIMER)
    old = await waiting_since_before(tx, tx.today - LONGEST_WAIT, cooperative_id)
    await tell(tx, f"transit_items.{'old' if old else 'recent'}", cooperative_id, cooperative_id)
