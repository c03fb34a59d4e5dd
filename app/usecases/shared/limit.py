"""Credit limits between cooperatives: checked before one agrees to owe more, and once the amount is exact."""

from collections.abc import Mapping
from uuid import UUID

from app.db.books.nettings import between, credit_limits
from app.db.buying.joint_purchases import wished_cents
from app.db.engine import Tx
from app.db.people.persons import lend_staff_view
from app.db.selling.assignments import promised_cents
from app.domain.books.nettings import check_limit
from app.domain.buying.joint_purchases import JointPurchase
from app.domain.selling.assignments import Assignment


async def check_limits(tx: Tx, assignment: Assignment, promised: Mapping[UUID, int]) -> None:
    """Checks that the lead of an assignment may owe each cooperative this many cents. Raises LimitExceeded."""
    debtor_id = assignment.cooperative_id
    for creditor_id in sorted(place for place in promised if place != debtor_id):
        await check_limit_between(tx, debtor_id, creditor_id, promised[creditor_id], assignment_id=assignment.id)


async def check_purchase_limits(tx: Tx, purchase: JointPurchase, owed: Mapping[UUID, int]) -> None:
    """Checks that each partner may owe the lead of a joint purchase this many cents. Raises LimitExceeded."""
    for debtor_id in sorted(place for place in owed if place != purchase.cooperative_id):
        await check_limit_between(tx, debtor_id, purchase.cooperative_id, owed[debtor_id], purchase_id=purchase.id)


async def check_limit_between(
    tx: Tx,
    debtor_id: UUID,
    creditor_id: UUID,
    cents: int,
    *,
    assignment_id: UUID | None = None,
    purchase_id: UUID | None = None,
) -> None:
    """Checks that a cooperative may owe another `cents` more; locks the limit until the transaction ends.

    Three amounts count together: what is booked, what is agreed in assignments (without VAT), and what is reserved in
    joint purchases. The assignment or purchase that `cents` replaces is left out. Raises LimitExceeded.
    """
    await lend_staff_view(tx, debtor_id, creditor_id)
    limit = await credit_limits.find(tx, lock=True, creditor_id=creditor_id, debtor_id=debtor_id)
    if limit is None:
        return
    stands, _ = await between(tx, debtor_id, creditor_id)
    owed = stands.second_owes - stands.first_owes
    owed = -owed if stands.first_id == debtor_id else owed
    promised = await promised_cents(tx, debtor_id, creditor_id, assignment_id)
    wished = await wished_cents(tx, debtor_id, creditor_id, purchase_id)
    check_limit(limit, owed + promised + wished, cents)
