"""Barter: time for time between members of one cooperative, in minutes; no euro, no invoice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import DebtLimitReached, DomainError, Forbidden, RuleMissing, RuleRefused
from app.domain.ledger import AccountKind, Leg
from app.domain.rules import Barter, RulesFrom, rules_on
from app.domain.transitions import Case, Process, Terms, Transition, every, move


class BarterState(StrEnum):
    """The state of a barter."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REVERSED = "reversed"


class BarterVerb(StrEnum):
    """The answer to a barter."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    CANCEL = "cancel"


@dataclass(frozen=True, kw_only=True)
class Trade:
    """The giver worked `minutes` for the receiver, who confirms that or not."""

    id: UUID
    cooperative_id: UUID
    giver_id: UUID
    receiver_id: UUID
    minutes: int
    title: str
    proposed_at: datetime
    state: BarterState = BarterState.PROPOSED
    version: int = 1
    receiver_minutes: int = 0
    """The minutes that the receiver has to spend now, for the list of next steps."""
    limits: tuple[RulesFrom, ...] = ()
    """The debt limit by version of the agreement, the latest first, for the same."""
    journal_id: UUID | None = None
    """The journal, if it was confirmed; loaded, never saved."""


@dataclass(frozen=True)
class MemberMinutes:
    """The barter minutes of a member; if negative, the member owes them."""

    member_id: UUID
    minutes: int


def _receives(case: Case[Trade]) -> Forbidden | None:
    return None if case.is_member(case.thing.receiver_id) else Forbidden(right=Right.ANSWER_BARTER)


def _within_limit(case: Case[Trade]) -> DomainError | None:
    """The receiver owes no more than the agreement of the day allows. A confirmation checks it again under a lock."""
    trade, rules = case.thing, rules_on(case.thing.limits, case.today, Barter)
    if not rules:
        return RuleMissing(kind="barter")
    left, limit = trade.receiver_minutes - trade.minutes, rules[0].debt_limit_minutes
    return DebtLimitReached(owed=-left, limit=limit) if left < -limit else None


def _gives(case: Case[Trade]) -> Forbidden | None:
    return None if case.is_member(case.thing.giver_id) else Forbidden(right=Right.PROPOSE_BARTER)


def _rights(trade: Trade, actor: Actor) -> Callable[[Right], bool]:
    own = actor.as_member(trade.giver_id, trade.receiver_id)
    return lambda right: actor.may(right, trade.cooperative_id, own=own)


BARTER: Process[Trade] = Process(
    verbs=BarterVerb,
    states=BarterState,
    rights=_rights,
    rows=(
        Transition("confirm", ("proposed",), "confirmed", Right.ANSWER_BARTER, Terms(every(_receives, _within_limit))),
        Transition("decline", ("proposed",), "declined", Right.ANSWER_BARTER, Terms(_receives)),
        Transition("cancel", ("proposed",), "cancelled", Right.PROPOSE_BARTER, Terms(_gives)),
    ),
)


def check_parties(giver_id: UUID, receiver_id: UUID) -> None:
    """Raises RuleRefused for a trade of a member with themselves."""
    if giver_id == receiver_id:
        raise RuleRefused(rule="two_people_trade", value=str(giver_id))


def answered(case: Case[Trade], verb: str) -> Trade:
    """The trade after `verb`. Raises WrongState, Forbidden for the other party's answer."""
    return replace(case.thing, state=BarterState(move(BARTER, case, verb)))


def barter_legs(trade: Trade, receiver_minutes: int, limit: int) -> tuple[Leg, ...]:
    """Minutes from the receiver to the giver. Raises DebtLimitReached for a debt above `limit`."""
    left = receiver_minutes - trade.minutes
    if left < -limit:
        raise DebtLimitReached(owed=-left, limit=limit)
    facts = {"title": trade.title}
    return (
        Leg(kind=AccountKind.TIME, cents=-trade.minutes, rule="barter", facts=facts, member_id=trade.receiver_id),
        Leg(kind=AccountKind.TIME, cents=trade.minutes, rule="barter", facts=facts, member_id=trade.giver_id),
    )


def check_undone(trade: Trade, giver_minutes: int, limit: int) -> None:
    """Raises DebtLimitReached if the giver would owe more than `limit` once the minutes of a trade went back."""
    left = giver_minutes - trade.minutes
    if left < -limit:
        raise DebtLimitReached(owed=-left, limit=limit)
