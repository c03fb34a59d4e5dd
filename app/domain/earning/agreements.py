"""Agreements: how a cooperative and its municipality share earnings; data, dated, never edited once signed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import (
    DomainError,
    ExamplesFail,
    LimitUnknown,
    PeriodTaken,
    SecondPersonNeeded,
    WorkBookedAlready,
)
from app.domain.limits import check_known
from app.domain.rules import (
    Collective,
    MonthlyAllowance,
    Premium,
    RemitAbove,
    Rule,
)
from app.domain.transitions import Case, Process, Terms, Transition, every, move, of_staff_and_municipality

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Example:
    """A worked example: the promised result for `net_cents` with `cost_cents` and the year so far.

    `year_so_far_cents` is what the member kept this year, `fund_so_far_cents` what the cooperative fund got. `expected`
    holds cents by target: cooperative_fund, training_pot, parent, municipality, allowance, pot.
    """

    name: str
    net_cents: int
    expected: dict[str, int]
    cost_cents: int = 0
    year_so_far_cents: int = 0
    fund_so_far_cents: int = 0


class AgreementState(StrEnum):
    """The state of an agreement."""

    DRAFT = "draft"
    TESTED = "tested"
    SIGNED = "signed"
    ACTIVE = "active"
    SUPERSEDED = "superseded"


class AgreementVerb(StrEnum):
    """Steps of an agreement."""

    TEST = "test"
    SIGN_FOR_COOPERATIVE = "sign_for_cooperative"
    SIGN_FOR_MUNICIPALITY = "sign_for_municipality"
    EDIT = "edit"


class Side(StrEnum):
    """The party that signs an agreement."""

    COOPERATIVE = "cooperative"
    MUNICIPALITY = "municipality"


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One version of a cooperative's agreement.

    Signed by both sides, it applies from `active_from` until the next one.
    """

    id: UUID
    cooperative_id: UUID
    municipality_id: UUID
    number: int
    title: str
    active_from: date
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    parent_id: UUID | None = None
    """The umbrella at the time of writing: it gets the `parent` share, even if the cooperative moves later."""
    tested_at: datetime | None = None
    cooperative_signed_by: UUID | None = None
    cooperative_signed_at: datetime | None = None
    municipality_signed_by: UUID | None = None
    municipality_signed_at: datetime | None = None
    superseded_from: date | None = None
    """The day on which the next signed version takes over."""
    fund_year_counts: bool = False
    """Whether any signed version of this cooperative remits from the year of its fund."""
    as_of: date = date.min
    """The day for which `state` is computed."""
    taken: bool = False
    """Whether another signed version starts on its first day or later; loaded until it is signed."""
    booked: tuple[date, date] | None = None
    """The first and last day, from its first day on, whose work was booked, as far as the caller may know."""
    version: int = 1

    @property
    def signed(self) -> bool:
        return self.cooperative_signed_by is not None and self.municipality_signed_by is not None

    @property
    def state(self) -> AgreementState:
        if not self.signed:
            return AgreementState.TESTED if self.tested_at else AgreementState.DRAFT
        if self.active_from > self.as_of:
            return AgreementState.SIGNED
        ended = self.superseded_from is not None and self.superseded_from <= self.as_of
        return AgreementState.SUPERSEDED if ended else AgreementState.ACTIVE

    @property
    def remittance(self) -> RemitAbove | None:
        """The rule for what the municipality gets from a member's earnings."""
        return next((rule for rule in self.all_of(RemitAbove) if rule.basis != "cooperative_year"), None)

    @property
    def fund_remittance(self) -> RemitAbove | None:
        """The rule for what the municipality gets from the cooperative fund's year."""
        return next((rule for rule in self.all_of(RemitAbove) if rule.basis == "cooperative_year"), None)

    @property
    def collective(self) -> bool:
        return bool(self.all_of(Collective))

    def all_of(self, kind: type[R]) -> tuple[R, ...]:
        """The rules of one kind, in their order."""
        return tuple(rule for rule in self.rules if isinstance(rule, kind))

    def the(self, kind: type[R]) -> R | None:
        """The only rule of a kind, or None."""
        return next(iter(self.all_of(kind)), None)


@dataclass(frozen=True)
class ExampleResult:
    """The result of an example, next to the promised one."""

    name: str
    expected: dict[str, int]
    actual: dict[str, int]

    @property
    def passed(self) -> bool:
        keys = self.expected.keys() | self.actual.keys()
        return all(self.expected.get(key, 0) == self.actual.get(key, 0) for key in keys)


