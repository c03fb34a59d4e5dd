"""The flows of an assignment's money: from the customer through the cooperatives to pots and funds."""

from app.db.earning.earnings import earnings
from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.selling.assignments import assignments
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.flows import Flow
from app.ids import AssignmentId
from app.usecases.declared.audit import shows_private
from app.usecases.shared import assignment as steps
from app.usecases.shared.book_assignment import cents_by_place


@shows_private
async def get_assignment_flows(tx: Tx, actor: Actor, *, assignment_id: AssignmentId) -> list[Flow]:
    """The flows of a job's money: from the customer through the cooperatives to pots and funds.

    Before approval it shows the planned flows, later the real ones after refunds. It is for the staff of every
    cooperative that takes part. Only a cooperative's own staff see how it splits its part. Raises NotFound,
    SharesDiffer.
    """
    found = await assignments.get(tx, assignment_id)
    places = (found.cooperative_id, *(place for place in found.party_ids if place != found.cooperative_id))
    staffed = [place for place in places if actor.may(Right.READ_ASSIGNMENT, place)]
    actor.require(Right.READ_ASSIGNMENT, staffed[0] if staffed else found.cooperative_id)
    names = {place.id: place.name for place in await cooperatives.all(tx, id=places)}
    await lend_staff_view(tx, *places)
    sales = await orders.all(tx, assignment_id=assignment_id)
    earned = await earnings.all(tx, order_id=tuple(sale.id for sale in sales))
    flows = [Flow("customer", "payable_supplier", cost.net_cents) for cost in found.costs]
    customer = next((sale for sale in sales if sale.buyer_id is None), None)
    if customer is not None:
        flows.append(Flow("customer", "vat", sum(line.vat_left_cents for line in customer.lines)))
    brought = {} if earned else cents_by_place(await steps.load(tx, found))
    for earning in earned:
        brought[earning.cooperative_id] = brought.get(earning.cooperative_id, 0) + earning.net_left_cents
    flows += [Flow("customer", names[place], cents) for place, cents in brought.items()]
    for earning in earned:
        if earning.cooperative_id in staffed:
            own = names[earning.cooperative_id]
            flows += [Flow(own, leg.kind, leg.cents, leg.rule, leg.facts) for leg in earning.legs]
    return [flow for flow in flows if flow.cents]
