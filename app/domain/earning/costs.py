"""Cost claims: the costs of a job, claimed per order line and approved by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.access import Right
from app.domain.chart import VatBox, vat_facts
from app.domain.days import day_of
from app.domain.errors import (
    ApprovedTooLate,
    CapReached,
    CategoryUnknown,
    DomainError,
    PayeeMissing,
    SecondPersonNeeded,
)
from app.domain.input_vat import check_vat, deductible_vat
from app.domain.ledger import AccountKind, Leg
from app.domain.money import WHOLE
from app.domain.rules import CostCategory, RulesFrom, rules_on
from app.domain.transitions import REASON, Case, Process, Terms, Transition, every, move, of_staff_and_member


class Payee(StrEnum):
    """The party that advanced the money and gets it back."""

    MEMBER = "member"
    SUPPLIER = "supplier"
    COOPERATIVE = "cooperative"


PAYABLE = {
    Payee.MEMBER: AccountKind.PAYABLE_MEMBER,
    Payee.SUPPLIER: AccountKind.PAYABLE_SUPPLIER,
    Payee.COOPERATIVE: AccountKind.PAYABLE_COOPERATIVE,
}


class CostBearer(StrEnum):
    """Who bears an approved cost."""

    EARNING = "earning"
    """It is taken from what the job brings, before the shares."""
    COOPERATIVE_FUND = "cooperative_fund"
    """The cooperative's fund."""


class ClaimState(StrEnum):
    """The state of a claim."""

    CLAIMED = "claimed"
    TO_CONFIRM = "to_confirm"
    """Approved, but the costs of the line would be above its net amount: a third person must confirm."""
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ClaimVerb(StrEnum):
    """A decision about a claim."""

    APPROVE = "approve"
    CONFIRM = "confirm"
    REJECT = "reject"
    WITHDRAW = "withdraw"


UNDECIDED = (ClaimState.CLAIMED, ClaimState.TO_CONFIRM)


@dataclass(frozen=True)
class ApprovedInYear:
    """The amount approved for a member in a category, by the year of the work."""

    year: int
    cents: int


@dataclass(frozen=True, kw_only=True)
class CostClaim:
    """`cents` including VAT as paid; `receipt` names the proof (number, shop, link).

    `vat_cents` is the VAT inside them; `deductible_basis_points` of it can be deducted.
    """

    id: UUID
    order_id: UUID
    order_line_id: UUID
    cooperative_id: UUID
    member_id: UUID
    category: str
    cents: int
    payee: Payee
    receipt: str
    claimed_by: UUID
    claimed_at: datetime
    supplier: str | None = None
    vat_cents: int = 0
    deductible_basis_points: int = WHOLE
    state: ClaimState = ClaimState.CLAIMED
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    reason: str = ""
    confirmed_by: UUID | None = None
    deducted_vat_cents: int = 0
    """The VAT that was deducted when it was approved."""
    borne_by: CostBearer = CostBearer.EARNING
    delivered_at: datetime | None = None
    """The delivery of the order; loaded while the claim is undecided, like the next three fields."""
    categories: tuple[RulesFrom, ...] = ()
    """The rules by version of the agreement, latest first."""
    approved: tuple[ApprovedInYear, ...] = ()
    """The amounts approved for its member in its category."""
    line_people: tuple[UUID, ...] = ()
    """The people who claimed or approved other approved costs of the same line."""
    version: int = 1

    def work_day(self, today: date) -> date:
        """The day of the work; before delivery it is today."""
        return day_of(self.delivered_at) if self.delivered_at else today

    @property
    def booked_cents(self) -> int:
        """The cost that is left once its VAT is deducted."""
        return self.cents - self.deducted_vat_cents

    @property
    def off_earning_cents(self) -> int:
        """What an approved claim takes from what is shared."""
        return self.booked_cents if self.borne_by is CostBearer.EARNING else 0

    def deductible_vat_cents(self, *, small_business: bool) -> int:
        """The VAT that is deducted; none if the cooperative uses the small-business scheme on the work day."""
        return deductible_vat(self.vat_cents, self.deductible_basis_points, small_business=small_business)

    def net_cents(self, *, small_business: bool) -> int:
        """The cost to the cooperative: the amount less the VAT that is deducted."""
        return self.cents - self.deductible_vat_cents(small_business=small_business)


def _somebody_else(case: Case[CostClaim]) -> SecondPersonNeeded | None:
    own = case.is_member(case.thing.member_id) or case.is_person(case.thing.claimed_by)
    return SecondPersonNeeded() if own else None


def _third_person(case: Case[CostClaim]) -> SecondPersonNeeded | None:
    claim = case.thing
    seen = case.is_person(claim.claimed_by, claim.decided_by, *claim.line_people)
    return SecondPersonNeeded(how="third") if seen else None


def _within_rules(case: Case[CostClaim]) -> DomainError | None:
    """The agreement of the work day still allows it."""
    claim = case.thing
    try:
        rule = rule_of(claim, case.today)
    except (CategoryUnknown, ApprovedTooLate) as refusal:
        return refusal
    if rule is None or rule.yearly_cap_cents is None:
        return None
    year = claim.work_day(case.today).year
    left = rule.yearly_cap_cents - sum(other.cents for other in claim.approved if other.year == year)
    return CapReached(category=claim.category, left_cents=max(0, left)) if claim.cents > left else None


