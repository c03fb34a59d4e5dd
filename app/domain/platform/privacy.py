"""Retention of personal data (AVG): erased on request, and automatically when its period is over."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.access import Role
from app.domain.days import AMSTERDAM
from app.domain.errors import RuleRefused
from app.domain.people.members import FORMER, Member
from app.domain.people.persons import Office
from app.domain.selling.orders import Order, OrderState

FULL_INVOICE_CENTS = 10_000
"""Up to 100 euro a simplified invoice is enough, which names nobody; above that, name and address stay in the books."""
BOOK_YEARS = 7
"""Books and what belongs to them are kept for seven years (AWR 52)."""
TRACES = timedelta(days=90)
"""The retention period of webhook deliveries and import reports."""
_UNDER_WAY = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.DELIVERED)


def check_erasable(
    members: Iterable[Member], offices: Iterable[Office], orders: Iterable[Order], standing_cents: int
) -> None:
    """Checks that nothing ties the person any more. Raises RuleRefused with what must end first.

    `orders` are the orders that they placed; `standing_cents` is what is on their accounts or expected there.
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
    """Records that ended before this have been kept for seven whole years."""
    return datetime(now.astimezone(AMSTERDAM).year - BOOK_YEARS, 1, 1, tzinfo=AMSTERDAM)
