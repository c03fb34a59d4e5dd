"""Unpaid invoices: the worker tells that one is overdue, and reminds its customer. Both look at what is due by then."""

from uuid import UUID

from app.db.engine import Tx
from app.db.platform.outbox import tell
from app.db.selling.invoices import invoices
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.selling.invoices import InvoicePayment
from app.usecases.shared.send_invoice import may_remind


async def tell_overdue(tx: Tx, actor: Actor, *, invoice_id: UUID) -> None:
    """Timer: tell that an invoice is overdue, if something is due of it."""
    actor.require(Right.RUN_TIMER)
    invoice = await invoices.get(tx, invoice_id)
    if invoice.payment_on(tx.today) is InvoicePayment.OVERDUE:
        await tell(tx, "invoice.overdue", invoice.cooperative_id, invoice.id, number=invoice.number)


async def remind_customer(tx: Tx, actor: Actor, *, invoice_id: UUID) -> None:
    """Timer: remind the customer of an invoice by mail, and the treasurer by a task.

    Nothing happens if nothing is due of it any more, or while its customer disputes the job.
    """
    actor.require(Right.RUN_TIMER)
    invoice = await invoices.get(tx, invoice_id)
    if await may_remind(tx, invoice):
        await tell(tx, "invoice.to_remind", invoice.cooperative_id, invoice.id, number=invoice.number)
