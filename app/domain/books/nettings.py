"""Netting: the debts of two cooperatives, set off once a month and paid once, in both books; and credit limits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.days import check_day, day_of
from app.domain.errors import (
    AlreadySettled,
    BooksDiffer,
    DomainError,
    LimitExceeded,
    NothingToNet,
    RuleRefused,
    SecondPersonNeeded,
)
from app.domain.ledger import AccountKind, Leg
from app.domain.transitions import REASON, Case, Need, Process, Terms, Transition, move


class NettingVerb(StrEnum):
    """Steps of a netting."""

    CONFIRM = "confirm"
    DECLINE = "decline"


class NettingState(StrEnum):
    """The state of a netting."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    REVERSED = "reversed"


@dataclass(frozen=True, kw_only=True)
class Between:
    """The open amounts between two cooperatives, in cents: what each owes, and is owed, by its own books."""

    first_id: UUID
    second_id: UUID
    first_owes: int
    second_owes: int
    first_is_owed: int
    second_is_owed: int

    @property
    def mirrored(self) -> bool:
        """Whether both books agree."""
        return self.first_owes == self.second_is_owed and self.second_owes == self.first_is_owed


@dataclass(frozen=True, kw_only=True)
class Netting:
    """Both sides' claims until `as_of`, set off; the side that owes more pays the difference on `paid_on`.

    `first_id` < `second_id`. `upto` is the last entry of each account that it covers, by account id.
    """

    id: UUID
    first_id: UUID
    second_id: UUID
    first_owes_cents: int
    second_owes_cents: int
    as_of: datetime
    upto: dict[str, int]
    state: NettingState = NettingState.PROPOSED
    first_confirmed_by: UUID | None = None
    second_confirmed_by: UUID | None = None
    paid_on: date | None = None
    reason: str = ""
    version: int = 1

    @property
    def side_ids(self) -> tuple[UUID, UUID]:
        """Both cooperatives."""
        return self.first_id, self.second_id

    @property
    def net_cents(self) -> int:
        """The amount that the first pays the second; negative: the second pays."""
        return self.first_owes_cents - self.second_owes_cents


@dataclass(frozen=True, kw_only=True)
class CreditLimit:
    """The most that `debtor_id` may owe `creditor_id`, set by the creditor."""

    id: UUID
    creditor_id: UUID
    debtor_id: UUID
    cents: int | None
    """None: no limit."""
    set_by: UUID
    version: int = 1


@dataclass(frozen=True)
class StatementLine:
    """One entry of one side's books about the other; a debt of the other is positive."""

    day: date
    rule: str
    facts: dict[str, Any]
    cents: int


def _refusal(case: Case[Netting], side: UUID) -> DomainError | None:
    """The reason why the caller cannot confirm for a side."""
    first, second = case.thing.first_confirmed_by, case.thing.second_confirmed_by
    if (first if side == case.thing.first_id else second) is not None:
        return AlreadySettled(what="netting", how="netting")
    return SecondPersonNeeded() if case.is_person(first, second) else None


def _confirmable(case: Case[Netting]) -> DomainError | None:
    """The caller can confirm for one of the sides. A treasurer of both hears of the side that is left."""
    sides = [side for side in case.thing.side_ids if case.may(Right.CONFIRM_NETTING, side)]
    refusals = [refusal for side in sides if (refusal := _refusal(case, side)) is not None]
    if len(refusals) < len(sides):
        return None
    return next((one for one in refusals if isinstance(one, SecondPersonNeeded)), next(iter(refusals), None))


def _after_confirmation(case: Case[Netting]) -> str:
    """The second confirmation settles it."""
    either = case.thing.first_confirmed_by or case.thing.second_confirmed_by
    return "proposed" if either is None else "confirmed"


_SIDE = Need("cooperative_id")


def _rights(netting: Netting, actor: Actor) -> Callable[[Right], bool]:
    return lambda right: any(actor.may(right, side) for side in netting.side_ids)


NETTING: Process[Netting] = Process(
    verbs=NettingVerb,
    states=NettingState,
    rights=_rights,
    rows=(
        Transition(
            "confirm", ("proposed",), _after_confirmation, Right.CONFIRM_NETTING, Terms(_confirmable, needs=(_SIDE,))
        ),
        Transition("decline", ("proposed",), "declined", Right.CONFIRM_NETTING, Terms(needs=(_SIDE, REASON))),
    ),
)


