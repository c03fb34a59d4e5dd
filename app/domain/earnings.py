"""Earnings: what one member earned with one order; pending until it is posted to the ledger."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.ledger import Leg


class EarningState(StrEnum):
    PENDING = "pending"
    POSTED = "posted"
    REVERSED = "reversed"


@dataclass(frozen=True)
class Earning:
    """`kept_cents` is what counts for the member's year total; `legs` are those of the last posting."""

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
    version: int = 1
