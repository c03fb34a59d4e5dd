"""Allowances and premiums: granted to a member from the cooperative fund, as the agreement of the day allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.earning.agreements import Agreement
from app.domain.errors import AllowanceExceeded, RuleMissing, RuleRefused, SecondPersonNeeded
from app.domain.ledger import AccountKind, Leg
from app.domain.limits import check_known, limits_on
from app.domain.rules import HourlyAllowance, MonthlyAllowance, Premium
from app.domain.transitions import REASON, Case, Process, Terms, Transition, of_staff


class AllowanceKind(StrEnum):
    """The kind of an allowance."""

    MONTHLY = "monthly_allowance"
    HOURLY = "hourly_allowance"
    PREMIUM = "premium"


class AllowanceVerb(StrEnum):
    """Steps of an allowance."""

    REVERSE = "reverse"


class AllowanceState(StrEnum):
    """The state of an allowance."""

    GRANTED = "granted"
    REVERSED = "reversed"


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """`cents` for `day`: the day worked or, for a month or premium, one in its period; `minutes` for an hourly
    allowance.
    """

    id: UUID
    cooperative_id: UUID
    member_id: UUID
    kind: AllowanceKind
    day: date
    cents: int
    agreement_id: UUID
    granted_by: UUID
    granted_at: datetime
    minutes: int | None = None
    reason: str = ""
    state: AllowanceState = AllowanceState.GRANTED
    reversed_by: UUID | None = None
    version: int = 1


def _somebody_else(case: Case[Allowance]) -> SecondPersonNeeded | None:
    return SecondPersonNeeded() if case.is_member(case.thing.member_id) else None


ALLOWANCE: Process[Allowance] = Process(
    verbs=AllowanceVerb,
    states=AllowanceState,
    rights=of_staff,
    rows=(
        Transition("reverse", ("granted",), "reversed", Right.GRANT_ALLOWANCE, Terms(_somebody_else, needs=(REASON,))),
    ),
)


def amount_of(
    agreement: Agreement,
    kind: AllowanceKind,
    *,
    day: date,
    cents: int | None,
    minutes: int | None,
    given: Sequence[Allowance],
) -> int:
    """The cents to grant; `given` are the member's valid allowances of this kind in the calendar year of `day`.

    Hours are paid by the rate, half up; without an amount the rest of a month's allowance is granted. Raises
    RuleMissing, AllowanceExceeded with the limit and its source, LimitUnknown, RuleRefused.
    """
    in_month = sum(a.cents for a in given if a.day.replace(day=1) == day.replace(day=1))
    in_year = sum(a.cents for a in given)
    rule = _rule(agreement, kind)
    if isinstance(rule, HourlyAllowance):
        if minutes is None or cents is not None:
            raise RuleRefused(rule="hours_not_amount", value=kind)
        cents = (minutes * rule.per_hour_cents + 30) // 60
        _within(in_month + cents, rule.monthly_cap_cents, "month")
        return cents
    if minutes is not None:
        raise RuleRefused(rule="amount_not_hours", value=kind)
    if isinstance(rule, MonthlyAllowance):
        cents = rule.cap_cents - in_month if cents is None else cents
        _within(in_month + cents, rule.cap_cents, "month")
    else:
        if cents is None:
            raise RuleRefused(rule="amount_needed", value=kind)
        _within(in_year + cents, rule.yearly_cap_cents, "year")
        _count(len(given) + 1, rule.count)
    check_known(rule.law, day)
    for limit in limits_on(rule.law, day):
        _within((in_month if limit.per == "month" else in_year) + cents, limit.max_cents, limit.per, limit.source)
        _count(len(given) + 1, limit.max_count, limit.source)
    if cents <= 0:
        raise AllowanceExceeded(limit_cents=in_month, per="month", source="")
    return cents


def legs_of(allowance: Allowance) -> tuple[Leg, ...]:
    """The legs from the cooperative fund to the debt to the member."""
    facts = {"kind": allowance.kind, "day": allowance.day.isoformat(), "minutes": allowance.minutes}
    return (
        Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-allowance.cents, rule="allowance", facts=facts),
        Leg(
            kind=AccountKind.PAYABLE_MEMBER,
            cents=allowance.cents,
            rule="allowance",
            facts=facts,
            member_id=allowance.member_id,
        ),
    )


def _rule(agreement: Agreement, kind: AllowanceKind) -> MonthlyAllowance | HourlyAllowance | Premium:
    kinds: dict[AllowanceKind, type[MonthlyAllowance | HourlyAllowance | Premium]] = {
        AllowanceKind.MONTHLY: MonthlyAllowance,
        AllowanceKind.HOURLY: HourlyAllowance,
        AllowanceKind.PREMIUM: Premium,
    }
    rule = agreement.the(kinds[kind])
    if rule is None:
        raise RuleMissing(kind=kind)
    if kind is AllowanceKind.MONTHLY and not agreement.collective:
        raise RuleRefused(rule="monthly_allowance_comes_by_itself", value=kind)
    return rule


def _within(total: int, limit: int | None, per: str, source: str = "") -> None:
    if limit is not None and total > limit:
        raise AllowanceExceeded(limit_cents=limit, per=per, source=source)


def _count(number: int, most: int | None, source: str = "") -> None:
    if most is not None and number > most:
        raise AllowanceExceeded(how="times", most=most, per="year", source=source)
