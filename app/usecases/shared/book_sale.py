"""Books the sale of an order that is completed and paid: shares what was supplied, less costs, by the agreement.

F is the function of the year's month totals that decides what goes to the municipality (docs/architecture.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from uuid import UUID

from app.db import ledger
from app.db.earning.agreements import get_agreement, in_force
from app.db.earning.costs import claims
from app.db.earning.earnings import earnings, locked_year, save_year
from app.db.engine import Tx, uuid7
from app.db.people.members import states_at
from app.db.people.permissions import permissions
from app.db.platform.outbox import tell
from app.db.store import ask, one_of
from app.domain.earning.agreements import Agreement
from app.domain.earning.costs import UNDECIDED, ClaimState, CostClaim
from app.domain.earning.earnings import Earning, EarningState, expected_anew, held_leg
from app.domain.earning.split import BY_YEAR_TOTAL
from app.domain.earning.thresholds import Year
from app.domain.errors import AgreementMissing
from app.domain.ledger import JournalKind, Leg, Posting, negated, stamped
from app.domain.people.members import MemberState
from app.domain.people.permissions import Permission, permitted
from app.domain.rules import PermissionNeeded
from app.domain.selling.charged import to_share_leg
from app.domain.selling.orders import Order, due_for_sale
from app.usecases.shared.book_earning import book_split, take_back, warn_of_limit


async def expect_earnings(tx: Tx, order: Order) -> None:
    """Creates the pending earnings at delivery, when the work date is known: one for each member; none for gifts."""
    if not order.gross_cents:
        return
    nets: dict[UUID, int] = {}
    credited: dict[UUID, int] = {}
    for line in order.lines:
        if line.member_id is not None:
            nets[line.member_id] = nets.get(line.member_id, 0) + line.net_cents
            credited[line.member_id] = credited.get(line.member_id, 0) + line.credited_net_cents
    await expect_each(tx, order, [(member_id, None, cents) for member_id, cents in nets.items()], credited)


async def expect_each(
    tx: Tx,
    order: Order,
    nets: Sequence[tuple[UUID, UUID | None, int]],
    credited: Mapping[UUID, int] = MappingProxyType({}),
) -> None:
    """Creates a pending earning for each (member, part, net cents); held if the member was on trial at delivery.

    `credited` is what was taken off the price of each member's work before that, in cents.
    """
    states = await states_at(tx, [member_id for member_id, _, _ in nets], order.delivered_at or tx.now)
    held = {m: "trial" if states[m] is MemberState.TRIAL else None for m, _, _ in nets}
    expected = [
        Earning(
            id=uuid7(),
            order_id=order.id,
            cooperative_id=order.cooperative_id,
            member_id=member,
            work_date=_work_date(order),
            net_cents=cents,
            held_because=held[member],
            part_id=part,
            refunded_cents=credited.get(member, 0),
        )
        for member, part, cents in nets
    ]
    await earnings.add(tx, *expected)


async def expect_anew(tx: Tx, order: Order, nets: Sequence[tuple[UUID, UUID | None, int]]) -> None:
    """The same for a job, whose approval may have been undone: earnings of before are expected as they are now.

    Whoever has no part any more earns nothing.
    """
    known = {(one.member_id, one.part_id): one for one in await earnings.all(tx, order_id=order.id)}
    await expect_each(tx, order, [one for one in nets if one[:2] not in known])
    if not known:
        return
    cents = {one[:2]: one[2] for one in nets}
    states = await states_at(tx, [one.member_id for one in known.values()], order.delivered_at or tx.now)
    for key, earning in known.items():
        trial = "trial" if states[earning.member_id] is MemberState.TRIAL else None
        await earnings.save(tx, expected_anew(earning, cents.get(key, 0), _work_date(order), trial))


async def settle(tx: Tx, order: Order) -> Order:
    """Books the sale of a locked order if it is due: shares, remittance, savings; all of it or nothing.

    The order is returned, not saved. Open cost claims keep it waiting, with a task. Raises AgreementMissing if no
    version applies on the work date.
    """
    if not due_for_sale(order):
        return order
    work_date = _work_date(order)
    claimed, found, versions, (year,) = await ask(
        tx,
        claims.plain.query(order_id=order.id, state=(*UNDECIDED, ClaimState.APPROVED)),
        earnings.plain.query(order_id=order.id),
        in_force(tx, order.cooperative_id, work_date),
        locked_year(order.cooperative_id, order.id, work_date.year),
    )
    if any(claim.state in UNDECIDED for claim in claimed):
        await tell(tx, "earning.waits_for_claims", order.cooperative_id, order.id, reference=order.reference)
        return order
    if not found and order.assignment_id is None:
        found, year = await _expected_late(tx, order)
    if not found:
        return order
    agreement = await _version(tx, found, versions, work_date)
    legs, part, journal_id = list[Leg](), order.sale_parts + 1, uuid7()
    settled = []
    for earning in await _permitted(tx, found, agreement):
        mine = [claim for claim in claimed if claim.member_id == earning.member_id]
        posted = _split_one(year, earning, agreement, mine)
        legs += posted.legs
        settled.append(replace(posted, journal_id=journal_id if posted.legs else None))
        if posted.state is EarningState.HELD:
            await tell(tx, "earning.held", order.cooperative_id, earning.id, reference=order.reference)
    await save_year(tx, year)
    await warn_of_limit(tx, agreement, work_date)
    for earning in settled:
        await earnings.save(tx, earning)
    await tell(tx, "earning.posted", order.cooperative_id, order.id, reference=order.reference)
    if not legs:
        return order
    await ledger.post(
        tx,
        Posting(
            id=journal_id,
            cooperative_id=order.cooperative_id,
            kind=JournalKind.SALE,
            source_type="order",
            source_id=order.id,
            part=part,
            effective_on=work_date,
            legs=_shared(year, order, legs),
            agreement_id=agreement.id,
        ),
    )
    return replace(order, sale_parts=part, sale_reversed=False)


def _shared(year: Year, order: Order, legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """The shares, taken from what is to be shared; no pot goes below zero."""
    share = to_share_leg(order.id, -sum(leg.cents for leg in legs), "shared")
    return year.into_pots([leg for leg in (share, *legs) if leg.cents])


async def _version(tx: Tx, found: Sequence[Earning], in_force_now: Sequence[Agreement], work_date: date) -> Agreement:
    """The version that splits a sale. A sale that is booked again keeps its version, whatever was signed since."""
    if not in_force_now:
        raise AgreementMissing(date=work_date.isoformat())
    before = next((earning.agreement_id for earning in found if earning.agreement_id is not None), None)
    return await get_agreement(tx, before) if before else in_force_now[0]


async def unsettle(tx: Tx, order: Order) -> Order:
    """Takes back the sale of a locked order: what is left of its shares is to be shared again.

    Percentages are the negation of what is in force. Remittance and savings are F(after) − F(before) over the member's
    year, so later orders may have come in between. The order is returned, not saved.
    """
    if not order.settled:
        return order
    await book_alone(tx, order)
    sale = await ledger.journal_of(tx, "order", order.id, JournalKind.SALE, order.sale_parts)
    legs = list[Leg]()
    taken_back = []
    found, year = await locked_earnings(tx, order)
    # One version of the agreement split all earnings.
    agreement = await get_agreement(tx, found[0].booked_under)
    for earning in found:
        if earning.held_cents:
            await tell(tx, "earning.taken_back", order.cooperative_id, earning.id, reference=order.reference)
        legs += negated(tuple(leg for leg in earning.legs if leg.rule not in BY_YEAR_TOTAL))
        legs += take_back(year, earning, agreement)
        taken_back.append(replace(earning, state=EarningState.REVERSED, held_cents=0, legs=(), kept_cents=0))
    nothing_left = (
        to_share_leg(order.id, order.net_cents, "shared"),
        to_share_leg(order.id, -order.net_cents, "shared"),
    )
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=order.cooperative_id,
            kind=JournalKind.SALE_REVERSAL,
            source_type="order",
            source_id=order.id,
            part=order.sale_parts,
            effective_on=sale.effective_on,
            # A sale of which credits took every share is in force until now, and a journal has two legs.
            legs=_shared(year, order, legs) or nothing_left,
            reverses=sale.id,
            agreement_id=sale.agreement_id,
        ),
    )
    await save_year(tx, year)
    for earning in taken_back:
        await earnings.save(tx, earning)
    await tell(tx, "earning.reversed", order.cooperative_id, order.id, reference=order.reference)
    return replace(order, sale_reversed=True)


async def book_alone(tx: Tx, *of: Order) -> None:
    """Locks the years of what was earned with these orders, then all books of their cooperatives.

    For an act that books in several calls. One call locks all its balances in one order, which everybody keeps; a later
    call may need a balance that comes before those of the first.
    """
    for order in sorted(of, key=lambda order: order.cooperative_id):
        if order.work_date is not None:
            await one_of(tx, locked_year(order.cooperative_id, order.id, order.work_date.year))
    for cooperative_id in sorted({order.cooperative_id for order in of}):
        await ledger.lock_books(tx, cooperative_id)


async def _expected_late(tx: Tx, order: Order) -> tuple[list[Earning], Year]:
    """The earnings of an order that counted as refunded at delivery, before revision 0043: none were expected then."""
    await expect_earnings(tx, order)
    return await locked_earnings(tx, order)


async def _permitted(tx: Tx, found: list[Earning], agreement: Agreement) -> list[Earning]:
    """The earnings by member; held if the agreement requires a permission and none covers the day."""
    ordered = sorted(found, key=lambda earning: (earning.member_id, earning.id))
    if agreement.the(PermissionNeeded) is None:
        return ordered
    given = await permissions.all(tx, member_id=[earning.member_id for earning in found])
    return [_held_without(given, earning) for earning in ordered]


def _held_without(given: list[Permission], earning: Earning) -> Earning:
    if earning.held_because == "trial":
        return earning
    own = [permission for permission in given if permission.member_id == earning.member_id]
    return replace(earning, held_because=None if permitted(own, earning.work_date) else "permission")


def _split_one(year: Year, earning: Earning, agreement: Agreement, claimed: list[CostClaim]) -> Earning:
    """The earning as booked now: split, or its surplus held until the coordinator decides."""
    cost = sum(claim.off_earning_cents for claim in claimed)
    anew = replace(
        earning,
        cost_cents=cost,
        agreement_id=agreement.id,
        to_member_id=None,
        decided_by=None,
        reason="",
        kept_cents=0,
    )
    held = held_leg(anew)
    if held is None:
        return book_split(year, anew, agreement)
    return replace(anew, state=EarningState.HELD, held_cents=held.cents, legs=stamped((held,), earning.member_id))


async def locked_earnings(tx: Tx, order: Order) -> tuple[list[Earning], Year]:
    """The earnings of an order by member, and the locked year of its work."""
    found = sorted(await earnings.all(tx, order_id=order.id), key=lambda earning: (earning.member_id, earning.id))
    return found, await one_of(tx, locked_year(order.cooperative_id, order.id, _work_date(order).year))


def _work_date(order: Order) -> date:
    assert order.work_date is not None  # noqa: S101  a completed order was delivered
    return order.work_date
