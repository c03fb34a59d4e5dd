"""How much a cooperative may come to owe others: checked before it agrees to more, and once it is known exactly."""

from collections.abc import Mapping
from uuid import UUID

from app.db.assignments import promised_cents
from app.db.engine import Tx
from app.db.nettings import between, credit_limits
from app.db.people import lend_staff_view
from app.domain.assignments import Assignment
from app.domain.nettings import check_limit


async def check_limits(tx: Tx, assignment: Assignment, promised: Mapping[UUID, int]) -> None:
    """Whether its lead may owe each of these cooperatives so many cents; the limit is locked until the end.

    What is booked and what is agreed count together, without the VAT of what is only agreed. Raises LimitExceeded.
    """
    debtor_id = assignment.cooperative_id
    others = sorted(place for place in promised if place != debtor_id)
    await lend_staff_view(tx, debtor_id, *others)
    for creditor_id in others:
        limit = await credit_limits.find(tx, lock=True, creditor_id=creditor_id, debtor_id=debtor_id)
        if limit is not None:
            stands, _ = await between(tx, debtor_id, creditor_id)
            owed = stands.second_owes - stands.first_owes
            owed = -owed if stands.first_id == debtor_id else owed
            already = owed + await promised_cents(tx, debtor_id, creditor_id, assignment.id)
            check_limit(limit, already, promised[creditor_id])
