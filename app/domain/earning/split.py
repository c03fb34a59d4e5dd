"""The split: an amount earned becomes costs, shares, remittance and savings, each leg with its reason.

All shares of one surplus, the rest included, come from one pass of largest remainder, so only they round. Threshold and
pot are a pure function F of the member's month totals. A posting books F(after) − F(before), so a later refund of an
earlier sale comes out right.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.earning.agreements import Agreement, Example, ExampleResult
from app.domain.ledger import AccountKind, Leg
from app.domain.limits import monthly_limit
from app.domain.money import WHOLE, half_up, share_out
from app.domain.rules import MonthlyAllowance, RemitAbove, ReserveOfTurnover, ShareOfSurplus

NO_REMITTANCE = RemitAbove(threshold_cents=0, basis_points=0)
BY_YEAR_TOTAL = frozenset({"remit_above", "monthly_allowance", "pot", "remit_above_fund"})
"""Rules whose legs are F(after) − F(before); a reversal never mirrors them."""
TARGETS = {
    "cooperative_fund": AccountKind.COOPERATIVE_FUND,
    "training_pot": AccountKind.TRAINING_POT,
    "parent": AccountKind.PAYABLE_COOPERATIVE,
}
NAMES = {
    **{account: target for target, account in TARGETS.items()},
    AccountKind.PAYABLE_MUNICIPALITY: "municipality",
    AccountKind.PAYABLE_MEMBER: "allowance",
    AccountKind.POT: "pot",
}
OTHER_TERMS = {"because": "other_terms"}
"""An earning of one agreement moved what another one of that year gives: it has no terms of its own to name."""


@dataclass(frozen=True, kw_only=True)
class MonthTotal:
    """The amount kept in one month under one agreement version, in cents, and the terms that apply to it.

    For a member: before remittance and allowance. For a cooperative: what its fund got.
    """

    month: date
    agreement_id: UUID
    active_from: date
    remittance: RemitAbove | None
    kept_cents: int
    allowance_cents: int = 0
    """The most of a member's month that is paid out as an allowance."""
    law_cents: int | None = None
    """The most that the rule's law allowed a month, at the first booking of this month."""
    law_year_cents: int | None = None
    """The most that the law allowed a calendar year."""

    @property
    def most_cents(self) -> int:
        """The most of the month that the agreement and the law let pay out."""
        return self.allowance_cents if self.law_cents is None else min(self.allowance_cents, self.law_cents)


@dataclass(frozen=True)
class Buckets:
    """F: of a year's total, the part for the municipality, the part that is paid out, and the rest."""

    kept_cents: int
    municipality_cents: int
    allowance_cents: int = 0
    months: tuple[MonthTotal, ...] = ()
    """The month totals that it was computed from."""

    @property
    def pot_cents(self) -> int:
        return self.kept_cents - self.municipality_cents - self.allowance_cents


@dataclass(frozen=True)
class Split:
    """The legs that credit somebody; their sum is the net amount less costs.

    `kept_cents` counts for the member's year, `fund_cents` for the cooperative fund's, both before remittance.
    """

    legs: tuple[Leg, ...]
    kept_cents: int
    fund_cents: int
    year_before: Buckets
    year_after: Buckets


def remitted(rule: RemitAbove, total_cents: int) -> int:
    """floor(share × the amount above the threshold)."""
    return max(0, total_cents - rule.threshold_cents) * rule.basis_points // WHOLE


def buckets(months: Sequence[MonthTotal]) -> Buckets:
    """F over a calendar year: each version by its own rule in date order; threshold, then allowance, then the rest.

    A yearly threshold counts the whole year so far, a monthly one that month; so does the allowance. A yearly legal
    limit counts all allowances of the year, also those of versions without that law.
    """
    year = in_month = left_in_month = municipality = allowance = wanted = 0
    present: date | None = None
    for row in sorted(months, key=lambda m: (m.month, m.active_from)):
        if row.month != present:
            present, in_month, left_in_month = row.month, 0, 0
        rule = row.remittance or NO_REMITTANCE
        before = in_month if rule.basis == "member_month" else year
        owed = remitted(rule, before + row.kept_cents) - remitted(rule, before)
        left = left_in_month + row.kept_cents - owed
        more = min(row.most_cents, left) - min(row.most_cents, left_in_month) if left > 0 else 0
        room = wanted + more if row.law_year_cents is None else row.law_year_cents
        allowance += min(room, wanted + more) - min(room, wanted)
        municipality, wanted = municipality + owed, wanted + more
        year, in_month, left_in_month = year + row.kept_cents, in_month + row.kept_cents, left
    return Buckets(year, municipality, allowance, tuple(months))


