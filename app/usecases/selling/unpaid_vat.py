"""VAT of what a customer has not paid a year after it was due: it goes back until the money comes in."""

from uuid import UUID

from app.db.engine import Tx
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.selling.vat_due import unpaid_too_long, year_after_due
from app.usecases.declared.due import step_of
from app.usecases.shared.book_order import charge


@step_of("vat_unpaid")
async def take_back_unpaid_vat(tx: Tx, actor: Actor, *, order_id: UUID) -> None:
    """Timer of a year after the last day to pay: VAT of what is still unpaid is due with the money from now on."""
    actor.require(Right.RUN_TIMER)
    order = await orders.get(tx, order_id, lock=True)
    day = year_after_due(order)
    # A job that was delivered again has a later timer too.
    if day is not None and day <= tx.today:
        await orders.save(tx, await charge(tx, order, unpaid_too_long(order), day))
