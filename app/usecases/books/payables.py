"""Payables: what a cooperative owes each creditor."""

from app.db.books import payables
from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.payables import Payable
from app.domain.page import Page, PageRequest
from app.ids import CooperativeId
from app.usecases.declared.audit import shows_private


@shows_private
async def list_payables(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest) -> Page[Payable]:
    """What a cooperative owes each creditor, or has paid beyond that, with what is not paid of it. For the staff.

    Payments pay the oldest debt first.
    """
    await cooperatives.plain.get(tx, cooperative_id)
    actor.require(Right.READ_PAYOUT, cooperative_id)
    return await payables.list_payables(tx, cooperative_id, page)
