"""Earnings: what one member earned with one order; pending until it is posted to the ledger, perhaps held first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.ledger import AccountKind, Leg
from app.domain.transitions import Transition


class EarningState(StrEnum):
    PENDING = "pending"
    HELD = "held"
    POSTED = "posted"
    FORFEITED = "forfeited"
    REVERSED = "reversed"


@dataclass(frozen=True)
class Earning:
    """`kept_cents` is what counts for the member's year total; `legs` are those of the last posting.

    `held_because` says why the surplus is held until the coordinator decides: `trial` or `permission`. A transfer
    credits `to_member_id`.
    """

    id: UUID
    order_id: UUID
    cooperative_id: UUID
    member_id: UUID
    work_date: date
    net_cents: int
    cost_cents: int = 0
    kept_cents: int = 0
    state: EarningState = EarningState.PENDING
    agreement_id: UUID | None = None
    journal_id: UUID | None = None
    legs: tuple[Leg, ...] = ()
    held_because: str | None = None
    held_cents: int = 0
    release_parts: int = 0
    """Decisions on what was held, so far; the last one stands unless the sale was taken back."""
    to_member_id: UUID | None = None
    decided_by: UUID | None = None
    reason: str = ""
    refunded_cents: int = 0
    """Of the net amount, given back in parts; `legs` are what is left."""
    version: int = 1

    @property
    def net_left_cents(self) -> int:
        return self.net_cents - self.refunded_cents

    @property
    def credited_id(self) -> UUID:
        """Whose year and pot it counts for."""
        return self.to_member_id or self.member_id


HELD: tuple[Transition[Earning], ...] = (
    Transition("release", ("held",), "posted", Right.DECIDE_HELD),
    Transition("transfer", ("held",), "posted", Right.DECIDE_HELD),
    Transition("forfeit", ("held",), "forfeited", Right.DECIDE_HELD),
)


def held_leg(earning: Earning, costs: Sequence[Leg]) -> Leg | None:
    """The surplus of an earning that has to be held; None where there is no reason or nothing left after costs."""
    surplus = earning.net_cents - sum(leg.cents for leg in costs)
    if earning.held_because is None or surplus <= 0:
        return None
    facts = {"because": earning.held_because, "surplus": surplus}
    return Leg(AccountKind.HELD, surplus, "held", facts, member_id=earning.member_id)
