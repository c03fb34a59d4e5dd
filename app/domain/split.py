"""The split: what is earned becomes costs, shares, remittance and savings, each leg with its reason.

Shares of one surplus are one pass of largest remainder, the rest included, so only they round. Threshold and pot are
a pure function F of the member's month totals; a posting books F(after) − F(before), so a later refund of an
earlier sale unwinds from the top.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.domain.agreements import Agreement, Example, ExampleResult, RemitAbove, ShareOfSurplus
from app.domain.costs import PAYABLE, CostClaim
from app.domain.ledger import AccountKind, Leg
from app.domain.money import WHOLE, share_out

NO_REMITTANCE = RemitAbove(threshold_cents=0, basis_points=0)
BY_YEAR_TOTAL = frozenset({"remit_above", "pot"})
"""Rules whose legs are F(after) − F(before): never mirrored by a reversal."""
TARGETS = {
    "cooperative_fund": AccountKind.COOPERATIVE_FUND,
    "training_pot": AccountKind.TRAINING_POT,
    "parent": AccountKind.PAYABLE_COOPERATIVE,
}


@dataclass(frozen=True)
class MonthTotal:
    """What a member kept before remittance in one month under one agreement version, in cents."""

    month: date
    agreement_id: UUID
    active_from: date
    remittance: RemitAbove | None
    kept_cents: int


@dataclass(frozen=True)
class Buckets:
    """F: what of a year's total goes to the municipality, and what stays in the pot."""

    kept_cents: int
    municipality_cents: int

    @property
    def pot_cents(self) -> int:
        return self.kept_cents - self.municipality_cents


@dataclass(frozen=True)
class Split:
    """The legs that credit somebody (their sum is net), and `kept_cents`: what counts for the year's total."""

    legs: tuple[Leg, ...]
    kept_cents: int
    year_before: Buckets
    year_after: Buckets


def remitted(rule: RemitAbove, total_cents: int) -> int:
    """floor(share × what is above the threshold)."""
    return max(0, total_cents - rule.threshold_cents) * rule.basis_points // WHOLE


def buckets(months: Sequence[MonthTotal]) -> Buckets:
    """F over a calendar year: each version by its own rule in date order, the threshold over the whole year."""
    running = municipality = 0
    for month in sorted(months, key=lambda m: (m.month, m.active_from)):
        rule = month.remittance or NO_REMITTANCE
        after = running + month.kept_cents
        municipality += remitted(rule, after) - remitted(rule, running)
        running = after
    return Buckets(running, municipality)


def add_to_year(months: Sequence[MonthTotal], agreement: Agreement, day: date, cents: int) -> list[MonthTotal]:
    """The year's totals with `cents` more in the month of `day` under this agreement."""
    first = day.replace(day=1)
    found = [m for m in months if m.month == first and m.agreement_id == agreement.id]
    row = found[0] if found else MonthTotal(first, agreement.id, agreement.active_from, agreement.remittance, 0)
    return [*(m for m in months if m is not row), replace(row, kept_cents=row.kept_cents + cents)]


def split(
    agreement: Agreement,
    *,
    net_cents: int,
    costs: Sequence[Leg],
    months: Sequence[MonthTotal],
    day: date,
    member_id: UUID | None = None,
) -> Split:
    """Share `net_cents` earned on `day` by the agreement, after `costs` (legs to their payees).

    Costs above the net amount are the cooperative fund's. The legs sum to `net_cents`; none is zero.
    """
    surplus = net_cents - sum(leg.cents for leg in costs)
    before = buckets(months)
    if surplus < 0:
        fund = Leg(AccountKind.COOPERATIVE_FUND, surplus, "costs_above_net", {"net": net_cents})
        return Split((*costs, fund), 0, before, before)
    shares, rest = _shares(agreement, surplus)
    if agreement.collective:
        rest_leg = Leg(AccountKind.COOPERATIVE_FUND, rest, "collective", {"rest": rest})
        return Split(_without_zero(*costs, *shares, rest_leg), 0, before, before)
    after = buckets(add_to_year(months, agreement, day, rest))
    year = year_legs(agreement, before, after, member_id)
    return Split(_without_zero(*costs, *shares, *year), rest, before, after)


def year_legs(agreement: Agreement, before: Buckets, after: Buckets, member_id: UUID | None) -> tuple[Leg, ...]:
    """Remittance and pot as F(after) − F(before)."""
    rule = agreement.remittance
    to_municipality = after.municipality_cents - before.municipality_cents
    facts = {
        "member": str(member_id) if member_id else None,
        "before": before.kept_cents,
        "after": after.kept_cents,
        "remitted_before": before.municipality_cents,
        "remitted_after": after.municipality_cents,
        "threshold": rule.threshold_cents if rule else None,
        "basis_points": rule.basis_points if rule else None,
    }
    party = str(agreement.municipality_id)
    legs = (
        Leg(AccountKind.PAYABLE_MUNICIPALITY, to_municipality, "remit_above", facts, party=party),
        Leg(AccountKind.POT, after.pot_cents - before.pot_cents, "pot", facts, member_id=member_id),
    )
    return _without_zero(*legs)


def cost_legs(claims: Sequence[CostClaim]) -> tuple[Leg, ...]:
    """A leg per approved claim to whoever laid the money out."""
    return tuple(
        Leg(
            PAYABLE[claim.payee],
            claim.cents,
            "cost",
            {"category": claim.category, "payee": claim.payee, "claim": str(claim.id)},
            member_id=claim.member_id if PAYABLE[claim.payee] is AccountKind.PAYABLE_MEMBER else None,
            party=claim.supplier if PAYABLE[claim.payee] is AccountKind.PAYABLE_SUPPLIER else None,
        )
        for claim in claims
    )


def run_examples(agreement: Agreement) -> list[ExampleResult]:
    """Every worked example, split by the agreement's own rules."""
    return [ExampleResult(e.name, e.expected, by_target(_run(agreement, e))) for e in agreement.examples]


def by_target(result: Split) -> dict[str, int]:
    """Cents by target of a split; costs are not a target."""
    names = {"remit_above": "municipality", "pot": "pot", "costs_above_net": "cooperative_fund"}
    totals: dict[str, int] = {}
    for leg in result.legs:
        if leg.rule != "cost":
            name = names.get(leg.rule) or leg.facts.get("to") or "cooperative_fund"
            totals[name] = totals.get(name, 0) + leg.cents
    return totals


def _run(agreement: Agreement, example: Example) -> Split:
    day = agreement.active_from
    costs = (
        (Leg(AccountKind.PAYABLE_SUPPLIER, example.cost_cents, "cost", {"category": "example"}),)
        if example.cost_cents
        else ()
    )
    months = add_to_year([], agreement, day, example.year_so_far_cents) if example.year_so_far_cents else []
    return split(agreement, net_cents=example.net_cents, costs=costs, months=months, day=day)


def _shares(agreement: Agreement, surplus: int) -> tuple[list[Leg], int]:
    rules = [rule for rule in agreement.rules if isinstance(rule, ShareOfSurplus)]
    weights = [rule.basis_points for rule in rules]
    amounts = share_out(surplus, [*weights, WHOLE - sum(weights)])
    legs = [
        Leg(
            TARGETS[rule.to],
            amount,
            "share_of_surplus",
            {
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
