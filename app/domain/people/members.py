"""Members, whose work the cooperative sells. The shop shows only their trade name."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import RuleMissing, RuleRefused, SecondPersonNeeded
from app.domain.rules import RulesFrom, Trial, rules_on
from app.domain.transitions import Case, Need, Process, Terms, Transition, every, move


class MemberState(StrEnum):
    """The state of a membership."""

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
    COME_BACK = "come_back"


class MemberStep(StrEnum):
    """A step in the history of a membership."""

    REGISTER = "register"
    REFER = "refer"
    LINK = "link"
    TAKE_IN = "take_in"
    START_TRIAL = "start_trial"
    ADMIT = "admit"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    PAUSE = "pause"
    RESUME = "resume"
    EXIT = "exit"
    COME_BACK = "come_back"


class Destination(StrEnum):
    """The destination of a member who leaves."""

    EMPLOYMENT = "employment"
    OWN_BUSINESS = "own_business"
    EDUCATION = "education"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Member:
    """`goal_cents` is the cost of the member's goal; `person_id` links to the person who may log in as the member."""

    id: UUID
    cooperative_id: UUID
    name: str
    trade_name: str
    person_id: UUID | None = None
    state: MemberState = MemberState.MEMBER
    goal_text: str | None = None
    goal_cents: int | None = None
    trial_until: date | None = None
    """The first day after the trial. Three months from 30 November end on 28 February."""
    exited_on: date | None = None
    destination: Destination | None = None
    trials: tuple[RulesFrom, ...] = ()
    """The trial rules by version of the agreement, latest first, for a member who may start a trial."""
    version: int = 1

    def trial_months(self, day: date) -> int | None:
        """The length in months of a trial that starts on a day."""
        return next((rule.months for rule in rules_on(self.trials, day, Trial) or ()), None)


@dataclass(frozen=True, kw_only=True)
class MemberEvent:
    """A step in the history of a membership, and who took it."""

    id: UUID
    member_id: UUID
    cooperative_id: UUID
    verb: MemberStep
    state: MemberState
    at: datetime
    person_id: UUID | None = None
    app_id: UUID | None = None
    note: str = ""


def _not_oneself(case: Case[Member]) -> SecondPersonNeeded | None:
    own = case.is_member(case.thing.id) or case.is_person(case.thing.person_id)
    return SecondPersonNeeded() if own else None


def _trial_known(case: Case[Member]) -> RuleMissing | None:
    return RuleMissing(kind="trial") if case.thing.trial_months(case.today) is None else None


_DESTINATION = (Need("destination", "exit_has_a_destination"),)


def _rights(member: Member, actor: Actor) -> Callable[[Right], bool]:
    own = actor.as_member(member.id)
    return lambda right: actor.may(right, member.cooperative_id, own=own)


MEMBERSHIP: Process[Member] = Process(
    verbs=MemberVerb,
    states=MemberState,
    rights=_rights,
    rows=(
        Transition("take_in", ("referred",), "candidate", Right.WRITE_MEMBER, Terms(_not_oneself)),
        Transition(
            "start_trial", ("candidate",), "trial", Right.WRITE_MEMBER, Terms(every(_not_oneself, _trial_known))
        ),
        Transition("admit", ("candidate", "trial"), "member", Right.WRITE_MEMBER, Terms(_not_oneself)),
        Transition("reject", ("referred", "candidate", "trial"), "rejected", Right.WRITE_MEMBER, Terms(_not_oneself)),
        Transition("withdraw", ("referred", "candidate", "trial"), "withdrawn", Right.PAUSE_MEMBERSHIP),
        Transition("pause", ("member",), "paused", Right.PAUSE_MEMBERSHIP),
        Transition("resume", ("paused",), "member", Right.PAUSE_MEMBERSHIP),
        Transition(
            "exit", ("trial", "member", "paused"), "exited", Right.WRITE_MEMBER, Terms(_not_oneself, needs=_DESTINATION)
        ),
        Transition("come_back", ("exited",), "member", Right.WRITE_MEMBER, Terms(_not_oneself)),
    ),
)
BEFORE_ADMISSION = (MemberState.REFERRED, MemberState.CANDIDATE, MemberState.TRIAL)
FORMER = (MemberState.EXITED, MemberState.REJECTED, MemberState.WITHDRAWN)
SELLING = (MemberState.TRIAL, MemberState.MEMBER)
"""The states in which a member's offerings can be published."""


def add_months(day: date, months: int) -> date:
    """Calendar months later: the same day of the month, or its last day if the month is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def transition(case: Case[Member], verb: str, *, destination: Destination | None = None) -> Member:
    """The member after `verb`.

    Raises WrongState; SecondPersonNeeded for steps that nobody takes for themselves; RuleMissing if the agreement has
    no trial; RuleRefused for an exit without a destination, or a destination without an exit.
    """
    member, today = case.thing, case.today
    state = MemberState(move(MEMBERSHIP, case, verb, destination=destination))
    if verb != "exit" and destination is not None:
        raise RuleRefused(rule="exit_has_a_destination", value=destination)
    if verb == "start_trial":
        return replace(member, state=state, trial_until=add_months(today, member.trial_months(today) or 0))
    if verb == "exit":
        return replace(member, state=state, exited_on=today, destination=destination)
    if verb == "come_back":
        return replace(member, state=state, exited_on=None, destination=None)
    return replace(member, state=state)
