"""Processes as data: states, who may move them, what a step needs, and what a caller can do next.

The list of steps and the step itself ask the same guards over the same case, so that a list never says "allowed" for
what is refused.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import NOBODY, Actor, Party
from app.domain.days import day_of
from app.domain.errors import DomainError, Forbidden, ReasonNeeded, RuleRefused, SecondPersonNeeded, WrongState

T = TypeVar("T")
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Case(Generic[T]):
    """What guards look at: a thing with the facts that were loaded with it, who acts, and when."""

    thing: T
    actor: Actor = NOBODY
    now: datetime = LONG_AGO

    @property
    def today(self) -> date:
        return day_of(self.now)

    def may(self, right: Right, cooperative_id: UUID, *, own: Iterable[Party] = ()) -> bool:
        """Whether the caller has a right there. What a guard asks is no check that a repeat has to pass again."""
        return replace(self.actor, passed=None).may(right, cooperative_id, own=own)

    def is_member(self, *member_ids: UUID | None) -> bool:
        """Whether the caller is, or was, one of these members."""
        return bool(self.actor.member_ids().intersection(member_ids))

    def is_person(self, *person_ids: UUID | None) -> bool:
        """Whether the caller is one of these people."""
        return self.actor.person_id is not None and self.actor.person_id in person_ids


Guard = Callable[[Case[T]], str | DomainError | None]
"""Returns why a step is blocked: the error that refuses it, or the reason of a WrongState; None if it is not."""


@dataclass(frozen=True)
class Need:
    """An input that a step asks for. `rule` refuses its absence; without a rule that is ReasonNeeded."""

    name: str
    rule: str = ""


REASON = Need("reason")


@dataclass(frozen=True)
class Terms(Generic[T]):
    """What a step asks for: that its guard lets it pass, inputs, and that it is taken in time."""

    guard: Guard[T] | None = None
    needs: tuple[Need, ...] | Callable[[Case[T]], tuple[Need, ...]] = ()
    """What the caller has to give with it."""
    until: Callable[[T], datetime | None] | None = None
    """The deadline after which it is refused."""


@dataclass(frozen=True)
class Transition(Generic[T]):
    """One row of a process: `verb` moves from any of `sources` to `target`, for callers who have `right`."""

    verb: str
    sources: tuple[str, ...]
    target: str | Callable[[Case[T]], str]
    """The state that it leads to."""
    right: Right
    terms: Terms[T] = Terms()

    @property
    def timer(self) -> bool:
        """Whether only the worker's clock does this."""
        return self.right is Right.RUN_TIMER

    def leads_to(self, case: Case[T]) -> str:
        """The state after it, in this case."""
        return self.target(case) if callable(self.target) else self.target

    def refusal(self, case: Case[T]) -> DomainError | None:
        """Why the step is blocked in this case; None if it is not."""
        blocked = (self.terms.guard(case) if self.terms.guard else None) or _too_late(self, case)
        if isinstance(blocked, str):
            return WrongState(verb=self.verb, state=_state(case.thing), possible=[], reason=blocked)
        if isinstance(blocked, SecondPersonNeeded | WrongState):
            blocked.facts.setdefault("verb", self.verb)
        return blocked

    def needed(self, case: Case[T]) -> tuple[Need, ...]:
        """What the caller has to give in this case."""
        needs = self.terms.needs
        return needs(case) if callable(needs) else needs

    def ends_at(self, case: Case[T]) -> datetime | None:
        """The deadline of the step in this case."""
        return self.terms.until(case.thing) if self.terms.until else None


Rights = Callable[[T, Actor], Callable[[Right], bool]]
"""Tells for a thing and an actor whether a right on the thing is the actor's."""


