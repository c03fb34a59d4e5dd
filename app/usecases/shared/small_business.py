"""The small-business scheme: whether a supply has no VAT, and the beginning and end of spells."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from app.db.engine import Tx, uuid7
from app.db.market.offerings import write_consumer_prices
from app.db.people.persons import lend_staff_view
from app.db.people.small_business import legal_entity, lock_year, spells, supplied_in
from app.db.platform.outbox import tell
from app.domain.people.cooperatives import Cooperative
from app.domain.selling.orders import Order
from app.domain.selling.vat_at_supply import counted_cents
from app.domain.small_business import Spell, check_begin, limit_on, open_spell, within_limit, without_vat


async def supplied_without_vat(tx: Tx, seller: Cooperative, order: Order, day: date) -> bool:
    """Whether an order of `seller` that is supplied on `day` has no VAT.

    What the whole legal entity supplied in that year counts, under the lock of the year. The supply that crosses the
    limit has VAT, and ends the spells of all its cooperatives on that day. What was supplied since and is booked stays.
    """
    if not without_vat(seller.small_business_spells, day):
        return False
    places = await legal_entity(tx, order.cooperative_id)
    await lend_staff_view(tx, *places)
    await lock_year(tx, order.cooperative_id, day.year)
    # Whoever had the lock before may have ended it.
    if not without_vat(await spells.all(tx, cooperative_id=order.cooperative_id), day):
        return False
    turnover = await supplied_in(tx, places, day.year, but=order.id)
    if within_limit(turnover, counted_cents(order), day):
        return True
    limit = limit_on(day).cents
    for place in await _end(tx, places, day):
        await tell(tx, "cooperative.small_business_ended", place, place, limit_cents=limit, year=day.year)
    return False


async def set_small_business(tx: Tx, cooperative_id: UUID, since: date | None) -> None:
    """Begins a spell on `since`, or moves the beginning of the one without an end; None ends that one today.

    The catalogue shows other prices at once. Raises SchemeTooEarly.
    """
    places = await legal_entity(tx, cooperative_id)
    await lend_staff_view(tx, *places)
    # A supply of last year may still be entered.
    for year in (tx.today.year - 1, tx.today.year):
        await lock_year(tx, cooperative_id, year)
    if since is None:
        await _end(tx, [cooperative_id], tx.today)
        return
    found = await spells.all(tx, cooperative_id=places)
    check_begin(found, since)
    running = open_spell(spell for spell in found if spell.cooperative_id == cooperative_id)
    if running is None:
        await spells.add(tx, Spell(id=uuid7(), cooperative_id=cooperative_id, since=since))
    else:
        await spells.change(tx, running, replace(running, since=since))
    await _show(tx, [cooperative_id])


async def _end(tx: Tx, places: list[UUID], day: date) -> list[UUID]:
    """Ends the spells of these cooperatives on `day`; one that begins later never runs. Returns whose ended."""
    running = [spell for spell in await spells.all(tx, cooperative_id=places) if spell.until is None]
    for spell in running:
        await spells.save(tx, replace(spell, until=max(day, spell.since)))
    await _show(tx, places)
    return [spell.cooperative_id for spell in running]


async def _show(tx: Tx, places: list[UUID]) -> None:
    await tx.flush()
    await write_consumer_prices(tx, tx.today, places)
