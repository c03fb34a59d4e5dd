"""The partners' invoices of joint purchases: the worker issues them."""

from uuid import UUID

from app.db.buying.joint_purchases import joint_purchases
from app.db.buying.purchase_invoices import purchases_without_invoice
from app.db.engine import Tx
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.buying.joint_purchases import PurchaseState
from app.domain.errors import InvoiceDetailsMissing, RestoredUnchecked
from app.usecases.shared.issue_purchase import issue_partners


async def invoice_purchase(tx: Tx, actor: Actor, *, purchase_id: UUID) -> None:
    """Timer: issue the invoices of a settled purchase that are missing.

    Nothing while the lead cannot issue, nor while its numbers have to be checked after a restore.
    """
    actor.require(Right.RUN_TIMER)
    purchase = await joint_purchases.get(tx, purchase_id, lock=True)
    if purchase.state is not PurchaseState.SETTLED:
        return
    try:
        await issue_partners(tx, purchase)
    except (InvoiceDetailsMissing, RestoredUnchecked):
        return


async def list_due_purchases(tx: Tx, actor: Actor) -> list[tuple[UUID, UUID]]:
    """The lead and the id of each settled purchase of which a partner's invoice is missing."""
    actor.require(Right.RUN_TIMER)
    return await purchases_without_invoice(tx)
