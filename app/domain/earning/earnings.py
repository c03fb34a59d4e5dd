"""Earnings: what one member earned with one order; pending until it is booked, and possibly held before that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.earning.agreements import Agreement
from app.domain.earning.split import BY_YEAR_TOTAL, split
from app.domain.errors import SecondPersonNeeded, WrongState
from app.domain.ledger import AccountKind, Leg, stamped
from app.domain.transitions import Case, Need, Process, Terms, Transition, of_staff


class EarningState(StrEnum):
    """The state of an earning."""

    PENDING = "pending"
    HELD = "held"
    POSTED = "posted"
    FORFEITED = "forfeited"
    REVERSED = "reversed"


class HeldVerb(StrEnum):
    """A decision about a held earning."""

    RELEASE = "release"
    TRANSFER = "transfer"
    FORFEIT = "forfeit"


@dataclass(frozen=True, kw_only=True)
class Earning:
    """`kept_cents` is the part that counts for the member's year total; `legs` are the shares of the last posting.

    `cost_cents` was owed to others before, so the shares sum to what is left of the net amount less the costs.

    `held_because` is why the surplus is held until the coordinator decides: `trial` or `permission`. A transfer credits
    `to_member_id`.
    """

    id: UUID
    order_id: UUID
    cooperative_id: UUID
    member_id: UUID
    work_date: date
    net_cents: int
    cost_cents: int = 0
    kept_cents: int = 0
    state: EarningState = EarningState.PENDING
    agreement_id: UUID | None = None
    journal_id: UUID | None = None
    legs: tuple[Leg, ...] = ()
    held_because: str | None = None
    held_cents: int = 0
    release_parts: int = 0
    """The number of decisions on the held amount; the last one is in force unless the sale was taken back."""
    to_member_id: UUID | None = None
    decided_by: UUID | None = None
    reason: str = ""
    refunded_cents: int = 0
    """The part of the net amount that was refunded; `legs` are what is left."""
    part_id: UUID | None = None
    """The part of an assignment; each part has its own earning."""
    decision_journal_id: UUID | None = None
    """The journal of the decision in force on the held amount; loaded, never saved."""
    version: int = 1

    @property
    def net_left_cents(self) -> int:
        return self.net_cents - self.refunded_cents

    @property
    def booked_under(self) -> UUID:
        """The agreement version that split it. Raises WrongState while it is pending."""
        if self.agreement_id is None:
            raise WrongState(verb="split", state=self.state, possible=[])
        return self.agreement_id

    @property
    def credited_id(self) -> UUID:
        """The member whose year and pot it counts for."""
        return self.to_member_id or self.member_id


def _somebody_else(case: Case[Earning]) -> SecondPersonNeeded | None:
    return SecondPersonNeeded() if case.is_member(case.thing.member_id) else None


_RECEIVER = (Need("to_member_id", "transfer_names_a_member"),)
HELD: Process[Earning] = Process(
    verbs=HeldVerb,
    states=EarningState,
    rights=of_staff,
    rows=(
        Transition("release", ("held",), "posted", Right.DECIDE_HELD, Terms(_somebody_else)),
        Transition("transfer", ("held",), "posted", Right.DECIDE_HELD, Terms(_somebody_else, needs=_RECEIVER)),
        Transition("forfeit", ("held",), "forfeited", Right.DECIDE_HELD, Terms(_somebody_else)),
    ),
)


def expected_anew(earning: Earning, net_cents: int, work_date: date, held_because: str | None) -> Earning:
    """An earning of which the sale was taken back, with what it is now; nothing if its member has no part any more."""
    return replace(
        earning,
        net_cents=net_cents,
        work_date=work_date,
        cost_cents=0,
        state=EarningState.PENDING if net_cents else EarningState.REVERSED,
        agreement_id=None,
        held_because=held_because,
        to_member_id=None,
        decided_by=None,
        reason="",
    )


def comes_out_again(agreement: Agreement, earning: Earning) -> bool:
    """Whether percentages and the kept amount of an earning follow from its agreement (F has its own check)."""
    if earning.state is EarningState.HELD:
        return sum(leg.cents for leg in earning.legs) == earning.net_cents - earning.cost_cents
    again = split(
        agreement,
        net_cents=earning.net_cents,
        cost_cents=earning.cost_cents,
        months=(),
        day=earning.work_date,
        member_id=earning.credited_id,
    )
    by_year = sum(leg.cents for leg in earning.legs if leg.rule in BY_YEAR_TOTAL and leg.rule != "remit_above_fund")
    return (
        (_by_rule(again.legs), again.kept_cents)
        == (_by_rule(earning.legs), earning.kept_cents)
        == (
            _by_rule(earning.legs),
            by_year,
        )
    )


def _by_rule(legs: Sequence[Leg]) -> list[tuple[str, str, int]]:
    """The legs that do not depend on the year, in a form to compare."""
    return sorted((leg.rule, leg.kind, leg.cents) for leg in legs if leg.rule not in BY_YEAR_TOTAL)


def held_leg(earning: Earning) -> Leg | None:
    """The surplus of an earning that must be held; None without a reason, or if nothing is left after costs."""
    surplus = earning.net_left_cents - earning.cost_cents
    if earning.held_because is None or surplus <= 0:
        return None
    facts = {"because": earning.held_because, "surplus": surplus}
    return Leg(kind=AccountKind.HELD, cents=surplus, rule="held", facts=facts, member_id=earning.member_id)


def held_again(earning: Earning) -> Earning:
    """The earning before the decision on what was held of it."""
    held = Leg(
        kind=AccountKind.HELD,
        cents=earning.held_cents,
        rule="held",
        facts={"because": earning.held_because, "surplus": earning.held_cents},
        member_id=earning.member_id,
    )
    return replace(
        earning,
        state=EarningState.HELD,
        kept_cents=0,
        to_member_id=None,
        decided_by=None,
        reason="",
        legs=stamped((held,), earning.member_id),
        decision_journal_id=None,
    )
