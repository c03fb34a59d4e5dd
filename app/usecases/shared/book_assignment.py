"""The money of an assignment: approval books a sale in each cooperative's books; refunds go back through them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app.db.earning.earnings import earnings
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.selling.assignments import assignments, save_parts
from app.db.selling.orders import add_order, orders
from app.db.selling.payments import refunds
from app.domain.days import day_of
from app.domain.earning.earnings import Earning
from app.domain.earning.refunds import Refund
from app.domain.errors import RuleRefused
from app.domain.selling.assignments import Assignment, shares_of
from app.domain.selling.charges import back_legs, charge_back, give_back, job_legs, reclaims_vat
from app.domain.selling.customers import Buyer, BuyerType, Contact
from app.domain.selling.orders import Order, OrderLine, OrderState, less, totals
from app.domain.selling.parts import Part
from app.domain.vat import rate_on
from app.usecases.shared.assignment import Whole
from app.usecases.shared.book_refund import take_off
from app.usecases.shared.book_sale import expect_each, settle
from app.usecases.shared.ordering import reference, small_business


def cents_by_place(whole: Whole) -> dict[UUID, int]:
    """The sum of the parts of each cooperative, in cents, the lead's included. Raises SharesDiffer."""
    cents = shares_of(whole.assignment, whole.slots, whole.parts)
    found = {whole.assignment.cooperative_id: 0}
    for part in whole.taken:
        found[part.cooperative_id] = found.get(part.cooperative_id, 0) + cents[part.id]
    return found


async def check_vat(tx: Tx, whole: Whole, order: Order) -> None:
    """A lead that charges its customer no VAT cannot reclaim VAT from a partner. Raises RuleRefused."""
    if reclaims_vat(order):
        return
    others = await cooperatives.all(tx, id=whole.assignment.party_ids)
    for partner in others:
        parts = [part for part in whole.taken if part.cooperative_id == partner.id != order.cooperative_id]
        charged = any(rate_on(whole.slot(part.slot_id).vat_class, tx.today) for part in parts)
        if charged and partner.small_business_from is None:
            raise RuleRefused(rule="vat_cannot_be_reclaimed", value=partner.name)


async def book_assignment(tx: Tx, whole: Whole, order: Order) -> Whole:
    """At approval, splits every part by its own cooperative's agreement, and lets partners charge the lead.

    Each cooperative gets one journal, in the order of their ids. Raises SharesDiffer, AgreementMissing.
    """
    assignment = whole.assignment
    await lend_staff_view(tx, assignment.cooperative_id, *assignment.party_ids)
    cents = shares_of(assignment, whole.slots, whole.parts)
    of_place: dict[UUID, list[Part]] = {assignment.cooperative_id: []}
    for part in whole.taken:
        of_place.setdefault(part.cooperative_id, []).append(replace(part, net_cents=cents[part.id]))
    lead = await cooperatives.get(tx, assignment.cooperative_id)
    sales = {assignment.cooperative_id: order}
    for place, theirs in sorted(of_place.items()):
        if place != assignment.cooperative_id and any(part.net_cents > 0 for part in theirs):
            sales[place] = await _charge(tx, whole, theirs, order, lead.name)
    for place in sorted(sales):
        earned = [(part.member_id, part.id, part.net_cents) for part in of_place[place] if part.net_cents]
        await expect_each(tx, sales[place], earned)
        charged = [sales[other] for other in sorted(sales) if other != assignment.cooperative_id]
        others = job_legs(assignment, charged, reclaims_vat(order)) if place == assignment.cooperative_id else ()
        await orders.save(tx, await settle(tx, sales[place], others))
    worth = {part.id: part for theirs in of_place.values() for part in theirs}
    await save_parts(tx, list(worth.values()))
    return replace(whole, parts=tuple(worth.get(part.id, part) for part in whole.parts))


async def _charge(tx: Tx, whole: Whole, theirs: Sequence[Part], order: Order, buyer: str) -> Order:
    """A partner's charge to the lead for its members' parts, as a completed order."""
    order_id, place, assignment = uuid7(), theirs[0].cooperative_id, whole.assignment
    lines = tuple(_line(tx, whole, part, order_id) for part in theirs if part.net_cents)
    charge = Order(
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
    charge = await small_business(tx, totals(charge))
    await add_order(tx, charge)
    return charge


def _line(tx: Tx, whole: Whole, part: Part, order_id: UUID) -> OrderLine:
    slot, delivered = whole.slot(part.slot_id), whole.assignment.delivered_at
    rate = rate_on(slot.vat_class, day_of(delivered) if delivered else tx.today)
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
        vat_class=slot.vat_class,
        vat_basis_points=rate,
        counts_stock=False,
    )


async def give_back_assignment(tx: Tx, order: Order, refund: Refund, vat_left_cents: int) -> Refund:
    """Takes a refund off VAT, costs and every part, in the books of each cooperative."""
    assignment = await _assignment(tx, order)
    await lend_staff_view(tx, assignment.cooperative_id, *assignment.party_ids)
    charges = await orders.all(tx, assignment_id=assignment.id, buyer_id=order.cooperative_id)
    found = await earnings.all(tx, order_id=(order.id, *(charge.id for charge in charges)))
    given = give_back(
        refund.credited_cents, vat_left_cents, assignment.costs, [earning.net_left_cents for earning in found]
    )
    known = replace(refund, vat_cents=given.vat_cents)
    nets = {earning.id: cents for earning, cents in zip(found, given.nets, strict=True)}
    back = await _charges_back(tx, charges, found, nets)
    for place in sorted({order.cooperative_id, *(charge.cooperative_id for charge, _, _ in back)}):
        if place == order.cooperative_id:
            await take_off(tx, order, known, nets, back_legs(assignment, given, back, reclaims_vat(order)))
        else:
            charge, net, vat = next(row for row in back if row[0].cooperative_id == place)
            own = replace(known, id=uuid7(), order_id=charge.id, cooperative_id=place, cents=net + vat, vat_cents=vat)
            own = replace(own, returned_cents=0)
            await refunds.add(tx, own)
            await take_off(tx, charge, own, nets)
            await orders.save(tx, less(charge, own.cents))
    costs = [
        replace(cost, refunded_cents=cost.refunded_cents + cents)
        for cost, cents in zip(assignment.costs, given.costs, strict=True)
    ]
    await assignments.save(tx, replace(assignment, costs=tuple(costs)))
    return known


async def _charges_back(
    tx: Tx, charges: Sequence[Order], found: Sequence[Earning], nets: Mapping[UUID, int]
) -> list[tuple[Order, int, int]]:
    """Each charge that is partly given back, locked, with that net amount and VAT."""
    back = []
    for charge in sorted(charges, key=lambda charge: charge.cooperative_id):
        own = [earning for earning in found if earning.order_id == charge.id]
        net, left = sum(nets[e.id] for e in own), sum(e.net_left_cents for e in own)
        if net:
            locked = await orders.get(tx, charge.id, lock=True)
            gone = sum(refund.vat_cents for refund in await refunds.all(tx, order_id=charge.id))
            back.append((locked, net, charge_back(net, left, charge.vat_cents - gone)))
    return back


async def _assignment(tx: Tx, order: Order) -> Assignment:
    assert order.assignment_id is not None  # noqa: S101  only orders of assignments come here
    return await assignments.get(tx, order.assignment_id, lock=True)
