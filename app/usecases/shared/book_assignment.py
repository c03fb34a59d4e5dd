"""The money of an assignment: approval books a sale in each cooperative's books; credits go back through them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.db import ledger
from app.db.earning.earnings import earnings, lock_year
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.people.small_business import lock_year as lock_turnover
from app.db.platform.outbox import start_timer
from app.db.selling.assignments import assignments, save_parts
from app.db.selling.credits import add_credit
from app.db.selling.orders import add_order, orders
from app.domain.days import day_of
from app.domain.earning.earnings import Earning
from app.domain.earning.refunds import shared_off
from app.domain.errors import RuleRefused
from app.domain.ledger import AccountKind, JournalKind, Leg
from app.domain.selling.assignments import Assignment, shares_of
from app.domain.selling.charged import about, standing
from app.domain.selling.charges import (
    charge_legs,
    job_legs,
    reclaims_vat,
    reverse_charge_legs,
    reversed_vat,
    vat_change,
)
from app.domain.selling.credits import Credit, Off, credit_lines, credited
from app.domain.selling.customers import Buyer, BuyerType, Contact
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import Order, OrderState, totals
from app.domain.selling.parts import Part
from app.domain.selling.vat_at_supply import free_of_vat
from app.domain.small_business import without_vat
from app.domain.vat import VatClass, rate_on
from app.usecases.shared.assignment import Whole, charges_of
from app.usecases.shared.book_credit import post_difference, sale_of, take_off
from app.usecases.shared.book_order import charge, post_of_order
from app.usecases.shared.book_sale import book_alone, expect_anew, expect_each, settle
from app.usecases.shared.issue import lock_series, note_credit
from app.usecases.shared.ordering import reference
from app.usecases.shared.small_business import supplied_without_vat
from app.usecases.shared.suppliers import with_accounts


def cents_by_place(whole: Whole) -> dict[UUID, int]:
    """The sum of the parts of each cooperative, in cents, the lead's included. Raises SharesDiffer."""
    cents = shares_of(whole.assignment, whole.slots, whole.parts)
    found = {whole.assignment.cooperative_id: 0}
    for part in whole.taken:
        found[part.cooperative_id] = found.get(part.cooperative_id, 0) + cents[part.id]
    return found


async def check_vat(tx: Tx, whole: Whole, order: Order) -> None:
    """A lead that charges its customer no VAT cannot reclaim VAT from a partner. Raises RuleRefused.

    VAT on work on buildings or land is the lead's own to declare, whoever does it: then its fund pays it.
    """
    if reclaims_vat(order) or whole.assignment.real_property:
        return
    others = await cooperatives.all(tx, id=whole.assignment.party_ids)
    for partner in others:
        parts = [part for part in whole.taken if part.cooperative_id == partner.id != order.cooperative_id]
        charged = any(rate_on(whole.slot(part.slot_id).vat_class, tx.today) for part in parts)
        if charged and not without_vat(partner.small_business_spells, tx.today):
            raise RuleRefused(rule="vat_cannot_be_reclaimed", value=partner.name)


async def book_assignment(tx: Tx, whole: Whole, order: Order) -> Whole:
    """At approval, splits every part by its own cooperative's agreement, and lets partners charge the lead.

    Each cooperative's journals are posted in the order of their ids. Raises SharesDiffer, AgreementMissing.
    """
    assignment, lead_id = whole.assignment, whole.assignment.cooperative_id
    await lend_staff_view(tx, lead_id, *assignment.party_ids)
    cents = shares_of(assignment, whole.slots, whole.parts)
    of_place: dict[UUID, list[Part]] = {lead_id: []}
    for part in whole.taken:
        of_place.setdefault(part.cooperative_id, []).append(replace(part, net_cents=cents[part.id]))
    lead = await cooperatives.get(tx, lead_id)
    await _lock_all(tx, of_place, order.work_date or tx.today)
    sales = {lead_id: order}
    for place, theirs in sorted(of_place.items()):
        if place != lead_id and any(part.net_cents > 0 for part in theirs):
            sales[place] = await _charge(tx, whole, theirs, order, lead.name)
    await _book_costs(tx, assignment, order, [sales[place] for place in sorted(sales) if place != lead_id])
    for place in sorted(sales):
        earned = [(part.member_id, part.id, part.net_cents) for part in of_place[place] if part.net_cents]
        # A partner's charge is new, and nobody earned anything by it.
        await (expect_anew if place == lead_id else expect_each)(tx, sales[place], earned)
        await orders.save(tx, await settle(tx, sales[place]))
    worth = {part.id: part for theirs in of_place.values() for part in theirs}
    await save_parts(tx, list(worth.values()))
    return replace(whole, parts=tuple(worth.get(part.id, part) for part in whole.parts))


