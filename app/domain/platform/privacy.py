"""What is kept about people, and for how long (AVG): erased when they ask, and in time by itself."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.access import Role
from app.domain.days import AMSTERDAM
from app.domain.errors import RuleRefused
from app.domain.people.members import FORMER, Member
from app.domain.people.persons import Office
from app.domain.selling.orders import Order, OrderState

FULL_INVOICE_CENTS = 10_000
"""Up to 100 euro a simplified invoice will do, which names nobody; above it name and address stay with the books."""
BOOK_YEARS = 7
"""Books and what belongs to them are kept for seven years (AWR 52)."""
TRACES = timedelta(days=90)
"""How long deliveries of webhooks and reports of files are kept."""
_UNDER_WAY = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.DELIVERED)


def check_erasable(
    members: Iterable[Member], offices: Iterable[Office], orders: Iterable[Order], standing_cents: int
) -> None:
    """Nothing ties the person any more. Raises RuleRefused with what to end first.

    `orders` are those that they placed, `standing_cents` what stands on accounts of theirs or is expected there.
    """
    if any(member.state not in FORMER for member in members):
        raise RuleRefused(rule="erase_membership", value=Role.MEMBER)
    if held := sorted(office.role for office in offices):
        raise RuleRefused(rule="erase_office", value=held[0])
    for order in orders:
        owed = order.state is OrderState.COMPLETED and order.due_cents > 0
        if order.state in _UNDER_WAY or owed:
            raise RuleRefused(rule="erase_open_order", value=order.reference)
    if standing_cents:
        raise RuleRefused(rule="erase_pot", value="")


def end_of_books(now: datetime) -> datetime:
    """What ended before this has been kept for seven whole years."""
    return datetime(now.astimezone(AMSTERDAM).year - BOOK_YEARS, 1, 1, tzinfo=AMSTERDAM)
