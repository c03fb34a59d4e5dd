"""Books what an order is charged and what its customer gets back, as the difference that an act makes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.db import ledger
from app.db.earning.costs import claims
from app.db.engine import Tx, uuid7
from app.db.platform.outbox import start_timer
from app.domain.earning.costs import ClaimState
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting, ResultLine
from app.domain.selling.charged import about, charge_legs, credit_legs, revenue_lines, standing, to_share_leg
from app.domain.selling.orders import Order
from app.domain.selling.vat_due import timer_of


@dataclass(frozen=True)
class Reverses:
    """The journal that another one undoes, and the id of that one."""

    journal_id: UUID
    by_id: UUID


async def charge(tx: Tx, before: Order, after: Order, day: date, *, moves_credit: bool = False) -> Order:
    """Books what `after` is charged more or less than `before` on `day`: at supply, and for money that came before it.

    With `moves_credit` also what was paid beyond its price since that is another; else that is booked elsewhere. If
    only VAT moves, as its money came in, it is called `vat_due`. Returns the order with the number of that journal; it
    is not saved.
    """
    was, now = standing(before), standing(after)
    legs = [*charge_legs(after, was, now, day), *(credit_legs(after, was, now, "supplied") if moves_credit else ())]
    if not legs:
        return after
    part = after.charge_parts + 1
    named = revenue_lines(was, now)
    kind = JournalKind.VAT_DUE if all(leg.kind is AccountKind.VAT for leg in legs) else JournalKind.CHARGE
    await post_of_order(tx, after, kind, ("order", after.id), part, day, legs, named)
    return replace(after, charge_parts=part)


async def watch_unpaid(tx: Tx, order: Order) -> None:
    """Starts the timer that takes the VAT of an unpaid order back, if there is any."""
    at = timer_of(order, tx.now)
    if at is not None:
        await start_timer(tx, "vat_unpaid", order.cooperative_id, order.id, at)


async def call_off(tx: Tx, before: Order, after: Order) -> None:
    """Books that an order is called off: its charge goes, what was paid is owed back, the fund bears its costs."""
    was, now = standing(before), standing(after)
    legs = [*charge_legs(after, was, now, tx.today), *credit_legs(after, was, now, "cancel")]
    legs += await costs_moved(tx, before, after, "costs_of_called_off")
    if legs:
        named = revenue_lines(was, now)
        await post_of_order(tx, after, JournalKind.CANCEL, ("order", after.id), 1, tx.today, legs, named)


async def costs_moved(tx: Tx, before: Order, after: Order, rule: str) -> tuple[Leg, ...]:
    """The approved costs of an order without a sale go to the fund once nothing is left that members earn from.

    If something is again, because the customer paid after all, they are taken from that.
    """
    if before.settled or bool(before.earned_from_cents) == bool(after.earned_from_cents):
        return ()
    cost = await costs_of(tx, after)
    if not cost:
        return ()
    cents = cost if before.earned_from_cents else -cost
    fund = Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-cents, rule=rule, facts=about(after))
    return (to_share_leg(after.id, cents, rule), fund)


async def costs_of(tx: Tx, order: Order) -> int:
    """The cents that the approved costs of an order take from what is shared."""
    approved = await claims.all(tx, order_id=order.id, state=ClaimState.APPROVED)
    return sum(claim.off_earning_cents for claim in approved)


async def post_of_order(
    tx: Tx,
    order: Order,
    kind: JournalKind,
    source: tuple[str, UUID],
    part: int,
    day: date,
    legs: Sequence[Leg],
    named: Sequence[ResultLine] = (),
    *,
    agreement_id: UUID | None = None,
    reverses: Reverses | None = None,
    journal_id: UUID | None = None,
) -> None:
    """Posts a journal of an order in the books of its seller."""
    await ledger.post(
        tx,
        Posting(
            id=reverses.by_id if reverses else journal_id or uuid7(),
            cooperative_id=order.cooperative_id,
            kind=kind,
            source_type=source[0],
            source_id=source[1],
            part=part,
            effective_on=day,
            legs=tuple(leg for leg in legs if leg.cents),
            named=tuple(named),
            agreement_id=agreement_id,
            reverses=reverses.journal_id if reverses else None,
        ),
    )