async def _lock_all(tx: Tx, of_place: Mapping[UUID, Sequence[Part]], day: date) -> None:
    """Locks everything that an approval books on, before its first call: the years of the work, then all books."""
    places = sorted(of_place)
    for seller in await cooperatives.all(tx, id=places):
        if without_vat(seller.small_business_spells, day):
            await lock_turnover(tx, seller.id, day.year)
    for place in places:
        await lock_year(tx, place, [part.member_id for part in of_place[place]], day.year)
    for place in places:
        await ledger.lock_books(tx, place)


async def _book_costs(tx: Tx, assignment: Assignment, order: Order, charges: Sequence[Order]) -> None:
    """Books what the lead owes suppliers and partners for the job, on the day of the work."""
    day = order.work_date or tx.today
    legs = await with_accounts(tx, order.cooperative_id, job_legs(assignment, order, charges, day))
    if legs:
        part = await ledger.parts_of(tx, "assignment", assignment.id, JournalKind.COST) + 1
        await post_of_order(tx, order, JournalKind.COST, ("assignment", assignment.id), part, day, legs)


async def _charge(tx: Tx, whole: Whole, theirs: Sequence[Part], order: Order, buyer: str) -> Order:
    """A partner's charge to the lead for its members' parts, as a completed order."""
    order_id, place, assignment = uuid7(), theirs[0].cooperative_id, whole.assignment
    lines = tuple(_line(tx, whole, part, order_id) for part in theirs if part.net_cents)
    made = Order(
        id=order_id,
        cooperative_id=place,
        reference=reference(),
        contact=Contact(
            name=buyer,
            buyer=Buyer(buyer_type=BuyerType.BUSINESS, organisation=buyer, purchase_order=order.reference),
        ),
        lines=lines,
        net_cents=0,
        vat_cents=0,
        placed_at=tx.now,
        accept_by=tx.now,
        maker_ids=tuple(sorted({part.member_id for part in theirs})),
        note=assignment.title,
        state=OrderState.COMPLETED,
        delivered_at=assignment.delivered_at,
        completed_at=tx.now,
        assignment_id=assignment.id,
        buyer_id=assignment.cooperative_id,
    )
    made, seller, day = totals(made), await cooperatives.get(tx, place), made.work_date or tx.today
    if await supplied_without_vat(tx, seller, made, day):
        made = free_of_vat(made)
    made = replace(made, vat_with_money=seller.uses_cash_method(day))
    await add_order(tx, made)
    await start_timer(tx, "invoice", place, order_id, tx.now)
    return await charge(tx, replace(made, state=OrderState.IN_PROGRESS), made, made.work_date or tx.today)


def _line(tx: Tx, whole: Whole, part: Part, order_id: UUID) -> OrderLine:
    slot, delivered = whole.slot(part.slot_id), whole.assignment.delivered_at
    rate = rate_on(slot.vat_class, day_of(delivered) if delivered else tx.today)
    reverses = whole.assignment.real_property and rate > 0
    return OrderLine(
        id=uuid7(),
        order_id=order_id,
        offering_id=None,
        edition=0,
        member_id=part.member_id,
        title=slot.role,
        price_unit="part",
        quantity=1,
        unit_price_cents=part.net_cents,
        vat_class=VatClass.REVERSE_CHARGED if reverses else slot.vat_class,
        vat_basis_points=0 if reverses else rate,
        reversed_basis_points=rate if reverses else 0,
        counts_stock=False,
    )