def _cooperative_signed(case: Case[Agreement]) -> str | None:
    return "signed_already" if case.thing.cooperative_signed_by else None


def _municipality_signed(case: Case[Agreement]) -> str | None:
    return "signed_already" if case.thing.municipality_signed_by else None


def _somebody_else(case: Case[Agreement]) -> SecondPersonNeeded | None:
    """Nobody signs for both sides."""
    signed_by = (case.thing.cooperative_signed_by, case.thing.municipality_signed_by)
    return SecondPersonNeeded(verb="sign") if case.is_person(*signed_by) else None


def _laws_known(case: Case[Agreement]) -> DomainError | None:
    try:
        check_laws(case.thing)
    except LimitUnknown as refusal:
        return refusal
    return None


def _nothing_booked(case: Case[Agreement]) -> DomainError | None:
    if case.thing.booked is None:
        return None
    first, last = case.thing.booked
    return WorkBookedAlready(first=first.isoformat(), earliest=(last + timedelta(days=1)).isoformat())


def _can_begin(case: Case[Agreement]) -> DomainError | None:
    """With the second signature it begins: no other version and no booked work may be in the way."""
    agreement = case.thing
    if agreement.cooperative_signed_by is None and agreement.municipality_signed_by is None:
        return None
    return PeriodTaken(date=agreement.active_from.isoformat()) if agreement.taken else _nothing_booked(case)


_testable = every(_laws_known, _nothing_booked)
_for_cooperative = every(_cooperative_signed, _laws_known, _somebody_else, _can_begin)
_for_municipality = every(_municipality_signed, _laws_known, _somebody_else, _can_begin)
_unsigned = every(_cooperative_signed, _municipality_signed)


def _after_cooperative(case: Case[Agreement]) -> str:
    return "tested" if case.thing.municipality_signed_by is None else "signed"


def _after_municipality(case: Case[Agreement]) -> str:
    return "tested" if case.thing.cooperative_signed_by is None else "signed"


AGREEMENT: Process[Agreement] = Process(
    verbs=AgreementVerb,
    states=AgreementState,
    rights=of_staff_and_municipality,
    rows=(
        Transition("test", ("draft", "tested"), "tested", Right.WRITE_AGREEMENT, Terms(_testable)),
        Transition(
            "sign_for_cooperative", ("tested",), _after_cooperative, Right.SIGN_FOR_COOPERATIVE, Terms(_for_cooperative)
        ),
        Transition(
            "sign_for_municipality",
            ("tested",),
            _after_municipality,
            Right.SIGN_FOR_MUNICIPALITY,
            Terms(_for_municipality),
        ),
        Transition("edit", ("draft", "tested"), "draft", Right.WRITE_AGREEMENT, Terms(_unsigned)),
    ),
)


def check_laws(agreement: Agreement) -> None:
    """Raises LimitUnknown if a rule names a law without a verified value for the first day."""
    for rule in agreement.rules:
        if isinstance(rule, MonthlyAllowance | Premium):
            check_known(rule.law, agreement.active_from)


def tested(case: Case[Agreement], results: Sequence[ExampleResult]) -> Agreement:
    """The agreement, tested.

    Raises WrongState, LimitUnknown, WorkBookedAlready, ExamplesFail with the results that differ.
    """
    move(AGREEMENT, case, "test")
    failed = [result for result in results if not result.passed]
    if failed:
        raise ExamplesFail(examples=[{"name": f.name, "expected": f.expected, "actual": f.actual} for f in failed])
    return replace(case.thing, tested_at=case.now)


def sign_for_cooperative(case: Case[Agreement]) -> Agreement:
    """The agreement with the treasurer's signature.

    Raises WrongState, LimitUnknown, SecondPersonNeeded; PeriodTaken, WorkBookedAlready if that makes both signatures.
    """
    move(AGREEMENT, case, "sign_for_cooperative")
    return replace(case.thing, cooperative_signed_by=case.actor.person, cooperative_signed_at=case.now)


def sign_for_municipality(case: Case[Agreement]) -> Agreement:
    """The agreement with the controller's signature. Raises as `sign_for_cooperative` does."""
    move(AGREEMENT, case, "sign_for_municipality")
    return replace(case.thing, municipality_signed_by=case.actor.person, municipality_signed_at=case.now)


def edited(case: Case[Agreement], **changes: Any) -> Agreement:
    """A draft with other contents; it must be tested again. Raises WrongState once a side has signed."""
    move(AGREEMENT, case, "edit")
    changed = replace(case.thing, **changes)
    return changed if changed == case.thing else replace(changed, tested_at=None)