_approvable = every(_somebody_else, _within_rules)
_confirmable = every(_somebody_else, _third_person, _within_rules)
CLAIM: Process[CostClaim] = Process(
    verbs=ClaimVerb,
    states=ClaimState,
    rights=of_staff_and_member,
    rows=(
        Transition("approve", ("claimed",), "approved", Right.DECIDE_CLAIM, Terms(_approvable)),
        Transition("confirm", ("to_confirm",), "approved", Right.DECIDE_CLAIM, Terms(_confirmable, needs=(REASON,))),
        Transition("reject", ("claimed", "to_confirm"), "rejected", Right.DECIDE_CLAIM, Terms(_somebody_else)),
        Transition("withdraw", ("claimed", "to_confirm"), "withdrawn", Right.CLAIM_COST),
    ),
)


def check(claim: CostClaim) -> CostClaim:
    """Returns the claim. Raises PayeeMissing if a supplier is paid but not named, VatTooHigh."""
    check_vat(claim.cents, claim.vat_cents)
    if claim.payee is Payee.SUPPLIER and not claim.supplier:
        raise PayeeMissing
    return claim


def cost_legs(claim: CostClaim, day: date) -> tuple[Leg, ...]:
    """What an approved claim makes the books owe on `day`: the payee gets it, its VAT is deducted, and the rest is to
    be shared less, or taken from the fund.
    """
    vat, net = claim.deducted_vat_cents, claim.booked_cents
    payable = PAYABLE[claim.payee]
    facts = {"category": claim.category, "payee": claim.payee, "claim": str(claim.id), "order": str(claim.order_id)}
    facts |= {"member": str(claim.member_id)}
    legs = (
        Leg(
            kind=payable,
            cents=claim.cents,
            rule="cost",
            facts=facts,
            member_id=claim.member_id if payable is AccountKind.PAYABLE_MEMBER else None,
            party=claim.supplier if payable is AccountKind.PAYABLE_SUPPLIER else None,
        ),
        input_vat_leg(vat, net, day, facts),
        Leg(
            kind=AccountKind.TO_SHARE if claim.borne_by is CostBearer.EARNING else AccountKind.COOPERATIVE_FUND,
            cents=-net,
            rule="cost",
            facts=facts,
        ),
    )
    return tuple(leg for leg in legs if leg.cents)


def input_vat_leg(vat_cents: int, base_cents: int, day: date, facts: dict[str, Any]) -> Leg:
    """The VAT of a cost that is deducted, on its box. A receipt names no rate."""
    about = vat_facts(VatBox.INPUT, None, base_cents, day)
    return Leg(kind=AccountKind.VAT, cents=-vat_cents, rule="cost", facts=facts | about, party=VatBox.INPUT.value)


def rule_of(claim: CostClaim, today: date) -> CostCategory | None:
    """The rule for a claim in the agreement of the work day. Raises as `category_of` does."""
    rules = rules_on(claim.categories, claim.work_day(today), CostCategory)
    return category_of(rules or (), claim.category, delivered=claim.delivered_at is not None)


def category_of(rules: Sequence[CostCategory], category: str, *, delivered: bool) -> CostCategory | None:
    """The rule of an agreement for a category; None if it names no categories.

    Raises CategoryUnknown, and ApprovedTooLate if costs must be approved before the job is delivered.
    """
    if not rules:
        return None
    rule = next((rule for rule in rules if rule.name == category), None)
    if rule is None:
        raise CategoryUnknown(category=category, known=[rule.name for rule in rules])
    if rule.approve_first and delivered:
        raise ApprovedTooLate(category=category)
    return rule


def above_net(claim: CostClaim, approved: Sequence[CostClaim], net_cents: int, *, small_business: bool) -> bool:
    """Whether a claim, together with the approved claims of its line, is above the line's net amount.

    Deductible VAT does not count: it is no cost.
    """
    return sum(one.net_cents(small_business=small_business) for one in (claim, *approved)) > net_cents


def decide(
    case: Case[CostClaim],
    verb: str,
    *,
    reason: str = "",
    approved: Sequence[CostClaim] = (),
    net_cents: int,
    small_business: bool = False,
) -> CostClaim:
    """The claim after `verb`; `approved` are the other approved claims of its line, `net_cents` is the line's net.

    `small_business`: the cooperative uses the small-business scheme on the work day, so it deducts no VAT.

    Four-eyes rule: the person who claimed it, or did the work, does not decide. An approval above the net waits for
    `confirm`, with a reason, by somebody who neither claimed nor approved anything of that line. Raises WrongState,
    SecondPersonNeeded, ReasonNeeded; CategoryUnknown, ApprovedTooLate, CapReached by the agreement.
    """
    claim, by = case.thing, case.actor.person
    state = ClaimState(move(CLAIM, case, verb, reason=reason))
    if verb == "confirm":
        return replace(claim, state=state, confirmed_by=by, reason=reason)
    if verb == "approve" and above_net(claim, approved, net_cents, small_business=small_business):
        state = ClaimState.TO_CONFIRM
    return replace(claim, state=state, decided_by=by, decided_at=case.now, reason=reason)


def undecided(claim: CostClaim) -> CostClaim:
    """An approved claim that waits for a decision again."""
    return replace(
        claim,
        state=ClaimState.CLAIMED,
        decided_by=None,
        decided_at=None,
        confirmed_by=None,
        deducted_vat_cents=0,
        borne_by=CostBearer.EARNING,
        reason="",
    )
