"""The monthly invoices, and the guard that finds orders without one."""

from datetime import date, timedelta
from uuid import UUID

from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import start_timer, subjects_of_tasks, tell
from app.db.selling.invoices import count_without_invoice, earlier_invoices, orders_without_invoice
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.days import midnight
from app.domain.errors import InvoiceDetailsMissing, RestoredUnchecked
from app.domain.selling.collectives import collective_draft, due_collectives, lines_by_order
from app.domain.selling.invoicing import asks_too_much, has_something, seller_of
from app.domain.selling.orders import SUPPLIED, Order
from app.domain.selling.references import rf_of
from app.usecases.shared.issue import issue, issue_supply, note_supply
from app.usecases.shared.ordering import reference

LAST_DAY = 15
"""The last day of the month for invoices of the month before (Wet OB 1968 art. 34g)."""
ALARM = "issue_invoices"
"""The task that names orders without an invoice."""
OfPlace = tuple[UUID, list[UUID]]
"""A cooperative, and orders of it."""


async def list_due_invoices(tx: Tx, actor: Actor) -> tuple[list[OfPlace], list[OfPlace]]:
    """The orders that were supplied and have no invoice: each alone, and those of each collective invoice that is due.

    Only of cooperatives that can issue; and only what was supplied since a cooperative has its prefix. What a company
    paid before supply is invoiced alone.
    """
    actor.require(Right.RUN_TIMER)
    found = await orders_without_invoice(tx, tx.today.replace(day=1))
    alone = [(one.cooperative_id, [one.id]) for one in found if one.state not in SUPPLIED or not one.billed_monthly]
    places = {one.id: one.cooperative_id for one in found}
    supplied = [one for one in found if one.state in SUPPLIED]
    return alone, [(places[ids[0]], ids) for ids in due_collectives(supplied, tx.today)]


async def issue_collective(tx: Tx, actor: Actor, *, order_ids: list[UUID]) -> None:
    """Issue one invoice for these orders of one customer; what does not fit on it is left for the next time.

    If deposits asked more than the price of an order, it gets a credit note of its own.
    """
    actor.require(Right.RUN_TIMER)
    locked = [await orders.get(tx, one, lock=True) for one in sorted(order_ids)]
    theirs = [one for one in locked if one.state in SUPPLIED and one.invoice_id is None and has_something(one)]
    try:
        for one in theirs:
            if asks_too_much(one):
                await issue_supply(tx, one)
        await _issue_together(tx, [one for one in theirs if not asks_too_much(one)])
    except (InvoiceDetailsMissing, RestoredUnchecked):
        return


async def _issue_together(tx: Tx, theirs: list[Order]) -> None:
    """Issues one invoice for locked orders of one customer. Raises InvoiceDetailsMissing, RestoredUnchecked."""
    if not theirs:
        return
    seller = await cooperatives.get(tx, theirs[0].cooperative_id)
    before = {one.id: await earlier_invoices(tx, one.id) for one in theirs}
    lines = lines_by_order(theirs, before)
    draft = collective_draft(theirs, before, seller_of(seller), lines, rf_of(reference()))
    invoice = await issue(tx, seller, draft, lines, theirs[0])
    await note_supply(tx, invoice, *[one for one in theirs if one.id in lines])


async def list_missing(tx: Tx, actor: Actor) -> list[tuple[UUID, bool]]:
    """The cooperatives that have not invoiced all of last month (True), from the fifteenth on; and those whose alarm is
    over (False).

    Those that cannot issue are among them, as the duty is theirs all the same.
    """
    actor.require(Right.RUN_TIMER)
    missing = set(await count_without_invoice(tx, *_last_month(tx.today)))
    alarmed = set(await subjects_of_tasks(tx, ALARM))
    due = missing if tx.today.day >= LAST_DAY else set[UUID]()
    return [(place, place in missing) for place in sorted(due | (alarmed - missing))]


async def watch_missing(tx: Tx, actor: Actor, *, cooperative_id: UUID, missing: bool) -> None:
    """Start the alarm of a cooperative about last month, once a month; or tell that it is over."""
    actor.require(Right.RUN_TIMER)
    if missing:
        at = midnight(tx.today.replace(day=LAST_DAY))
        await start_timer(tx, "invoices_missing", cooperative_id, cooperative_id, at)
    else:
        await tell(tx, "invoices.complete", cooperative_id, cooperative_id)


async def tell_missing(tx: Tx, actor: Actor, *, cooperative_id: UUID) -> None:
    """Timer: tell the treasurer how many orders of last month have no invoice yet."""
    actor.require(Right.RUN_TIMER)
    first, until = _last_month(tx.today)
    count = (await count_without_invoice(tx, first, until)).get(cooperative_id, 0)
    if count:
        await tell(tx, "invoices.missing", cooperative_id, cooperative_id, count=count, month=f"{first:%Y-%m}")


def _last_month(today: date) -> tuple[date, date]:
    """The first day of last month, and of this one."""
    first = today.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), first
