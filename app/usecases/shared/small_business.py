"""The small-business scheme: whether a supply has no VAT, and the beginning and end of spells."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from app.db.engine import Tx, uuid7
from app.db.market.offerings import write_consumer_prices
from app.db.people.persons import lend_staff_view
from app.db.people.small_business import legal_entity, lock_year, spells, supplied_in, supplied_with
from app.db.platform.outbox import tell
from app.domain.errors import RuleRefused
from app.domain.people.cooperatives import Cooperative
from app.domain.selling.orders import Order
from app.domain.selling.vat_at_supply import counted_cents
from app.domain.small_business import Spell, check_begin, limit_on, open_spell, within_limit, without_vat

ONE_DAY = timedelta(days=1)


async def supplied_without_vat(tx: Tx, seller: Cooperative, order: Order, day: date) -> bool:
    """Whether an order of `seller` that is supplied on `day` has no VAT.

    All supplies of the legal entity in that year count, under the lock of the year. The supply that crosses the
    limit has VAT, and ends the spells of all its cooperatives on that day. Later supplies that are booked stay.
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
    await _end_for_limit(tx, places, day, day)
    return False


async def lock_count(tx: Tx, order: Order) -> date | None:
    """Locks the year in which an order counts for the limit, before any balance; returns its day, None if none does."""
    day = order.work_date
    if day is None or all(line.taxed_as is None for line in order.lines):
        return None
    await lend_staff_view(tx, *await legal_entity(tx, order.cooperative_id))
    await lock_year(tx, order.cooperative_id, day.year)
    return day


async def count_again(tx: Tx, order: Order, day: date) -> None:
    """Ends the scheme today if what an order costs more again takes its legal entity over the limit of its year."""
    places = await legal_entity(tx, order.cooperative_id)
    if not within_limit(await supplied_in(tx, places, day.year), 0, day):
        await _end_for_limit(tx, places, tx.today, day)


async def _end_for_limit(tx: Tx, places: list[UUID], end: date, day: date) -> None:
    """Ends the scheme on `end`, since the limit of `day` is crossed, and tells the treasurers."""
    for place in await _end(tx, places, end):
        facts = {"limit_cents": limit_on(day).cents, "year": day.year}
        await tell(tx, "cooperative.small_business_ended", place, place, **facts)


async def set_small_business(tx: Tx, cooperative_id: UUID, since: date | None) -> None:
    """Begins a spell on `since`, or moves the beginning of the one without an end; None ends that one today.

    A spell under which nothing was supplied never ran. The catalogue shows other prices at once. Raises SchemeTooEarly,
    and RuleRefused if what was supplied and is booked would have been supplied with other VAT.
    """
    places = await legal_entity(tx, cooperative_id)
    await lend_staff_view(tx, *places)
    # A supply of last year may still be entered.
    for year in (tx.today.year - 1, tx.today.year):
        await lock_year(tx, cooperative_id, year)
    found = await spells.all(tx, cooperative_id=places)
    running = open_spell(spell for spell in found if spell.cooperative_id == cooperative_id)
    if since is None:
        if running is not None:
            used = await supplied_with(tx, cooperative_id, running.since, None, vat=False)
            await _end(tx, [cooperative_id], tx.today if used else running.since - ONE_DAY)
        return
    check_begin(found, since)
    begun = running.since if running else None
    if (begun is None or since < begun) and await supplied_with(tx, cooperative_id, since, begun, vat=True):
        raise RuleRefused(rule="supplied_with_vat", value=since.isoformat())
    if begun is not None and begun < since and await supplied_with(tx, cooperative_id, begun, since, vat=False):
        raise RuleRefused(rule="supplied_without_vat", value=since.isoformat())
    if running is None:
        await spells.add(tx, Spell(id=uuid7(), cooperative_id=cooperative_id, since=since))
    else:
        await spells.change(tx, running, replace(running, since=since))
    await _show(tx, [cooperative_id])


async def _end(tx: Tx, places: list[UUID], day: date) -> list[UUID]:
    """Ends the spells of these cooperatives on `day`, at the earliest on their second day. Returns whose ended.

    One that begins later never runs.
    """
    running = [spell for spell in await spells.all(tx, cooperative_id=places) if spell.until is None]
    for spell in running:
        first = spell.since if day < spell.since else spell.since + ONE_DAY
        await spells.save(tx, replace(spell, until=max(day, first)))
    await _show(tx, places)
    return [spell.cooperative_id for spell in running]


async def _show(tx: Tx, places: list[UUID]) -> None:
    await tx.flush()
    await write_consumer_prices(tx, tx.today, places)
