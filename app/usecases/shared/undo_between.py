"""Undoes what two cooperatives booked together: a netting, and a delivery within one legal entity."""

from dataclasses import replace
from uuid import UUID

from app.db import ledger
from app.db.books.deliveries import deliveries
from app.db.books.nettings import later_netting, mark_unpaid, nettings, paid_with_vat
from app.db.engine import Tx
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.db.selling.orders import orders
from app.domain.books.deliveries import DeliveryState
from app.domain.books.nettings import NettingState
from app.domain.ledger import Journal, JournalKind
from app.usecases.shared.book_order import charge
from app.usecases.shared.undo import Undoing, negation_of, netted_since, post_reversal, that_netting_first


async def sides_of_netting(tx: Tx, journal: Journal) -> tuple[UUID, ...]:
    """Both cooperatives."""
    return (await nettings.get(tx, journal.source_id)).side_ids


async def sides_of_delivery(tx: Tx, journal: Journal) -> tuple[UUID, ...]:
    """The giver and the receiver."""
    found = await deliveries.get(tx, journal.source_id)
    return found.from_cooperative_id, found.to_cooperative_id


async def undo_netting(tx: Tx, undoing: Undoing) -> None:
    """Both sides owe each other as before; a new netting takes it up. Raises ReverseThatFirst if they netted since."""
    seen = await nettings.get(tx, undoing.source_id)
    await lend_staff_view(tx, *seen.side_ids)
    netting = await nettings.get(tx, seen.id, lock=True)
    if (later := await later_netting(tx, netting)) is not None:
        raise await that_netting_first(tx, undoing, later)
    # Charges are locked before balances, in the order that refunds use.
    charges = await paid_with_vat(tx, netting)
    await mark_unpaid(tx, netting)
    await _book_alone(tx, netting.side_ids)
    for paid in charges:
        unpaid = replace(paid, paid_cents=0, version=paid.version + 1)
        await orders.save(tx, await charge(tx, paid, unpaid, undoing.day))
    await _mirror(tx, undoing, await ledger.journals_of(tx, "netting", netting.id, JournalKind.NETTING))
    for side in netting.side_ids:
        await tell(tx, "netting.reversed", side, netting.id)
    await nettings.save(tx, replace(netting, state=NettingState.REVERSED))


async def undo_delivery(tx: Tx, undoing: Undoing) -> None:
    """As if nothing had been delivered. Raises ReverseThatFirst if the debt was netted since."""
    seen = await deliveries.get(tx, undoing.source_id)
    sides = (seen.from_cooperative_id, seen.to_cooperative_id)
    await lend_staff_view(tx, *sides)
    delivery = await deliveries.get(tx, seen.id, lock=True)
    journals = await ledger.journals_of(tx, "internal_delivery", delivery.id, JournalKind.INTERNAL_DELIVERY)
    await netted_since(tx, undoing, journals)
    await _book_alone(tx, sides)
    await _mirror(tx, undoing, journals)
    for side in sides:
        await tell(tx, "delivery.reversed", side, delivery.id)
    await deliveries.save(tx, replace(delivery, state=DeliveryState.REVERSED))


async def _book_alone(tx: Tx, side_ids: tuple[UUID, ...]) -> None:
    """Locks the books of both sides, which are booked one after the other."""
    for side in sorted(side_ids):
        await ledger.lock_books(tx, side)


async def _mirror(tx: Tx, undoing: Undoing, journals: list[Journal]) -> None:
    """Reverses each journal, in the order of the cooperatives' ids."""
    for journal in sorted(journals, key=lambda journal: journal.cooperative_id):
        await post_reversal(tx, undoing, await negation_of(tx, journal), journal)
