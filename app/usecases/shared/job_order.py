"""The order of a customer who asked for a job: it is placed once all cooperatives agree."""

from datetime import date
from uuid import UUID

from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.domain.selling.assignments import PriceLine
from app.domain.selling.customers import check_vat_id
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import Order, OrderState, totals
from app.domain.selling.vat_at_supply import free_of_vat, supply_day
from app.domain.small_business import without_vat
from app.domain.vat import VatClass, rate_on
from app.usecases.shared.assignment import Whole
from app.usecases.shared.ordering import reference


async def order_of_job(tx: Tx, whole: Whole) -> Order:
    """The order that a job gets, without VAT under the small-business scheme; not saved.

    Raises VatIdNeeded if the customer declares the VAT.
    """
    lead = await cooperatives.get(tx, whole.assignment.cooperative_id)
    day = supply_day(tx.today, whole.assignment.starts_at)
    order = _order(tx, whole, day)
    if without_vat(lead.small_business_spells, day):
        order = free_of_vat(order)
    check_vat_id(order.contact.buyer, [line.vat_class for line in order.lines])
    return order


def _order(tx: Tx, whole: Whole, day: date) -> Order:
    """The order of a customer who asked for the job, at the rates of a day."""
    assignment, order_id = whole.assignment, uuid7()
    assert assignment.contact is not None  # noqa: S101  planned with a contact, or from an order
    lines = tuple(_line(order_id, line, rate_on(VatClass(line.vat_class), day)) for line in assignment.lines)
    own = sorted({part.member_id for part in whole.taken if part.cooperative_id == assignment.cooperative_id})
    order = Order(
        id=order_id,
        cooperative_id=assignment.cooperative_id,
        reference=reference(),
        contact=assignment.contact,
        lines=lines,
        net_cents=0,
        vat_cents=0,
        placed_at=tx.now,
        accept_by=tx.now,
        maker_ids=tuple(own),
        needed_at=assignment.starts_at,
        note=assignment.title,
        state=OrderState.ACCEPTED,
        assignment_id=assignment.id,
    )
    return totals(order)


def _line(order_id: UUID, line: PriceLine, basis_points: int) -> OrderLine:
    return OrderLine(
        id=uuid7(),
        order_id=order_id,
        offering_id=None,
        edition=0,
        member_id=None,
        title=line.title,
        price_unit="piece",
        quantity=line.quantity,
        unit_price_cents=line.unit_price_cents,
        vat_class=line.vat_class,
        vat_basis_points=basis_points,
        counts_stock=False,
    )
