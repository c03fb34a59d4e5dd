"""Agreements: how a cooperative and its municipality share what is earned; data, dated, never edited once signed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import ExamplesFail, RuleRefused, SecondPersonNeeded
from app.domain.money import WHOLE
from app.domain.transitions import Transition, move


@dataclass(frozen=True)
class ShareOfSurplus:
    """A percentage of what remains after costs, to a fund. `basis_points`: 1000 is 10 %."""

    to: Literal["cooperative_fund", "training_pot", "parent"]
    basis_points: int
    kind: Literal["share_of_surplus"] = "share_of_surplus"


@dataclass(frozen=True)
class RemitAbove:
    """A percentage of what the member keeps above `threshold_cents` in a calendar year goes to the municipality."""

    threshold_cents: int
    basis_points: int
    basis: Literal["member_year"] = "member_year"
    kind: Literal["remit_above"] = "remit_above"


@dataclass(frozen=True)
class Pot:
    """The rest goes to the member's own savings pot, the thermometer."""

    kind: Literal["pot"] = "pot"


@dataclass(frozen=True)
class Collective:
    """There are no personal pots: the rest goes to the cooperative fund."""

    kind: Literal["collective"] = "collective"


Rule = ShareOfSurplus | RemitAbove | Pot | Collective


@dataclass(frozen=True)
class Example:
    """A worked example: what must come out of `net_cents` with `cost_cents`, and the year so far before it.

    `expected` holds cents by target: cooperative_fund, training_pot, parent, municipality, pot.
    """

    name: str
    net_cents: int
    expected: dict[str, int]
    cost_cents: int = 0
    year_so_far_cents: int = 0


class AgreementState(StrEnum):
    DRAFT = "draft"
    TESTED = "tested"
    SIGNED = "signed"
    ACTIVE = "active"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Agreement:
    """One version of a cooperative's agreement. Signed by both sides it holds from `active_from` until the next."""

    id: UUID
    cooperative_id: UUID
    municipality_id: UUID
    number: int
    title: str
    active_from: date
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    parent_id: UUID | None = None
    """The umbrella when it was written: who gets its `parent` share, wherever the cooperative moves later."""
    tested_at: datetime | None = None
    cooperative_signed_by: UUID | None = None
    cooperative_signed_at: datetime | None = None
    municipality_signed_by: UUID | None = None
    municipality_signed_at: datetime | None = None
    superseded_from: date | None = None
    """The day on which the next signed version takes over."""
    as_of: date = date.min
    """The day for which `state` is told."""
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
        return next((rule for rule in self.rules if isinstance(rule, RemitAbove)), None)

    @property
    def collective(self) -> bool:
        return any(isinstance(rule, Collective) for rule in self.rules)


@dataclass(frozen=True)
class ExampleResult:
    """What came out of an example, next to what it promised."""

    name: str
    expected: dict[str, int]
    actual: dict[str, int]

    @property
    def passed(self) -> bool:
        keys = self.expected.keys() | self.actual.keys()
        return all(self.expected.get(key, 0) == self.actual.get(key, 0) for key in keys)


AGREEMENT: tuple[Transition[Agreement], ...] = (
    Transition("test", ("draft", "tested"), "tested", Right.WRITE_AGREEMENT),
    Transition(
        "sign_for_cooperative",
        ("tested",),
        "tested",
        Right.SIGN_FOR_COOPERATIVE,
        lambda agreement: "signed_already" if agreement.cooperative_signed_by else None,
    ),
    Transition(
        "sign_for_municipality",
        ("tested",),
        "signed",
        Right.SIGN_FOR_MUNICIPALITY,
        lambda agreement: "signed_already" if agreement.municipality_signed_by else None,
    ),
    Transition(
        "edit",
        ("draft", "tested"),
        "draft",
        Right.WRITE_AGREEMENT,
        lambda agreement: (
            "signed_already" if agreement.cooperative_signed_by or agreement.municipality_signed_by else None
        ),
    ),
)


def check_rules(rules: Sequence[Rule], examples: Sequence[Example], *, has_parent: bool) -> None:
    """Raises RuleRefused where the list is no agreement: shares first, one remittance at most, the rest last."""
    order = {"share_of_surplus": 0, "remit_above": 1, "pot": 2, "collective": 2}
    kinds = [rule.kind for rule in rules]
    ranks = [order[kind] for kind in kinds]
    shares = [rule for rule in rules if isinstance(rule, ShareOfSurplus)]
    checks = {
        "rules_in_order": ranks == sorted(ranks),
        "one_rest_last": ranks.count(2) == 1,
        "one_remittance": kinds.count("remit_above") <= 1,
        "no_remittance_from_a_collective": not ("collective" in kinds and "remit_above" in kinds),
        "shares_at_most_whole": sum(share.basis_points for share in shares) <= WHOLE,
        "one_share_per_target": len({share.to for share in shares}) == len(shares),
        "parent_exists": has_parent or all(share.to != "parent" for share in shares),
        "at_least_one_example": len(examples) > 0,
    }
    for rule, holds in checks.items():
        if not holds:
            raise RuleRefused(rule=rule, value=", ".join(kinds))


def tested(agreement: Agreement, results: Sequence[ExampleResult], now: datetime) -> Agreement:
    """The agreement, tested. Raises ExamplesFail with what came out instead."""
    move(AGREEMENT, agreement, "test")
    failed = [result for result in results if not result.passed]
    if failed:
        raise ExamplesFail(examples=[{"name": f.name, "expected": f.expected, "actual": f.actual} for f in failed])
    return replace(agreement, tested_at=now)


def sign_for_cooperative(agreement: Agreement, by: UUID, now: datetime) -> Agreement:
    """The agreement with the treasurer's signature. Raises WrongState, SecondPersonNeeded."""
    move(AGREEMENT, agreement, "sign_for_cooperative")
    _second_person(agreement.municipality_signed_by, by)
    return replace(agreement, cooperative_signed_by=by, cooperative_signed_at=now)


def sign_for_municipality(agreement: Agreement, by: UUID, now: datetime) -> Agreement:
    """The agreement with the controller's signature. Raises WrongState, SecondPersonNeeded."""
    move(AGREEMENT, agreement, "sign_for_municipality")
    _second_person(agreement.cooperative_signed_by, by)
    return replace(agreement, municipality_signed_by=by, municipality_signed_at=now)


def _second_person(other_side: UUID | None, by: UUID) -> None:
    if other_side == by:
        raise SecondPersonNeeded(verb="sign")


def edited(agreement: Agreement, **changes: object) -> Agreement:
    """A draft with other contents; it has to be tested again. Raises WrongState once a side has signed."""
    move(AGREEMENT, agreement, "edit")
    return replace(agreement, tested_at=None, **changes)  # type: ignore[arg-type]
