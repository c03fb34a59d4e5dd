"""What waits for a line of a bank statement."""

from app.db.books.transit_items import list_items
from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.transit_items import TransitItem
from app.domain.page import Page, PageRequest
from app.ids import CooperativeId
from app.usecases.declared.audit import shows_private


@shows_private
async def list_transit_items(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest
) -> Page[TransitItem]:
    """What people recorded at the bank and no line of a statement has brought yet, newest first. For the treasurer."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_BANK, cooperative_id)
    return await list_items(tx, cooperative_id, page)
