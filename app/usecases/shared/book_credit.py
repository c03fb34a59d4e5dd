"""Books what a credit or a write-off takes off the price of an order, and what late money adds to it again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.db import ledger
from app.db.earning.agreements import get_agreement
from app.db.earning.credited import earnings_before
from app.db.earning.earnings import earnings, save_year
from app.db.engine import Tx, uuid7
from app.db.platform.outbox import tell
from app.domain.earning.agreements import Agreement
from app.domain.earning.earnings import Earning, EarningState
from app.domain.earning.refunds import fund_taken, given_up, merged, remembered, take
from app.domain.earning.split import BY_YEAR_TOTAL
from app.domain.earning.thresholds import Year
from app.domain.ledger import AccountKind, Journal, JournalKind, Leg
from app.domain.selling.charged import (
    charge_legs,
    credit_legs,
    debtor_leg,
    eu_facts,
    follows_money,
    net_by_member,
    revenue_lines,
    standing,
)
from app.domain.selling.orders import Order, due_for_sale
from app.usecases.shared.book_order import Reverses, charge, costs_moved, post_of_order
from app.usecases.shared.book_sale import book_alone, locked_earnings, settle, unsettle


async def lower(
    tx: Tx,
    before: Order,
    after: Order,
    kind: JournalKind,
    source: tuple[str, UUID],
    *,
    part: int = 1,
    moves_credit: bool = True,
    reverses: Reverses | None = None,
) -> Order:
    """Books that the price of an order is lower: charge, VAT, what is owed back, and the shares of a booked sale.

    If somebody earns more by it, the sale is shared anew, as if it had been so from the beginning. Without
    `moves_credit` what was paid beyond the price is booked elsewhere. The order is returned, not saved.
    """
    # The parts of an assignment are lowered by all cooperatives together, or not at all.
    mine = [] if after.assignment_id is not None else await earnings.all(tx, order_id=after.id)
    off = given_up(mine, net_by_member(after))
    if after.settled and min(off.values(), default=0) >= 0:
        # All that is read is read before the totals of the year are written, as they are after balances everywhere.
        sale = await sale_of(tx, after)
        shares = await take_off(tx, after, off)
        await post_difference(
            tx, before, after, kind, source, sale, shares, part=part, moves_credit=moves_credit, reverses=reverses
        )
        return after
    if due_for_sale(after):
        await book_alone(tx, after)
    undone = await unsettle(tx, after)
    for earning in await earnings.all(tx, order_id=after.id):
        if off.get(earning.id):
            await earnings.save(tx, replace(earning, refunded_cents=earning.refunded_cents + off[earning.id]))
    costs = await costs_moved(tx, before, undone, "costs_of_nothing")
    await post_difference(
        tx, before, undone, kind, source, costs=costs, part=part, moves_credit=moves_credit, reverses=reverses
    )
    return await settle(tx, undone)


async def recharge(tx: Tx, before: Order, after: Order, day: date) -> Order:
    """Books what an order is charged more or less after money came or went, on `day`. Returned, not saved."""
    if before.written_off_cents == after.written_off_cents:
        return await charge(tx, before, after, day) if follows_money(after) else after
    part = after.charge_parts + 1
    regained = replace(after, charge_parts=part)
    source = ("order", after.id)
    return await lower(tx, before, regained, JournalKind.CHARGE, source, part=part, moves_credit=False)


async def take_off(tx: Tx, order: Order, off: Mapping[UUID, int], *, credit_id: UUID | None = None) -> tuple[Leg, ...]:
    """The legs of what the earnings of a booked sale give up, in cents of each; they are saved with what is left.

    With `credit_id` they are written down as they were, so that this credit can be undone.
    """
    found, year = await locked_earnings(tx, order)
    legs: list[Leg] = []
    changed = []
    before = []
    if found:
        # One version of the agreement split all earnings.
        agreement = await get_agreement(tx, found[0].booked_under)
        for earning in found:
            if off.get(earning.id):
                smaller, more = _take(year, earning, agreement, off[earning.id])
                legs += more
                changed.append(smaller)
                if credit_id is not None:
                    was = remembered(earning, off[earning.id], before_id=uuid7(), credit_id=credit_id)
                    before.append(was)
                if earning.state is EarningState.HELD and not smaller.held_cents:
                    await tell(tx, "earning.taken_back", order.cooperative_id, earning.id, reference=order.reference)
    booked = year.into_pots([leg for leg in legs if leg.cents])
    await save_year(tx, year)
    for earning in changed:
        await earnings.save(tx, earning)
    await earnings_before.add(tx, *before)
    return booked


async def sale_of(tx: Tx, order: Order) -> Journal | None:
    """The sale of an order that is in force; None if there is none, as for a lead without members of its own."""
    if not order.settled:
        return None
    return await ledger.journal_of(tx, "order", order.id, JournalKind.SALE, order.sale_parts)


async def post_difference(
    tx: Tx,
    before: Order,
    after: Order,
    kind: JournalKind,
    source: tuple[str, UUID],
    sale: Journal | None = None,
    shares: Sequence[Leg] | None = None,
    *,
    costs: Sequence[Leg] = (),
    part: int = 1,
    moves_credit: bool = True,
    reverses: Reverses | None = None,
) -> None:
    """Posts the difference between the balances of an order before and after an act, today.

    If it was shared already, `shares` give it up instead of what is to be shared. With a `sale` it has the day of that
    sale, so that the year of the work bears it.
    """
    was, now = standing(before), standing(after)
    legs = [*charge_legs(after, was, now, tx.today), *costs]
    if moves_credit:
        legs += credit_legs(after, was, now, "credited")
    if shares is not None:
        legs = [*(leg for leg in legs if leg.kind is not AccountKind.TO_SHARE), *shares]
    named = revenue_lines(was, now)
    credited_cents = after.refunded_cents - before.refunded_cents
    if not legs and credited_cents:
        # Of a price that is not charged yet, or in place of a bad debt, nothing moves; it is in the books all the same.
        more = eu_facts(after, was, now, tx.today)
        legs = [debtor_leg(after, credited_cents, {}), debtor_leg(after, -credited_cents, more)]
    if legs:
        await post_of_order(
            tx,
            after,
            kind,
            source,
            part,
            sale.effective_on if sale else tx.today,
            legs,
            named,
            agreement_id=sale.agreement_id if sale else None,
            reverses=reverses,
        )


def _take(year: Year, earning: Earning, agreement: Agreement, cents: int) -> tuple[Earning, tuple[Leg, ...]]:
    """The earning reduced by `cents`, and the legs of that."""
    taken = take(earning, cents)
    by_year: tuple[Leg, ...] = ()
    if taken.kept_cents:
        by_year = year.keep(agreement, earning.work_date, earning.credited_id, -taken.kept_cents)
    by_year += year.move_fund(agreement, earning.work_date, fund_taken(taken))
    standing_legs = [leg for leg in earning.legs if leg.rule in BY_YEAR_TOTAL]
    held = sum(leg.cents for leg in taken.left if leg.kind is AccountKind.HELD)
    smaller = replace(
        earning,
        legs=(*taken.left, *merged(standing_legs, by_year)),
        kept_cents=earning.kept_cents - taken.kept_cents,
        held_cents=held if earning.state is EarningState.HELD else earning.held_cents,
        refunded_cents=earning.refunded_cents + cents,
    )
    over = smaller.refunded_cents == smaller.net_cents
    return (replace(smaller, state=EarningState.REVERSED) if over else smaller), (*taken.legs, *by_year)