def year_facts(before: Buckets, after: Buckets) -> list[dict[str, Any]]:
    """The months behind F(after) − F(before), from which everybody can compute it again."""
    was = {(m.month, m.agreement_id): m.kept_cents for m in before.months}
    return [
        {
            "month": m.month.isoformat(),
            "agreement": str(m.agreement_id),
            "from": m.active_from.isoformat(),
            "before": was.get((m.month, m.agreement_id), 0),
            "after": m.kept_cents,
            **({"terms": asdict(m.remittance)} if m.remittance else {}),
        }
        for m in sorted(after.months, key=lambda m: (m.month, m.active_from))
    ]


def recompute_remitted(year: Sequence[dict[str, Any]]) -> int:
    """The municipality's part by `year_facts`, as F(after) − F(before)."""

    def total(which: str) -> int:
        rows = [
            MonthTotal(
                month=date.fromisoformat(row["month"]),
                agreement_id=UUID(row["agreement"]),
                active_from=date.fromisoformat(row["from"]),
                remittance=RemitAbove(**row["terms"]) if row.get("terms") else None,
                kept_cents=row[which],
            )
            for row in year
        ]
        return buckets(rows).municipality_cents

    return total("after") - total("before")


def add_to_year(
    months: Sequence[MonthTotal], agreement: Agreement, day: date, cents: int, *, fund: bool = False
) -> list[MonthTotal]:
    """The year's totals with `cents` more in the month of `day` under this agreement; `fund`: of the cooperative's
    fund.
    """
    first = day.replace(day=1)
    found = [m for m in months if m.month == first and m.agreement_id == agreement.id]
    row = found[0] if found else month_terms(agreement, first, fund=fund)
    return [*(m for m in months if m is not row), replace(row, kept_cents=row.kept_cents + cents)]


def month_terms(agreement: Agreement, month: date, *, fund: bool = False) -> MonthTotal:
    """A month without bookings, with the terms of the agreement and of the law that its rule names."""
    allowance = None if fund else agreement.the(MonthlyAllowance)
    law_cents, law_year_cents = monthly_limit(allowance.law if allowance else None, month)
    return MonthTotal(
        month=month,
        agreement_id=agreement.id,
        active_from=agreement.active_from,
        remittance=agreement.fund_remittance if fund else agreement.remittance,
        kept_cents=0,
        allowance_cents=allowance.cap_cents if allowance else 0,
        law_cents=law_cents,
        law_year_cents=law_year_cents,
    )


def split(
    agreement: Agreement,
    *,
    net_cents: int,
    cost_cents: int = 0,
    months: Sequence[MonthTotal],
    fund_months: Sequence[MonthTotal] = (),
    day: date,
    member_id: UUID | None = None,
) -> Split:
    """Shares `net_cents` earned on `day` by the agreement, less `cost_cents`, which are owed to others already.

    The cooperative fund bears costs and reserves above the net amount. The legs sum to the net amount less the costs;
    none is zero.
    """
    first = _reserves(agreement, net_cents)
    surplus = net_cents - cost_cents - sum(leg.cents for leg in first)
    before = buckets(months)
    if surplus < 0:
        fund = Leg(kind=AccountKind.COOPERATIVE_FUND, cents=surplus, rule="costs_above_net", facts={"net": net_cents})
        return _with_fund(agreement, [*first, fund], 0, before, before, fund_months, day)
    shares, rest = _shares(agreement, surplus)
    if agreement.collective:
        rest_leg = Leg(kind=AccountKind.COOPERATIVE_FUND, cents=rest, rule="collective", facts={"rest": rest})
        return _with_fund(agreement, [*first, *shares, rest_leg], 0, before, before, fund_months, day)
    after = buckets(add_to_year(months, agreement, day, rest))
    year = year_legs(agreement, before, after, member_id)
    return _with_fund(agreement, [*first, *shares, *year], rest, before, after, fund_months, day)


def _with_fund(
    agreement: Agreement,
    legs: list[Leg],
    kept: int,
    before: Buckets,
    after: Buckets,
    months: Sequence[MonthTotal],
    day: date,
) -> Split:
    """The split, with the municipality's part of the fund's year."""
    to_fund = fund_cents(legs)
    more = fund_legs(agreement, months, day, to_fund)
    return Split(_without_zero(*legs, *more), kept, to_fund, before, after)


def fund_cents(legs: Sequence[Leg]) -> int:
    """What these legs add to the cooperative fund, before the municipality's part of its year."""
    own = (leg for leg in legs if leg.kind is AccountKind.COOPERATIVE_FUND and leg.rule not in BY_YEAR_TOTAL)
    return sum(leg.cents for leg in own)