async def lower_assignment(tx: Tx, before: Order, after: Order, credit: Credit) -> Order:
    """Books a credit of the customer's order of an approved assignment, in the books of each cooperative.

    The lower net price is taken from all parts, then from the lead's fund; costs stay. The order is returned, not
    saved.
    """
    assignment = await _assignment(tx, after)
    await lend_staff_view(tx, assignment.cooperative_id, *assignment.party_ids)
    seen = await charges_of(tx, assignment)
    charges = [await orders.get(tx, one.id, lock=True) for one in sorted(seen, key=lambda one: one.id)]
    await lock_series(tx, after, *charges)
    await book_alone(tx, after, *charges)
    after = await note_credit(tx, after, credit)
    found = await earnings.all(tx, order_id=(after.id, *(one.id for one in charges)))
    less = standing(before).to_share_cents - standing(after).to_share_cents
    off, beyond = shared_off(found, less)
    legs: list[Leg] = []
    for place in sorted({after.cooperative_id, *(one.cooperative_id for one in charges)}):
        if place == after.cooperative_id:
            legs += await take_off(tx, after, off, credit_id=credit.id)
        else:
            theirs = next(one for one in charges if one.cooperative_id == place)
            legs += await _credit_charge(tx, assignment, theirs, found, off, credit, reclaims_vat(after))
    fund = Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-beyond, rule="lead_bears", facts=about(after))
    await post_difference(
        tx,
        before,
        after,
        JournalKind.CREDIT,
        ("credit", credit.id),
        await sale_of(tx, after),
        [*legs, fund],
    )
    return after


async def _credit_charge(
    tx: Tx,
    assignment: Assignment,
    before: Order,
    found: Sequence[Earning],
    off: Mapping[UUID, int],
    credit: Credit,
    reclaimed: bool,
) -> tuple[Leg, ...]:
    """Credits a partner's charge by what its members give up; returns the lead's legs of it."""
    mine = {earning.member_id: 0 for earning in found if earning.order_id == before.id}
    for earning in found:
        if earning.order_id == before.id:
            mine[earning.member_id] += off[earning.id]
    if not any(mine.values()):
        return ()
    credit_id = uuid7()
    lines = credit_lines(credit_id, before, _lines_of(before, mine))
    after = credited(before, lines)
    own = replace(
        credit,
        id=credit_id,
        order_id=before.id,
        cooperative_id=before.cooperative_id,
        net_cents=sum(line.net_cents for line in lines),
        vat_cents=sum(line.vat_cents for line in lines),
        lines=lines,
        part_of=credit.id,
    )
    await add_credit(tx, own)
    after = await note_credit(tx, after, replace(own, reason=""))
    shares = await take_off(tx, after, off, credit_id=credit_id)
    await post_difference(
        tx, before, after, JournalKind.CREDIT, ("credit", credit_id), await sale_of(tx, after), shares
    )
    await orders.save(tx, after)
    vat = vat_change(standing(before), standing(after))
    return (
        *charge_legs(assignment, before, -own.net_cents, vat, tx.today, reclaimed),
        *reverse_charge_legs(assignment, reversed_vat(before), reversed_vat(after), tx.today, reclaimed),
    )


def _lines_of(order: Order, nets: Mapping[UUID, int]) -> dict[UUID, Off]:
    """What members give up, by the lines of their parts, in their order."""
    left = dict(nets)
    found = {}
    for line in order.lines:
        if line.member_id is not None and (cents := min(left.get(line.member_id, 0), line.net_left_cents)):
            found[line.id] = Off(cents, without_vat=True)
            left[line.member_id] -= cents
    return found


async def _assignment(tx: Tx, order: Order) -> Assignment:
    assert order.assignment_id is not None  # noqa: S101  only orders of assignments come here
    return await assignments.get(tx, order.assignment_id, lock=True)
