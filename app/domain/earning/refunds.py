"""The legs that a credit takes off an earning: its shares and what its member kept; beyond these the fund bears it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.earning.earnings import Earning, EarningState
from app.domain.earning.split import BY_YEAR_TOTAL
from app.domain.ledger import AccountKind, Leg, refunded
from app.domain.money import share_out

LOSS = "costs_above_net"
"""The rule of what the fund bears because costs are above what is left of the price."""


@dataclass(frozen=True)
class Taken:
    """The part of a credit that one earning bears: mirrored legs, and `kept_cents` of what its member kept (by F)."""

    legs: tuple[Leg, ...]
    kept_cents: int
    left: tuple[Leg, ...]
    """The remaining legs, without those of F."""


@dataclass(frozen=True, kw_only=True)
class EarningBefore:
    """What an earning was before a credit of a job took `cents` of it; `legs` are its shares without those of F.

    `decision` is the number of the decision on what is held of it, 0 for none.
    """

    id: UUID
    credit_id: UUID
    earning_id: UUID
    cooperative_id: UUID
    cents: int
    kept_cents: int
    held_cents: int
    state: EarningState
    legs: tuple[Leg, ...]
    decision: int


def take(earning: Earning, cents: int) -> Taken:
    """Takes `cents` from what is left of an earning, never more than a share holds, never with a wrong sign.

    Costs are not among the weights: they were owed before. So what goes beyond the surplus, and all of a loss, is the
    cooperative fund's. The last cent takes every share, and leaves the fund with the costs.
    """
    own = [leg for leg in earning.legs if leg.rule not in (*BY_YEAR_TOTAL, LOSS)]
    losses = [leg for leg in earning.legs if leg.rule == LOSS]
    weights = [*(leg.cents for leg in own), earning.kept_cents]
    amounts = weights
    if cents != earning.net_left_cents:
        surplus = sum(weights) + sum(leg.cents for leg in losses)
        from_shares = min(cents, max(surplus, 0))
        amounts = share_out(from_shares, weights) if from_shares else [0] * len(weights)
    back = [refunded(leg, amount) for leg, amount in zip(own, amounts, strict=False) if amount]
    left = [replace(leg, cents=leg.cents - amount) for leg, amount in zip(own, amounts, strict=False)]
    beyond = cents - sum(amounts)
    if beyond:
        facts = {"net": earning.net_left_cents - cents, "member": str(earning.credited_id)}
        fund = Leg(kind=AccountKind.COOPERATIVE_FUND, cents=beyond, rule=LOSS, facts=facts)
        back.append(refunded(fund, beyond))
        losses = [replace(fund, cents=sum(leg.cents for leg in losses) - beyond)]
    return Taken(tuple(back), amounts[-1], tuple(leg for leg in (*left, *losses) if leg.cents))


def fund_taken(taken: Taken) -> int:
    """The mirrored legs' effect on the cooperative fund: zero or less, except for the last cent of a loss."""
    return sum(leg.cents for leg in taken.legs if leg.kind is AccountKind.COOPERATIVE_FUND)


def merged(standing: Sequence[Leg], changes: Sequence[Leg]) -> tuple[Leg, ...]:
    """The legs of F after a change: one for each kind and rule, with the latest reason."""
    found = {(leg.kind, leg.rule): leg for leg in standing}
    for leg in changes:
        before = found.get((leg.kind, leg.rule))
        found[leg.kind, leg.rule] = replace(leg, cents=leg.cents + (before.cents if before else 0))
    return tuple(leg for leg in found.values() if leg.cents)


def remembered(earning: Earning, cents: int, *, before_id: UUID, credit_id: UUID) -> EarningBefore:
    """What an earning is, for the reversal of the credit that takes `cents` of it."""
    return EarningBefore(
        id=before_id,
        credit_id=credit_id,
        earning_id=earning.id,
        cooperative_id=earning.cooperative_id,
        cents=cents,
        kept_cents=earning.kept_cents,
        held_cents=earning.held_cents,
        state=earning.state,
        legs=tuple(leg for leg in earning.legs if leg.rule not in BY_YEAR_TOTAL),
        decision=_decision(earning),
    )


def decided_since(earning: Earning, before: EarningBefore) -> bool:
    """Whether somebody decided after the credit on what is held of an earning; nobody can if nothing is left of it."""
    return earning.state is not EarningState.REVERSED and _decision(earning) != before.decision


def fund_given(earning: Earning, before: EarningBefore) -> int:
    """The cents that the cooperative fund gets by the reversal of a credit."""
    now = sum(leg.cents for leg in earning.legs if _of_fund(leg))
    return sum(leg.cents for leg in before.legs if _of_fund(leg)) - now


def restored(earning: Earning, before: EarningBefore, by_year: Sequence[Leg]) -> Earning:
    """The earning without the credit; `by_year` is what the legs of F change by."""
    standing = [leg for leg in earning.legs if leg.rule in BY_YEAR_TOTAL]
    return replace(
        earning,
        state=before.state,
        legs=(*before.legs, *merged(standing, by_year)),
        kept_cents=before.kept_cents,
        held_cents=before.held_cents,
        refunded_cents=earning.refunded_cents - before.cents,
    )


def _decision(earning: Earning) -> int:
    return earning.release_parts if earning.state in (EarningState.POSTED, EarningState.FORFEITED) else 0


def _of_fund(leg: Leg) -> bool:
    return leg.kind is AccountKind.COOPERATIVE_FUND and leg.rule not in BY_YEAR_TOTAL


def given_up(earnings: Sequence[Earning], targets: Mapping[UUID, int]) -> dict[UUID, int]:
    """How much less each earning is, by the net amount that is left for its member; below zero it is more."""
    return {earning.id: earning.net_left_cents - targets.get(earning.member_id, 0) for earning in earnings}


def shared_off(earnings: Sequence[Earning], cents: int) -> tuple[dict[UUID, int], int]:
    """What each part of an assignment gives up of a credit, by largest remainder over what is left of it.

    The second value is what goes beyond all parts: the lead's fund bears it.
    """
    lefts = [earning.net_left_cents for earning in earnings]
    from_parts = min(cents, sum(lefts))
    shares = share_out(from_parts, lefts) if from_parts else [0] * len(lefts)
    return {earning.id: share for earning, share in zip(earnings, shares, strict=True)}, cents - from_parts
