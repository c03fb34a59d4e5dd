"""Debts of members who left, which nobody expects to be paid any more. The fund bears them; two people decide."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import DomainError, MoreThanLeft, NothingOpen, SecondPersonNeeded, WrongState
from app.domain.ledger import AccountKind, Leg
from app.domain.people.members import FORMER, Member, MemberState
from app.domain.second_person import of_staff_and_umbrella
from app.domain.transitions import Case, Process, Terms, Transition, every, move


class DebtWriteOffState(StrEnum):
    """The state of a debt's write-off."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


class DebtWriteOffVerb(StrEnum):
    """A step with a debt's write-off."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, kw_only=True)
class DebtWriteOff:
    """`cents` of the debt of a member who left, which the cooperative's fund bears."""

    id: UUID
    cooperative_id: UUID
    member_id: UUID
    cents: int
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    state: DebtWriteOffState = DebtWriteOffState.PROPOSED
    confirmed_by: UUID | None = None
    confirmed_on: date | None = None
    member_state: MemberState = MemberState.EXITED
    """The state of the member now; loaded, like the next two fields."""
    owed_cents: int = 0
    """What the member owes now."""
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative, whose officers may confirm it."""
    version: int = 1


def amount_of(member: Member, owed_cents: int, proposed_cents: int, cents: int | None) -> int:
    """The amount to write off: `cents`, or all that the member owes beyond what is proposed already.

    Raises WrongState for a member who did not leave, NothingOpen, MoreThanLeft.
    """
    left = max(0, owed_cents - proposed_cents)
    if refusal := _refusal(member.state, left, left if cents is None else cents):
        raise refusal
    return left if cents is None else cents


def legs_of(write_off: DebtWriteOff) -> tuple[Leg, ...]:
    """The member owes less, and the fund has less."""
    return (
        Leg(
            kind=AccountKind.RECEIVABLE_MEMBER,
            cents=write_off.cents,
            rule="debt_write_off",
            facts={},
            member_id=write_off.member_id,
        ),
        Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-write_off.cents, rule="debt_write_off", facts={}),
    )


def _refusal(state: MemberState, owed_cents: int, cents: int) -> DomainError | None:
    """Why so much of a debt cannot be written off."""
    if state not in FORMER:
        return WrongState(verb="write_off", state=state, possible=[], reason="still_a_member")
    if not owed_cents:
        return NothingOpen()
    return MoreThanLeft(left_cents=owed_cents) if cents > owed_cents else None


def _second_person(case: Case[DebtWriteOff]) -> SecondPersonNeeded | None:
    """Another person than who proposed it, and not the member who owes it."""
    involved = case.is_person(case.thing.proposed_by) or case.is_member(case.thing.member_id)
    return SecondPersonNeeded() if involved else None


def _still_owed(case: Case[DebtWriteOff]) -> DomainError | None:
    """The member is gone, and owes so much by now."""
    return _refusal(case.thing.member_state, case.thing.owed_cents, case.thing.cents)


DEBT_WRITE_OFF: Process[DebtWriteOff] = Process(
    verbs=DebtWriteOffVerb,
    states=DebtWriteOffState,
    rights=of_staff_and_umbrella,
    rows=(
        Transition(
            "confirm",
            ("proposed",),
            "confirmed",
            Right.CONFIRM_WRITE_OFF,
            Terms(every(_second_person, _still_owed)),
        ),
        Transition("withdraw", ("proposed",), "withdrawn", Right.WRITE_FUND),
    ),
)


def decide(case: Case[DebtWriteOff], verb: DebtWriteOffVerb) -> DebtWriteOff:
    """The write-off after `verb`.

    Raises WrongState, also if the member came back, SecondPersonNeeded, NothingOpen or MoreThanLeft if less is owed.
    """
    state = DebtWriteOffState(move(DEBT_WRITE_OFF, case, verb))
    if state is DebtWriteOffState.CONFIRMED:
        return replace(case.thing, state=state, confirmed_by=case.actor.person, confirmed_on=case.today)
    return replace(case.thing, state=state)
