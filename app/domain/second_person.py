"""Second persons from outside: what an officer of a cooperative's umbrella may decide and read there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from app.domain.access import Right, Role
from app.domain.actors import Actor
from app.domain.errors import Forbidden

FOR_PART: dict[Right, Right] = {
    Right.CONFIRM_BANK_ACCOUNT: Right.CONFIRM_FOR_PART,
    Right.READ_BANK_ACCOUNT: Right.READ_FOR_PART,
    Right.CONFIRM_STATEMENT: Right.CONFIRM_FOR_PART,
    Right.READ_STATEMENT: Right.READ_REVERSAL_FOR_PART,
    Right.APPROVE_BILL: Right.CONFIRM_FOR_PART,
    Right.READ_BILL: Right.READ_REVERSAL_FOR_PART,
    Right.APPROVE_BATCH: Right.CONFIRM_FOR_PART,
    Right.READ_BATCH: Right.READ_REVERSAL_FOR_PART,
    Right.CONFIRM_PAYEE_ACCOUNT: Right.CONFIRM_FOR_PART,
    Right.READ_PAYEE_ACCOUNT: Right.READ_REVERSAL_FOR_PART,
    Right.CONFIRM_FUND_FLOOR: Right.CONFIRM_FOR_PART,
    Right.READ_FUND_FLOOR: Right.READ_REVERSAL_FOR_PART,
    Right.CONFIRM_WRITE_OFF: Right.CONFIRM_FOR_PART,
    Right.READ_WRITE_OFF: Right.READ_FOR_PART,
    Right.READ_WRITE_OFF_REVERSAL: Right.READ_REVERSAL_FOR_PART,
}
"""Rights that the umbrella shares, each with the right there that carries it."""


def may_here_or_above(actor: Actor, right: Right, cooperative_id: UUID, umbrella_id: UUID | None) -> bool:
    """Whether the actor has a right at a cooperative, or for it at its umbrella."""
    above = FOR_PART.get(right)
    return actor.may(right, cooperative_id) or (
        above is not None and umbrella_id is not None and actor.may(above, umbrella_id)
    )


def of_staff_and_umbrella(thing: Any, actor: Actor) -> Callable[[Right], bool]:
    """The rights in a process in which the cooperative acts, and as a second person its umbrella (`umbrella_id`)."""
    return lambda right: may_here_or_above(actor, right, thing.cooperative_id, thing.umbrella_id)


def require_here_or_above(actor: Actor, right: Right, cooperative_id: UUID, umbrella_id: UUID | None) -> None:
    """Checks it. Raises as `Actor.require` does; Forbidden for an officer of the umbrella, who is no outsider."""
    officer = umbrella_id in actor.cooperative_ids(Role.COORDINATOR, Role.TREASURER)
    if not officer or actor.may(right, cooperative_id):
        actor.require(right, cooperative_id)
    elif right in FOR_PART:
        actor.require(FOR_PART[right], umbrella_id)
    else:
        raise Forbidden(right=right)
