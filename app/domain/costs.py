"""Cost claims: what a job cost, claimed per order line and approved by somebody else."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.agreements import Agreement, CostCategory
from app.domain.errors import ApprovedTooLate, CapReached, CategoryUnknown, PayeeMissing, SecondPersonNeeded
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
    CLAIMED = "claimed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


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
    version: int = 1


CLAIM: tuple[Transition[CostClaim], ...] = (
    Transition("approve", ("claimed",), "approved", Right.DECIDE_CLAIM),
    Transition("reject", ("claimed",), "rejected", Right.DECIDE_CLAIM),
    Transition("withdraw", ("claimed",), "withdrawn", Right.CLAIM_COST),
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


def decide(claim: CostClaim, verb: str, *, by: UUID, own: bool, now: datetime, reason: str = "") -> CostClaim:
    """The claim after `verb`. Who claimed, and whose job it was, does not decide (SecondPersonNeeded)."""
    state = ClaimState(move(CLAIM, claim, verb))
    if verb != "withdraw" and (own or claim.claimed_by == by):
        raise SecondPersonNeeded(verb=verb)
    return replace(claim, state=state, decided_by=by, decided_at=now, reason=reason)