@dataclass(frozen=True, eq=False)
class Process(Generic[T]):
    """The transitions of a noun, from which its verbs, its lists of steps and its contract are made.

    `verbs` are those of callers; the worker's clock has others. Raises ValueError for a row with any other word.
    """

    verbs: type[StrEnum]
    states: type[StrEnum]
    rights: Rights[T]
    rows: tuple[Transition[T], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            words = {*row.sources, *(() if callable(row.target) else (row.target,))}
            if not words.issubset(set(self.states)) or row.timer == (row.verb in set(self.verbs)):
                raise ValueError(f"{row.verb}: {self.states.__name__} and {self.verbs.__name__} do not have all of it")

    def __iter__(self) -> Iterator[Transition[T]]:
        return iter(self.rows)

    @cached_property
    def leading_on(self) -> dict[str, tuple[Transition[T], ...]]:
        """The transitions of callers that lead on from each state."""
        rows = [row for row in self.rows if not row.timer]
        return {state: tuple(row for row in rows if state in row.sources) for state in self.states}


def of_staff(thing: Any, actor: Actor) -> Callable[[Right], bool]:
    """The rights of a process that is the cooperative's alone."""
    return lambda right: actor.may(right, thing.cooperative_id)


def of_staff_and_member(thing: Any, actor: Actor) -> Callable[[Right], bool]:
    """The rights of a process in which the cooperative and the member `member_id` act."""
    own = actor.as_member(thing.member_id)
    return lambda right: actor.may(right, thing.cooperative_id, own=own)


def of_staff_and_municipality(thing: Any, actor: Actor) -> Callable[[Right], bool]:
    """The rights of a process in which the cooperative and its municipality act."""
    return lambda right: actor.may(right, thing.cooperative_id, municipality_id=thing.municipality_id)


@dataclass(frozen=True)
class AvailableTransition:
    """What a caller could do now; a blocked one says why."""

    verb: str
    to: str
    refusal: DomainError | None = None
    needs: tuple[str, ...] = ()
    until: datetime | None = None

    @property
    def allowed(self) -> bool:
        return self.refusal is None

    @property
    def reason(self) -> str | None:
        return None if self.refusal is None else reason_of(self.refusal)


def reason_of(refusal: DomainError) -> str:
    """The code of why a step is refused: the reason of a wrong state, the rule, or the error's own code."""
    return str(refusal.facts.get("reason") or refusal.facts.get("rule") or refusal.code)


def every(*guards: Guard[T]) -> Guard[T]:
    """The first of these guards that blocks."""
    return lambda case: next((blocked for guard in guards if (blocked := guard(case)) is not None), None)


def find(process: Process[T], verb: str) -> Transition[T]:
    """The row of a verb."""
    return next(row for row in process if row.verb == verb)


def move(process: Process[T], case: Case[T], verb: str, **inputs: object) -> str:
    """The state after `verb`. Raises WrongState, naming the verbs that are possible, or what its guard says.

    Raises ReasonNeeded or RuleRefused if something is not given that the step needs.
    """
    row, state = find(process, verb), _state(case.thing)
    refusal = row.refusal(case) if state in row.sources else WrongState(verb=verb, state=state, possible=[])
    if isinstance(refusal, WrongState) and not refusal.facts["possible"]:
        refusal = WrongState(**refusal.facts | {"possible": _possible(process, case)})
    if refusal is not None:
        raise refusal
    for need in row.needed(case):
        if not given(inputs.get(need.name)):
            raise RuleRefused(rule=need.rule, value="") if need.rule else _needed(need, verb)
    return row.leads_to(case)


def given(value: object) -> bool:
    """Whether an input was given: neither null nor a blank text."""
    return bool(value.strip()) if isinstance(value, str) else value is not None


def available(process: Process[T], case: Case[T]) -> list[AvailableTransition]:
    """Every verb that leads on from the present state, with what it needs; blocked ones with why."""
    may = process.rights(case.thing, case.actor)
    return [
        AvailableTransition(
            verb=row.verb,
            to=row.leads_to(case),
            refusal=row.refusal(case) if may(row.right) else Forbidden(right=row.right),
            needs=tuple(need.name for need in row.needed(case)),
            until=row.ends_at(case),
        )
        for row in process.leading_on[_state(case.thing)]
    ]


def _too_late(row: Transition[T], case: Case[T]) -> str | None:
    ends_at = row.ends_at(case)
    return "time_is_over" if ends_at is not None and ends_at <= case.now else None


def _possible(process: Process[T], case: Case[T]) -> list[str]:
    """The verbs that lead on from the present state and that nothing blocks."""
    return [row.verb for row in process.leading_on[_state(case.thing)] if row.refusal(case) is None]


def _needed(need: Need, verb: str) -> ReasonNeeded:
    return ReasonNeeded(verb=verb) if need is REASON else ReasonNeeded(how="field", verb=need.name)


def _state(thing: Any) -> str:
    return str(thing.state)
