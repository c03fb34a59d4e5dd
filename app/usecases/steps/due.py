"""Deadlines hold without the worker: whoever comes after one has the step of the clock taken first.

A verb that finds a deadline passed raises `StepDue`. `Run` undoes it, has the timer's own verb take the step in a
transaction of its own, then runs the verb again. So the step is kept even if the verb is refused, and a verb that comes
in time pays nothing for it.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from app.db.engine import Tx
from app.domain.buying.joint_purchases import JointPurchase, PurchaseState
from app.domain.selling.assignments import APPROVED_AFTER, Assignment, AssignmentState
from app.domain.selling.orders import Order

V = TypeVar("V", bound=Callable[..., Awaitable[Any]])
_STEPS: dict[str, Callable[..., Awaitable[Any]]] = {}


class StepDue(Exception):
    """The step of timer `kind` is due at a cooperative; `about` names its subject, as the timer's verb does."""

    def __init__(self, kind: str, cooperative_id: UUID, **about: UUID) -> None:
        super().__init__(kind)
        self.kind = kind
        self.cooperative_id = cooperative_id
        self.about = about

    @property
    def verb(self) -> Callable[..., Awaitable[Any]]:
        """What the timer calls."""
        return _STEPS[self.kind]


def step_of(kind: str) -> Callable[[V], V]:
    """Mark the verb that the timer of this kind calls."""

    def mark(verb: V) -> V:
        _STEPS[kind] = verb
        return verb

    return mark


def order_in_time(tx: Tx, order: Order) -> Order:
    """The order itself. Raises StepDue if it should have expired, or been completed by silence."""
    if order.due_at is not None and order.due_at <= tx.now:
        kind = "accept_by" if order.delivered_at is None else "complete"
        raise StepDue(kind, order.cooperative_id, order_id=order.id)
    return order


def assignment_in_time(tx: Tx, found: Assignment) -> Assignment:
    """The assignment itself. Raises StepDue if silence should have approved it."""
    delivered = found.state is AssignmentState.DELIVERED and found.delivered_at is not None
    if delivered and found.delivered_at is not None and found.delivered_at + APPROVED_AFTER <= tx.now:
        raise StepDue("approve", found.cooperative_id, assignment_id=found.id)
    return found


def purchase_in_time(tx: Tx, found: JointPurchase) -> JointPurchase:
    """The purchase itself. Raises StepDue if it should be topping up by now."""
    if found.state is PurchaseState.OPEN and found.tops_up_at and found.tops_up_at <= tx.now < found.closes_at:
        raise StepDue("purchase_tops_up", found.cooperative_id, purchase_id=found.id)
    return found
