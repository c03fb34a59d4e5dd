"""Cost claims: what a job cost, claimed per order line and approved by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.agreements import Agreement, CostCategory
from app.domain.errors import (
    ApprovedTooLate,
    CapReached,
    CategoryUnknown,
    PayeeMissing,
    ReasonNeeded,
    SecondPersonNeeded,
)
from app.domain.ledger import AccountKind
from app.domain.transitions import Transition, move


class Payee(StrEnum):
    """Who laid the money out and gets it back."""

    MEMBER = "member"
    SUPPLIER = "supplier"
    COOPERATIVE = "cooperative"


PAYABLE = {
    Payee.MEMBER: AccountKind.PAYABLE_MEMBER,
    Payee.SUPPLIER: AccountKind.PAYABLE_SUPPLIER,
    Payee.COOPERATIVE: AccountKind.PAYABLE_COOPERATIVE,
}


class ClaimState(StrEnum):
    """How far a claim is."""

    CLAIMED = "claimed"
    TO_CONFIRM = "to_confirm"
    """Approved, but with it the line would cost more than its net: a third person looks at it."""
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ClaimVerb(StrEnum):
    """What is decided about a claim."""

    APPROVE = "approve"
    CONFIRM = "confirm"
    REJECT = "reject"
    WITHDRAW = "withdraw"


UNDECIDED = (ClaimState.CLAIMED, ClaimState.TO_CONFIRM)


@dataclass(frozen=True)
class CostClaim:
    """`cents` including VAT as paid; `receipt` names the proof (number, shop, link)."""

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
    state: ClaimState = ClaimState.CLAIMED
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    reason: str = ""
    confirmed_by: UUID | None = None
    version: int = 1


CLAIM: tuple[Transition[CostClaim], ...] = (
    Transition("approve", ("claimed",), "approved", Right.DECIDE_CLAIM),
    Transition("confirm", ("to_confirm",), "approved", Right.DECIDE_CLAIM),
    Transition("reject", ("claimed", "to_confirm"), "rejected", Right.DECIDE_CLAIM),
    Transition("withdraw", ("claimed", "to_confirm"), "withdrawn", Right.CLAIM_COST),
)


def check(claim: CostClaim) -> CostClaim:
    """The claim itself. Raises PayeeMissing where a supplier is paid but not named."""
    if claim.payee is Payee.SUPPLIER and not claim.supplier:
        raise PayeeMissing
    return claim


def category_of(agreement: Agreement | None, category: str, *, delivered: bool) -> CostCategory | None:
    """The agreement's rule for a category; None where it names no categories.

    Raises CategoryUnknown, and ApprovedTooLate where costs have to be approved before the job is delivered.
    """
    rules = agreement.all_of(CostCategory) if agreement else ()
    if not rules:
        return None
    rule = next((rule for rule in rules if rule.name == category), None)
    if rule is None:
        raise CategoryUnknown(category=category, known=[rule.name for rule in rules])
    if rule.approve_first and delivered:
        raise ApprovedTooLate(category=category)
    return rule


def within_cap(category: str, cap_cents: int, approved_cents: int, cents: int) -> None:
    """Raises CapReached where `cents` more would be over what a member may claim in the category this year."""
    if approved_cents + cents > cap_cents:
        raise CapReached(category=category, left_cents=max(0, cap_cents - approved_cents))


def above_net(claim: CostClaim, approved: Sequence[CostClaim], net_cents: int) -> bool:
    """Whether a claim, together with those of its line that are approved, is more than the line's net."""
    return claim.cents + sum(other.cents for other in approved) > net_cents


def decide(
    claim: CostClaim,
    verb: str,
    *,
    by: UUID,
    own: bool,
    now: datetime,
    reason: str = "",
    approved: Sequence[CostClaim] = (),
    net_cents: int,
) -> CostClaim:
    """The claim after `verb`; `approved` are the other claims of its line that are, `net_cents` is the line's net.

    Four-eyes rule: whoever claimed it, or did the work, does not decide. An approval above the net waits for
    `confirm`, with a reason, by somebody who neither claimed nor approved anything of that line.
    Raises WrongState, SecondPersonNeeded, ReasonNeeded.
    """
    state = ClaimState(move(CLAIM, claim, verb))
    if verb != "withdraw" and (own or claim.claimed_by == by):
        raise SecondPersonNeeded(verb=verb)
    if verb == "confirm":
        if by in {person for other in (claim, *approved) for person in (other.claimed_by, other.decided_by)}:
            raise SecondPersonNeeded(verb=verb, how="third")
        if not reason.strip():
            raise ReasonNeeded(verb=verb)
        return replace(claim, state=state, confirmed_by=by, reason=reason)
    if verb == "approve" and above_net(claim, approved, net_cents):
        state = ClaimState.TO_CONFIRM
    return replace(claim, state=state, decided_by=by, decided_at=now, reason=reason)
