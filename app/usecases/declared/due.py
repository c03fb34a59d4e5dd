"""Deadlines hold without the worker: a use case that comes after one first has the timer's step taken.

A use case that finds a passed deadline raises `StepDue`. `Run` rolls it back, runs the timer's own use case in a
separate transaction, and then runs the first one again. So the timer's step is kept even if the use case is refused,
and a use case in time costs nothing extra.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from app.db.engine import Tx
from app.domain.buying.joint_purchases import JointPurchase, PurchaseState
from app.domain.selling.assignments import APPROVED_AFTER, Assignment, AssignmentState
from app.domain.selling.orders import Order
from app.domain.selling.vat_due import year_after_due

V = TypeVar("V", bound=Callable[..., Awaitable[Any]])
_STEPS: dict[str, Callable[..., Awaitable[Any]]] = {}


class StepDue(Exception):
    """The step of timer `kind` is due at a cooperative; `about` names its subject, as the timer's use case does."""

    def __init__(self, kind: str, cooperative_id: UUID, **about: UUID) -> None:
        super().__init__(kind)
        self.kind = kind
        self.cooperative_id = cooperative_id
        self.about = about

    @property
    def verb(self) -> Callable[..., Awaitable[Any]]:
        """The use case that the timer calls."""
        return _STEPS[self.kind]


def step_of(kind: str) -> Callable[[V], V]:
    """Marks the use case that the timer of this kind calls."""

    def mark(verb: V) -> V:
        _STEPS[kind] = verb
        return verb

    return mark


def order_in_time(tx: Tx, order: Order) -> Order:
    """Returns the order.

    Raises StepDue if it should have expired, or been completed for lack of an answer, or if VAT of what is unpaid
    should have gone back.
    """
    if order.due_at is not None and order.due_at <= tx.now:
        kind = "accept_by" if order.delivered_at is None else "complete"
        raise StepDue(kind, order.cooperative_id, order_id=order.id)
    goes_back = year_after_due(order)
    if goes_back is not None and goes_back <= tx.today:
        raise StepDue("vat_unpaid", order.cooperative_id, order_id=order.id)
    return order


def assignment_in_time(tx: Tx, found: Assignment) -> Assignment:
    """Returns the assignment. Raises StepDue if it should have been approved for lack of an answer."""
    delivered = found.state is AssignmentState.DELIVERED and found.delivered_at is not None
    if delivered and found.delivered_at is not None and found.delivered_at + APPROVED_AFTER <= tx.now:
        raise StepDue("approve", found.cooperative_id, assignment_id=found.id)
    return found


def purchase_in_time(tx: Tx, found: JointPurchase) -> JointPurchase:
    """Returns the purchase. Raises StepDue if its top-up phase should have begun."""
    if found.state is PurchaseState.OPEN and found.tops_up_at and found.tops_up_at <= tx.now < found.closes_at:
        raise StepDue("purchase_tops_up", found.cooperative_id, purchase_id=found.id)
    return found