def propose(between: Between, *, id: UUID, as_of: datetime, upto: dict[str, int]) -> Netting:  # noqa: A002
    """A netting of the open amounts. Raises NothingToNet, BooksDiffer if the books do not agree."""
    if not between.mirrored:
        raise BooksDiffer(first=between.first_owes, second=between.second_is_owed)
    if not (between.first_owes or between.second_owes):
        raise NothingToNet
    return Netting(
        id=id,
        first_id=between.first_id,
        second_id=between.second_id,
        first_owes_cents=between.first_owes,
        second_owes_cents=between.second_owes,
        as_of=as_of,
        upto=upto,
    )


def confirmed(case: Case[Netting], side: UUID, paid_on: date) -> Netting:
    """The netting with one side's confirmation; with both it is confirmed.

    Raises WrongState, AlreadySettled for a side that has confirmed, SecondPersonNeeded for one person on both sides,
    RuleRefused if the sides give different days, DayOutOfRange for one before its month or after today.
    """
    netting, by, today = case.thing, case.actor.person, case.today
    state = move(NETTING, case, "confirm", cooperative_id=side)
    refusal = _refusal(case, side)
    if refusal is not None:
        refusal.facts.setdefault("verb", "confirm")
        raise refusal
    # A netting of the first of a month is about the month before, so it may have been paid in that month.
    month = (day_of(netting.as_of) - timedelta(days=1)).replace(day=1)
    check_day("paid_on", paid_on, month, today)
    if netting.paid_on not in (None, paid_on):
        raise RuleRefused(rule="both_name_one_day", value=str(netting.paid_on))
    first, second = netting.first_confirmed_by, netting.second_confirmed_by
    sides = (by, second) if side == netting.first_id else (first, by)
    changed = replace(netting, paid_on=paid_on, first_confirmed_by=sides[0], second_confirmed_by=sides[1])
    both = changed.first_confirmed_by and changed.second_confirmed_by
    return replace(changed, state=NettingState(state)) if both else changed


def declined(case: Case[Netting], side: UUID, reason: str) -> Netting:
    """The netting, declined. Raises WrongState, ReasonNeeded."""
    state = NettingState(move(NETTING, case, "decline", cooperative_id=side, reason=reason))
    return replace(case.thing, state=state, reason=reason)


def netting_legs(netting: Netting, side: UUID) -> tuple[Leg, ...]:
    """The legs of one side: its debts and claims are cleared, the difference goes through the bank."""
    first = side == netting.first_id
    owes, is_owed = netting.first_owes_cents, netting.second_owes_cents
    if not first:
        owes, is_owed = is_owed, owes
    other = netting.second_id if first else netting.first_id
    facts = {"owes": owes, "is_owed": is_owed}
    legs = (
        Leg(kind=AccountKind.RECEIVABLE_COOPERATIVE, cents=is_owed, rule="netting", facts=facts, party=str(other)),
        Leg(kind=AccountKind.PAYABLE_COOPERATIVE, cents=-owes, rule="netting", facts=facts, party=str(other)),
        Leg(kind=AccountKind.BANK, cents=owes - is_owed, rule="netting", facts=facts),
    )
    return tuple(leg for leg in legs if leg.cents)


def parent_legs(child_id: UUID, cents: int) -> tuple[Leg, ...]:
    """The umbrella's side of its share in a sub-cooperative's earnings."""
    facts = {"cooperative": str(child_id)}
    return (
        Leg(
            kind=AccountKind.RECEIVABLE_COOPERATIVE, cents=-cents, rule="parent_share", facts=facts, party=str(child_id)
        ),
        Leg(kind=AccountKind.COOPERATIVE_FUND, cents=cents, rule="parent_share", facts=facts),
    )


def check_limit(limit: CreditLimit | None, open_cents: int, more_cents: int) -> None:
    """Checks that a debtor may owe this much more. Raises LimitExceeded with the open amount and the limit."""
    if limit is not None and limit.cents is not None and open_cents + more_cents > limit.cents:
        raise LimitExceeded(limit_cents=limit.cents, open_cents=open_cents, more_cents=more_cents)