def fund_legs(agreement: Agreement, months: Sequence[MonthTotal], day: date, cents: int) -> tuple[Leg, ...]:
    """The municipality's part of the fund, as F(after) − F(before), if the fund gets `cents` more on `day`."""
    before, after = buckets(months), buckets(add_to_year(months, agreement, day, cents, fund=True))
    owed, rule = after.municipality_cents - before.municipality_cents, agreement.fund_remittance
    if not owed:
        return ()
    facts = {
        "before": before.kept_cents,
        "after": after.kept_cents,
        "remitted_before": before.municipality_cents,
        "remitted_after": after.municipality_cents,
        "threshold": rule.threshold_cents if rule else None,
        "basis_points": rule.basis_points if rule else None,
    }
    again = facts | {"year": year_facts(before, after)}
    return (
        Leg(
            kind=AccountKind.PAYABLE_MUNICIPALITY,
            cents=owed,
            rule="remit_above_fund",
            facts=again if rule else again | OTHER_TERMS,
            party=str(agreement.municipality_id),
        ),
        Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-owed, rule="remit_above_fund", facts=facts),
    )


def year_legs(agreement: Agreement, before: Buckets, after: Buckets, member_id: UUID | None) -> tuple[Leg, ...]:
    """Remittance, allowance and pot as F(after) − F(before)."""
    rule, allowance = agreement.remittance, agreement.the(MonthlyAllowance)
    most = [month.most_cents for month in after.months if month not in before.months]
    facts: dict[str, Any] = {
        "member": str(member_id) if member_id else None,
        "before": before.kept_cents,
        "after": after.kept_cents,
        "remitted_before": before.municipality_cents,
        "remitted_after": after.municipality_cents,
        "threshold": rule.threshold_cents if rule else None,
        "basis_points": rule.basis_points if rule else None,
        **({"basis": rule.basis} if rule else {}),
        **({"cap": min(most, default=allowance.cap_cents)} if allowance else {}),
    }
    owed, paid_out, kept = (
        after.municipality_cents - before.municipality_cents,
        after.allowance_cents - before.allowance_cents,
        after.pot_cents - before.pot_cents,
    )
    again = facts | {"year": year_facts(before, after)} if owed else facts
    again, paid = again if rule else again | OTHER_TERMS, facts if allowance else facts | OTHER_TERMS
    party = str(agreement.municipality_id)
    return _without_zero(
        Leg(kind=AccountKind.PAYABLE_MUNICIPALITY, cents=owed, rule="remit_above", facts=again, party=party),
        Leg(kind=AccountKind.PAYABLE_MEMBER, cents=paid_out, rule="monthly_allowance", facts=paid, member_id=member_id),
        Leg(kind=AccountKind.POT, cents=kept, rule="pot", facts=facts, member_id=member_id),
    )


def run_examples(agreement: Agreement) -> list[ExampleResult]:
    """Every worked example, split by the agreement's own rules."""
    return [ExampleResult(e.name, e.expected, by_target(_run(agreement, e))) for e in agreement.examples]


def by_target(result: Split) -> dict[str, int]:
    """Cents by target of a split."""
    totals: dict[str, int] = {}
    for leg in result.legs:
        totals[NAMES[leg.kind]] = totals.get(NAMES[leg.kind], 0) + leg.cents
    return {target: cents for target, cents in totals.items() if cents}


def _run(agreement: Agreement, example: Example) -> Split:
    day = agreement.active_from
    months = add_to_year([], agreement, day, example.year_so_far_cents) if example.year_so_far_cents else []
    fund_months = add_to_year([], agreement, day, example.fund_so_far_cents, fund=True)
    return split(
        agreement,
        net_cents=example.net_cents,
        cost_cents=example.cost_cents,
        months=months,
        fund_months=fund_months,
        day=day,
    )


def _reserves(agreement: Agreement, net_cents: int) -> list[Leg]:
    """The legs that are reserved from the turnover itself."""
    return [
        Leg(
            kind=TARGETS[rule.to],
            cents=half_up(net_cents, rule.basis_points),
            rule="reserve_of_turnover",
            facts={"to": rule.to, "basis_points": rule.basis_points, "net": net_cents},
        )
        for rule in agreement.all_of(ReserveOfTurnover)
    ]


def _shares(agreement: Agreement, surplus: int) -> tuple[list[Leg], int]:
    rules = agreement.all_of(ShareOfSurplus)
    weights = [rule.basis_points for rule in rules]
    amounts = share_out(surplus, [*weights, WHOLE - sum(weights)])
    legs = [
        Leg(
            kind=TARGETS[rule.to],
            cents=amount,
            rule="share_of_surplus",
            facts={
                "to": rule.to,
                "basis_points": rule.basis_points,
                "surplus": surplus,
                "rounded": surplus * rule.basis_points % WHOLE != 0,
            },
            party=str(agreement.parent_id) if rule.to == "parent" else None,
        )
        for rule, amount in zip(rules, amounts, strict=False)
    ]
    return legs, amounts[-1]


def _without_zero(*legs: Leg) -> tuple[Leg, ...]:
    return tuple(leg for leg in legs if leg.cents)
