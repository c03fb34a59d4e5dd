"""The supply of an order: the VAT of its day, and the charge."""

from dataclasses import replace

from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import start_timer
from app.db.selling.orders import lines
from app.domain.selling.orders import Order
from app.domain.selling.vat_at_supply import as_supplied
from app.usecases.shared.book_order import charge, watch_unpaid
from app.usecases.shared.owed_back import tell_owed_back
from app.usecases.shared.small_business import supplied_without_vat


async def supply(tx: Tx, before: Order, moved: Order) -> Order:
    """Charges an order at its supply, with the VAT of that day, and starts the timers of its invoice and of unpaid VAT.

    When VAT is due is by its seller's method of that day. If its VAT is another than it showed, the order gets new
    lines. It is returned, not saved.
    """
    seller = await cooperatives.get(tx, moved.cooperative_id)
    day = moved.work_date or tx.today
    free = await supplied_without_vat(tx, seller, moved, day)
    after = as_supplied(moved, day, free=free, new_id=uuid7)
    if after is not moved:
        await lines.add_all(tx, after.lines)
        await tell_owed_back(tx, before, after)
    after = replace(after, vat_with_money=seller.uses_cash_method(day))
    charged = await charge(tx, before, after, day, moves_credit=True)
    await watch_unpaid(tx, charged)
    await start_timer(tx, "invoice", charged.cooperative_id, charged.id, tx.now)
    return charged
