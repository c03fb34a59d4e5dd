"""The floor of a cooperative's fund: how low people may bring it. Two people set another one than 0.00, until a day.

Whoever wants an earlier end proposes another one, which may be 0.00.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import BelowFloor, SecondPersonNeeded
from app.domain.second_person import of_staff_and_umbrella
from app.domain.transitions import Case, Process, Terms, Transition, move


class FundFloorState(StrEnum):
    """The state of a floor. At most one of a cooperative is proposed, and at most one confirmed."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    """It holds until its last day."""
    WITHDRAWN = "withdrawn"
    """By the treasurer, or by a newer proposal."""
    REPLACED = "replaced"
    """Another one was confirmed later."""


class FundFloorVerb(StrEnum):
    """A step with a floor."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, kw_only=True)
class FundFloor:
    """`floor_cents` is the least that people may leave in the fund up to and on the day `until`; it may be below 0."""

    id: UUID
    cooperative_id: UUID
    floor_cents: int
    until: date
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    state: FundFloorState = FundFloorState.PROPOSED
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative now, whose officers may confirm it; loaded."""
    version: int = 1


def check_floor(floor_cents: int, balance_cents: int, change_cents: int) -> None:
    """Checks what a change left in the fund. Raises BelowFloor with the floor and the balance before the change."""
    if change_cents < 0 and balance_cents < floor_cents:
        raise BelowFloor(how="of_fund", floor_cents=floor_cents, balance_cents=balance_cents - change_cents)


def _second_person(case: Case[FundFloor]) -> SecondPersonNeeded | None:
    """Another person than who proposed it."""
    return SecondPersonNeeded() if case.is_person(case.thing.proposed_by) else None


def _not_over(case: Case[FundFloor]) -> str | None:
    """Its last day is still to come."""
    return "time_is_over" if case.thing.until < case.today else None


def _confirms(case: Case[FundFloor]) -> SecondPersonNeeded | str | None:
    return _second_person(case) or _not_over(case)


FUND_FLOOR: Process[FundFloor] = Process(
    verbs=FundFloorVerb,
    states=FundFloorState,
    rights=of_staff_and_umbrella,
    rows=(
        Transition("confirm", ("proposed",), "confirmed", Right.CONFIRM_FUND_FLOOR, Terms(_confirms)),
        Transition("withdraw", ("proposed",), "withdrawn", Right.WRITE_FUND),
    ),
)


def decide(case: Case[FundFloor], verb: FundFloorVerb) -> FundFloor:
    """The floor after `verb`. Raises WrongState, SecondPersonNeeded."""
    state = FundFloorState(move(FUND_FLOOR, case, verb))
    if state is FundFloorState.CONFIRMED:
        return replace(case.thing, state=state, confirmed_by=case.actor.person, confirmed_at=case.now)
    return replace(case.thing, state=state)
