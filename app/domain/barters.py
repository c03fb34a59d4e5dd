"""Barter: time for time between members of one cooperative, in minutes; no euro, no invoice."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import DebtLimitReached, RuleRefused
from app.domain.ledger import AccountKind, Leg
from app.domain.transitions import Transition, move


class BarterState(StrEnum):
    """How far a barter is."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class BarterVerb(StrEnum):
    """How a barter is answered."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Trade:
    """The giver worked `minutes` for the receiver, who says whether that is right."""

    id: UUID
    cooperative_id: UUID
    giver_id: UUID
    receiver_id: UUID
    minutes: int
    title: str
    proposed_at: datetime
    state: BarterState = BarterState.PROPOSED
    version: int = 1


@dataclass(frozen=True)
class MemberMinutes:
    """The minutes that a member has to spend; below zero: owes."""

    member_id: UUID
    minutes: int


BARTER: tuple[Transition[Trade], ...] = (
    Transition("confirm", ("proposed",), "confirmed", Right.ANSWER_BARTER),
    Transition("decline", ("proposed",), "declined", Right.ANSWER_BARTER),
    Transition("cancel", ("proposed",), "cancelled", Right.PROPOSE_BARTER),
)


def check_parties(giver_id: UUID, receiver_id: UUID) -> None:
    """Raises RuleRefused where somebody would trade with themselves."""
    if giver_id == receiver_id:
        raise RuleRefused(rule="two_people_trade", value=str(giver_id))


def answered(trade: Trade, verb: str) -> Trade:
    """The trade after `verb`. Raises WrongState."""
    return replace(trade, state=BarterState(move(BARTER, trade, verb)))


def barter_legs(trade: Trade, receiver_minutes: int, limit: int) -> tuple[Leg, ...]:
    """Minutes from the receiver to the giver. Raises DebtLimitReached for a debt above `limit`."""
    left = receiver_minutes - trade.minutes
    if left < -limit:
        raise DebtLimitReached(owed=-left, limit=limit)
    facts = {"title": trade.title}
    return (
        Leg(AccountKind.TIME, -trade.minutes, "barter", facts, trade.receiver_id),
        Leg(AccountKind.TIME, trade.minutes, "barter", facts, trade.giver_id),
    )
