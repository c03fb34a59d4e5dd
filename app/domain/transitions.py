"""Processes as data: states, who may change them, what a step needs, and the caller's next steps.

The list of steps and the step itself use the same guards on the same case, so a step that is listed as allowed is never
refused.
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
    """The input of guards: an object with its loaded facts, the actor, and the time."""

    thing: T
    actor: Actor = NOBODY
    now: datetime = LONG_AGO

    @property
    def today(self) -> date:
        return day_of(self.now)

    def may(self, right: Right, cooperative_id: UUID, *, own: Iterable[Party] = ()) -> bool:
        """Whether the actor has a right there.

        Checks in a guard are not recorded, so a replay need not pass them again.
        """
        return replace(self.actor, passed=None).may(right, cooperative_id, own=own)

    def is_member(self, *member_ids: UUID | None) -> bool:
        """Whether the actor is, or was, one of these members."""
        return bool(self.actor.member_ids().intersection(member_ids))

    def is_person(self, *person_ids: UUID | None) -> bool:
        """Whether the actor is one of these people."""
        return self.actor.person_id is not None and self.actor.person_id in person_ids


Guard = Callable[[Case[T]], str | DomainError | None]
"""Returns why a step is blocked: the error that refuses it, or the reason of a WrongState; None if it is not blocked.
"""


@dataclass(frozen=True)
class Need:
    """An input that a step needs. `rule` is refused if it is missing; without a rule the error is ReasonNeeded."""

    name: str
    rule: str = ""


REASON = Need("reason")


@dataclass(frozen=True)
class Terms(Generic[T]):
    """The conditions of a step: a guard, inputs, and a deadline."""

    guard: Guard[T] | None = None
    needs: tuple[Need, ...] | Callable[[Case[T]], tuple[Need, ...]] = ()
    """The inputs that the caller must give."""
    until: Callable[[T], datetime | None] | None = None
    """The deadline after which it is refused."""


@dataclass(frozen=True)
class Transition(Generic[T]):
    """One row of a process: `verb` moves from any of `sources` to `target`, for callers with `right`."""

    verb: str
    sources: tuple[str, ...]
    target: str | Callable[[Case[T]], str]
    """The state that it leads to."""
    right: Right
    terms: Terms[T] = Terms()

    @property
    def timer(self) -> bool:
        """Whether only the worker's timer takes this step."""
        return self.right is Right.RUN_TIMER

    def leads_to(self, case: Case[T]) -> str:
        """The state after the step, in this case."""
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
        """The inputs that the caller must give in this case."""
        needs = self.terms.needs
        return needs(case) if callable(needs) else needs

    def ends_at(self, case: Case[T]) -> datetime | None:
        """The deadline of the step in this case."""
        return self.terms.until(case.thing) if self.terms.until else None


Rights = Callable[[T, Actor], Callable[[Right], bool]]
"""For an object and an actor: returns a function that tells whether the actor has a right on the object."""


@dataclass(frozen=True, eq=False)
class Process(Generic[T]):
    """The transitions of a noun; its verbs, its lists of steps and its contract are made from them.

    `verbs` are those of callers; timers have others. Raises ValueError for a row with an unknown verb.
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
        """The callers' transitions from each state."""
        rows = [row for row in self.rows if not row.timer]
        return {state: tuple(row for row in rows if state in row.sources) for state in self.states}


def of_staff(thing: Any, actor: Actor) -> Callable[[Right], bool]:
    """The rights in a process that only the cooperative takes part in."""
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
    """A next step of the caller, with the reason if it is blocked."""

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
    """The code of the reason why a step is refused: of a wrong state, of a rule, or of the error itself."""
    return str(refusal.facts.get("reason") or refusal.facts.get("rule") or refusal.code)


def every(*guards: Guard[T]) -> Guard[T]:
    """A guard that combines these guards: the first one that blocks decides."""
    return lambda case: next((blocked for guard in guards if (blocked := guard(case)) is not None), None)


def find(process: Process[T], verb: str) -> Transition[T]:
    """The row of a verb."""
    return next(row for row in process if row.verb == verb)


def move(process: Process[T], case: Case[T], verb: str, **inputs: object) -> str:
    """The state after `verb`. Raises WrongState, naming the possible verbs, or the error of its guard.

    Raises ReasonNeeded or RuleRefused if an input that the step needs is missing.
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
    """Every verb from the present state, with its inputs, and with the reason if it is blocked."""
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
    """The verbs from the present state that nothing blocks."""
    return [row.verb for row in process.leading_on[_state(case.thing)] if row.refusal(case) is None]


def _needed(need: Need, verb: str) -> ReasonNeeded:
    return ReasonNeeded(verb=verb) if need is REASON else ReasonNeeded(how="field", verb=need.name)


def _state(thing: Any) -> str:
    return str(thing.state)
