"""Undoes the approval of a job: its costs, the charges of its partners, and what everybody earned by it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from app.db import ledger
from app.db.earning.earnings import earnings
from app.db.engine import Tx
from app.db.people.persons import lend_staff_view
from app.db.selling.assignments import assignments, save_parts
from app.db.selling.credits import last_credit
from app.db.selling.orders import orders
from app.domain.errors import NotReversible, ReverseThatFirst, SecondPersonNeeded
from app.domain.ledger import Journal, JournalKind
from app.domain.selling.assignments import Assignment, AssignmentState
from app.domain.selling.orders import Order, OrderState
from app.usecases.shared.assignment import charges_of, load, lock_assignment, tell_all
from app.usecases.shared.book_sale import book_alone, unsettle
from app.usecases.shared.issue import lock_series, note_all
from app.usecases.shared.order_money import nobody_involved, open_for_money
from app.usecases.shared.trails import note_order
from app.usecases.shared.undo import Undoing, negation_of, netted_since, post_reversal

APPROVED = (AssignmentState.APPROVED, AssignmentState.SETTLED)


async def act_of_approval(tx: Tx, journal: Journal) -> UUID:
    """The job, for the lead's costs and for the charge of each partner."""
    return (await _seen(tx, journal)).id


async def sides_of_approval(tx: Tx, journal: Journal) -> tuple[UUID, ...]:
    """The lead and the partners that charged it; none if there are none, and for the costs of an order."""
    if journal.kind is JournalKind.COST and journal.source_type != "assignment":
        return ()
    assignment = await _seen(tx, journal)
    partners = {charge.cooperative_id for charge in await charges_of(tx, assignment)}
    return tuple(sorted({assignment.cooperative_id, *partners})) if partners else ()


async def undo_approval(tx: Tx, undoing: Undoing) -> None:
    """The job is disputed: it is approved again as it is, or resumed to correct its hours and its costs.

    The order of the customer is delivered, and what they paid stays paid. The charges of partners are called off, and
    everybody's earnings are taken back. Raises NotReversible for a job that is not approved, ReverseThatFirst if its
    order was credited, a charge was netted, or somebody decided on what is held of an earning; SecondPersonNeeded for
    whoever planned it, works on it or ordered it.
    """
    assignment = await lock_assignment(tx, await _seen(tx, undoing.journal))
    if assignment.order_id is None or assignment.state not in APPROVED:
        raise NotReversible(kind=undoing.journal.kind, how="job")
    order = open_for_money(tx, await orders.get(tx, assignment.order_id, lock=True))
    by = await nobody_involved(tx, undoing.actor, order, "reverse")
    if by == assignment.created_by:
        raise SecondPersonNeeded(verb="reverse")
    sales = {order.cooperative_id: order}
    for charge in await charges_of(tx, assignment):
        sales[charge.cooperative_id] = await orders.get(tx, charge.id, lock=True)
    journals = await _journals(tx, assignment, list(sales.values()))
    await _nothing_stands_on(tx, undoing, list(sales.values()), journals)
    await lock_series(tx, *sales.values())
    await book_alone(tx, *sales.values())
    for place, sale in sorted(sales.items()):
        undone = await unsettle(tx, sale)
        for journal in (one for one in journals if one.cooperative_id == place):
            await post_reversal(tx, undoing, await negation_of(tx, journal), journal)
        state = OrderState.DELIVERED if sale.id == order.id else OrderState.CANCELLED
        if state is OrderState.CANCELLED:
            # The reason is the lead's own.
            await note_all(tx, sale, "")
        saved = await orders.save(tx, replace(undone, state=state, completed_at=None))
        await note_order(tx, undoing.actor, saved, "reverse_approval", undoing.reason if sale.id == order.id else "")
    disputed = replace(assignment, state=AssignmentState.DISPUTED, reason=undoing.reason)
    whole = await load(tx, disputed)
    await save_parts(tx, [replace(part, net_cents=0) for part in whole.parts if part.net_cents])
    await tell_all(tx, whole, "dispute", undoing.reason)
    await assignments.save(tx, disputed)


async def _nothing_stands_on(tx: Tx, undoing: Undoing, sales: Sequence[Order], journals: Sequence[Journal]) -> None:
    """Raises ReverseThatFirst for a credit, a netting or a decision that stands on what is to be undone."""
    for sale in sales:
        if (credit_id := await last_credit(tx, sale.id)) is not None:
            credit = await ledger.journal_of(tx, "credit", credit_id, JournalKind.CREDIT, 1)
            raise ReverseThatFirst(kind=credit.kind, journal_id=str(credit.id))
        for earning in await earnings.all(tx, order_id=sale.id):
            if earning.decision_journal_id is not None:
                raise ReverseThatFirst(kind=JournalKind.RELEASE, journal_id=str(earning.decision_journal_id))
    await netted_since(tx, undoing, journals)


async def _journals(tx: Tx, assignment: Assignment, sales: Sequence[Order]) -> list[Journal]:
    """What approval booked beside the earnings: the lead's costs and the charges of its partners."""
    found = await ledger.journals_of(tx, "assignment", assignment.id, JournalKind.COST)
    for sale in sales:
        if sale.buyer_id is not None:
            found += await ledger.journals_of(tx, "order", sale.id, JournalKind.CHARGE)
    return found


async def _seen(tx: Tx, journal: Journal) -> Assignment:
    """The job that a journal of its approval is of; opens the rows of everybody who does a part."""
    assignment_id = journal.source_id
    if journal.source_type == "order":
        assignment_id = (await orders.get(tx, journal.source_id)).assignment_id or journal.source_id
    found = await assignments.get(tx, assignment_id)
    await lend_staff_view(tx, found.cooperative_id, *found.party_ids)
    return found
