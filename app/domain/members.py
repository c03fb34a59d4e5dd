"""Members: they make what the cooperative sells. The shop shows the trade name only."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import RuleMissing, RuleRefused
from app.domain.transitions import Transition, move


class MemberState(StrEnum):
    """How far a membership is."""

    REFERRED = "referred"
    CANDIDATE = "candidate"
    TRIAL = "trial"
    MEMBER = "member"
    PAUSED = "paused"
    EXITED = "exited"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class MemberVerb(StrEnum):
    """Steps of a membership."""

    TAKE_IN = "take_in"
    START_TRIAL = "start_trial"
    ADMIT = "admit"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    PAUSE = "pause"
    RESUME = "resume"
    EXIT = "exit"


class Destination(StrEnum):
    """Where somebody goes who leaves."""

    EMPLOYMENT = "employment"
    OWN_BUSINESS = "own_business"
    EDUCATION = "education"
    OTHER = "other"


@dataclass(frozen=True)
class Member:
    """`goal_cents` is what the member saves for; `person_id` links to the person who may log in."""

    id: UUID
    cooperative_id: UUID
    name: str
    trade_name: str
    person_id: UUID | None = None
    state: MemberState = MemberState.MEMBER
    goal_text: str | None = None
    goal_cents: int | None = None
    trial_until: date | None = None
    """The first day after the trial: from 30 November three months last until 28 February."""
    exited_on: date | None = None
    destination: Destination | None = None
    version: int = 1


@dataclass(frozen=True)
class MemberEvent:
    """Something that happened to a membership, and who did it."""

    id: UUID
    member_id: UUID
    cooperative_id: UUID
    verb: str
    state: MemberState
    at: datetime
    person_id: UUID | None = None
    app_id: UUID | None = None
    note: str = ""


MEMBERSHIP: tuple[Transition[Member], ...] = (
    Transition("take_in", ("referred",), "candidate", Right.WRITE_MEMBER),
    Transition("start_trial", ("candidate",), "trial", Right.WRITE_MEMBER),
    Transition("admit", ("candidate", "trial"), "member", Right.WRITE_MEMBER),
    Transition("reject", ("referred", "candidate", "trial"), "rejected", Right.WRITE_MEMBER),
    Transition("withdraw", ("referred", "candidate", "trial"), "withdrawn", Right.PAUSE_MEMBERSHIP),
    Transition("pause", ("member",), "paused", Right.PAUSE_MEMBERSHIP),
    Transition("resume", ("paused",), "member", Right.PAUSE_MEMBERSHIP),
    Transition("exit", ("trial", "member", "paused"), "exited", Right.WRITE_MEMBER),
)
OWN_STEPS = frozenset({"pause", "resume", "withdraw"})
"""What a member does alone."""
BEFORE_ADMISSION = (MemberState.REFERRED, MemberState.CANDIDATE, MemberState.TRIAL)
FORMER = (MemberState.EXITED, MemberState.REJECTED, MemberState.WITHDRAWN)
SELLING = (MemberState.TRIAL, MemberState.MEMBER)
"""Whose offerings can be published."""


def add_months(day: date, months: int) -> date:
    """Calendar months later: the same day of the month, or its last day where the month is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def transition(
    member: Member, verb: str, today: date, *, trial_months: int | None = None, destination: Destination | None = None
) -> Member:
    """The member after `verb`.

    Raises WrongState; RuleMissing where a trial starts that the agreement does not know; RuleRefused for an exit
    without a destination, or a destination without an exit.
    """
    state = MemberState(move(MEMBERSHIP, member, verb))
    if (verb == "exit") != (destination is not None):
        raise RuleRefused(rule="exit_has_a_destination", value=destination or verb)
    if verb == "start_trial":
        if trial_months is None:
            raise RuleMissing(kind="trial")
        return replace(member, state=state, trial_until=add_months(today, trial_months))
    if verb == "exit":
        return replace(member, state=state, exited_on=today, destination=destination)
    return replace(member, state=state)
