"""The series of invoice numbers: after a restore none is given until the treasurer has said which one left last."""

from typing import Annotated

from pydantic import Field

from app.db.books.payment_batches import knows_batches, to_check
from app.db.engine import Tx
from app.db.platform.outbox import start_timer, tell, tell_many
from app.db.selling.invoice_series import (
    get_series,
    knows_restores,
    lock_numbers,
    mark_unchecked,
    prefixes_of,
    save_checked,
)
from app.db.selling.invoice_series import list_series as load_series
from app.db.selling.invoices import orders_that_wait
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import WrongState
from app.domain.selling.invoice_series import InvoiceSeries, last_of
from app.ids import CooperativeId
from app.vocabulary import Doc, Text

SeriesYear = Annotated[int, Field(ge=2000, le=2999), Doc("The year of the series.")]
LastNumber = Annotated[
    str,
    Text(1, 20, number=True),
    Doc("The last number that left, such as BRD2026-00012, or 12 without prefix and year; 0 if none left."),
]


async def list_invoice_series(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> list[InvoiceSeries]:
    """The series of a cooperative's invoice numbers, one for each year, newest first. For its staff."""
    actor.require(Right.READ_INVOICE_SERIES, cooperative_id)
    return await load_series(tx, cooperative_id)


async def check_invoice_series(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, year: SeriesYear, last_number: LastNumber
) -> InvoiceSeries:
    """Say which number of a restored series left last; from then on it gives the next ones. For the treasurer.

    The numbers in between, whose invoices this system does not know, are noted as lost. Invoices that were due
    meanwhile are issued then. Raises NotFound; WrongState for a series that is not unchecked; RuleRefused for a number
    of another series, one before the last that is known, or one more than 10,000 after it.
    """
    actor.require(Right.ISSUE_INVOICE, cooperative_id)
    await lock_numbers(tx, cooperative_id)
    series = await get_series(tx, cooperative_id, year)
    if not series.unchecked:
        raise WrongState(verb="check", state="checked", possible=[], reason="numbers_checked")
    last = last_of(series, last_number, await prefixes_of(tx, cooperative_id))
    await save_checked(tx, series, last)
    if not any(one.unchecked for one in await load_series(tx, cooperative_id)):
        await tell(tx, "invoice_series.checked", cooperative_id, cooperative_id)
    for order_id in await orders_that_wait(tx, cooperative_id):
        await start_timer(tx, "invoice", cooperative_id, order_id, tx.now)
    return await get_series(tx, cooperative_id, year)


async def note_restore(tx: Tx, actor: Actor) -> int | None:
    """Stop the numbers of all cooperatives until their treasurers have checked them.

    Only the command line calls this, as the system. Returns how many cooperatives have something new to check; None if
    the schema is too old to note a restore.
    """
    actor.require(Right.RUN_TIMER)
    if not await knows_restores(tx):
        return None
    marked = await mark_unchecked(tx)
    await tell_many(tx, [("invoice_series.unchecked", one, one, {}) for one in marked])
    paying = await to_check(tx) if await knows_batches(tx) else []
    await tell_many(tx, [("payment_batches.unchecked", one, one, {}) for one in paying])
    return len({*marked, *paying})
