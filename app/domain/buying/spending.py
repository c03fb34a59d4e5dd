"""Spending from the pot: the member asks, the money is reserved, somebody else decides, the supplier is paid."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import (
    AgreementMissing,
    BelowFloor,
    DomainError,
    NoCashOut,
    PurposeUnknown,
    SecondPersonNeeded,
    SpendingForbidden,
)
from app.domain.ledger import AccountKind, Leg
from app.domain.rules import Exit, RulesFrom, Spending, rules_on
from app.domain.transitions import REASON, Case, Need, Process, Terms, Transition, every, move


class SpendingState(StrEnum):
    """The state of a purchase from a pot."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    INCOMPLETE = "incomplete"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAID = "paid"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class SpendingVerb(StrEnum):
    """Steps of a purchase from a pot."""

    SUBMIT = "submit"
    ASK_MORE = "ask_more"
    CONSENT = "consent"
    REFUSE_CONSENT = "refuse_consent"
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    PAY = "pay"
    SETTLE = "settle"


@dataclass(frozen=True)
class Lot:
    """The part of a purchase that was earned in one month: the law counts income for that month."""

    month: date
    cents: int


@dataclass(frozen=True, kw_only=True)
class Request:
    """A purchase of `cents` that a member asks for; the cooperative pays `supplier`, never the member.

    `policy` is the agreement's for this purpose at the request; `reserved_cents` is reserved now.
    """

    id: UUID
    cooperative_id: UUID
    municipality_id: UUID
    member_id: UUID
    agreement_id: UUID
    purpose: str
    policy: str
    title: str
    supplier: str
    cents: int
    requested_by: UUID
    requested_at: datetime
    state: SpendingState = SpendingState.DRAFT
    reserved_cents: int = 0
    consented_by: UUID | None = None
    consented_at: datetime | None = None
    decided_by: UUID | None = None
    paid_on: date | None = None
    spent_cents: int | None = None
    receipt: str = ""
    reason: str = ""
    lots: tuple[Lot, ...] = ()
    parts: int = 0
    """The number of journals."""
    free_cents: int = 0
    """The free amount in the pot; loaded for a request that can be submitted."""
    policies: tuple[RulesFrom, ...] = ()
    """The rules by version of the agreement, latest first; loaded for a request that can be submitted."""
    version: int = 1


CONSENT = "needs_municipal_consent"


def _submittable(case: Case[Request]) -> DomainError | None:
    """Today's agreement allows the purpose, and the pot has the money."""
    request, today = case.thing, case.today
    rules = rules_on(request.policies, today, Spending)
    if rules is None:
        return AgreementMissing(date=today.isoformat())
    try:
        policy_of(rules, request.purpose)
    except (PurposeUnknown, SpendingForbidden) as refusal:
        return refusal
    return BelowFloor() if request.free_cents < request.cents else None


def _somebody_else(case: Case[Request]) -> SecondPersonNeeded | None:
    own = case.is_member(case.thing.member_id) or case.is_person(case.thing.requested_by)
    return SecondPersonNeeded() if own else None


def _not_who_consented(case: Case[Request]) -> SecondPersonNeeded | None:
    return SecondPersonNeeded() if case.is_person(case.thing.consented_by) else None


def _consented(case: Case[Request]) -> str | None:
    return "consent_needed" if case.thing.policy == CONSENT and not case.thing.consented_by else None


def _consent_asked(case: Case[Request]) -> str | None:
    return None if _consented(case) else "no_consent_needed"


_approvable = every(_somebody_else, _not_who_consented, _consented)
_consentable = every(_consent_asked, _somebody_else)
_CANCELLABLE = ("draft", "submitted", "incomplete", "approved")
_RECEIPT = (Need("receipt"), Need("amount"))
_CONSENTS, _DECIDES = Right.CONSENT_TO_SPENDING, Right.DECIDE_SPENDING


def _rights(request: Request, actor: Actor) -> Callable[[Right], bool]:
    """A draft belongs to its member, a consent to the municipality."""
    own = actor.as_member(request.member_id)
    if request.state is SpendingState.DRAFT and not own:
        return lambda _: False
    municipality_id = request.municipality_id if request.policy == CONSENT else None
    return lambda right: actor.may(right, request.cooperative_id, municipality_id=municipality_id, own=own)


SPENDING: Process[Request] = Process(
    verbs=SpendingVerb,
    states=SpendingState,
    rights=_rights,
    rows=(
        Transition("submit", ("draft", "incomplete"), "submitted", Right.REQUEST_SPENDING, Terms(_submittable)),
        Transition("ask_more", ("submitted",), "incomplete", _DECIDES, Terms(_somebody_else, needs=(REASON,))),
        Transition("consent", ("submitted",), "submitted", _CONSENTS, Terms(_consentable)),
        Transition("refuse_consent", ("submitted",), "rejected", _CONSENTS, Terms(_consentable, needs=(REASON,))),
        Transition("approve", ("submitted",), "approved", _DECIDES, Terms(_approvable)),
        Transition("reject", ("submitted",), "rejected", _DECIDES, Terms(_somebody_else, needs=(REASON,))),
        Transition("cancel", _CANCELLABLE, "cancelled", Right.CANCEL_SPENDING),
        Transition("pay", ("approved",), "paid", Right.PAY_SPENDING, Terms(_somebody_else)),
        Transition("settle", ("paid",), "settled", Right.PAY_SPENDING, Terms(_somebody_else, needs=_RECEIPT)),
    ),
)
RESERVED = (SpendingState.SUBMITTED, SpendingState.APPROVED)
SENT = tuple(state for state in SpendingState if state is not SpendingState.DRAFT)
"""The states that others than the member see."""
SETTLED_TO = {
    "member": AccountKind.PAYABLE_MEMBER,
    "cooperative_fund": AccountKind.COOPERATIVE_FUND,
    "municipality": AccountKind.PAYABLE_MUNICIPALITY,
}


def policy_of(rules: Sequence[Spending], purpose: str, *, to_member: bool = False) -> str:
    """The policy for a purpose by these rules.

    Raises NoCashOut if the member would be paid, PurposeUnknown with the list, SpendingForbidden.
    """
    if to_member:
        raise NoCashOut
    rule = next((rule for rule in rules if rule.purpose == purpose), None)
    if rule is None:
        raise PurposeUnknown(purpose=purpose, known=[rule.purpose for rule in rules])
    if rule.policy == "forbidden":
        raise SpendingForbidden(purpose=purpose)
    return rule.policy


def decide(case: Case[Request], verb: str, **inputs: Any) -> Request:
    """The request after `verb`; its state decides what happens with the money.

    Raises WrongState, SecondPersonNeeded if the requester would decide, ReasonNeeded for a refusal without one;
    AgreementMissing, PurposeUnknown, SpendingForbidden and BelowFloor if it cannot be submitted.
    """
    request, by = case.thing, case.actor.person
    state = SpendingState(move(SPENDING, case, verb, **inputs))
    moved = replace(request, state=state, reason=inputs.get("reason") or request.reason)
    if verb == "consent":
        return replace(moved, consented_by=by, consented_at=case.now)
    if verb in ("approve", "reject", "refuse_consent", "ask_more"):
        return replace(moved, decided_by=by)
    return moved


def unpaid(case: Case[Request]) -> Request:
    """The request before its payment: approved, with its amount reserved. Raises SecondPersonNeeded."""
    _check_other_person(case)
    return replace(
        case.thing,
        state=SpendingState.APPROVED,
        reserved_cents=case.thing.cents,
        paid_on=None,
        spent_cents=None,
        receipt="",
        lots=(),
    )


def unsettled(case: Case[Request], free: Sequence[Lot], day: date) -> Request:
    """The request before its receipt: paid in full. Money that had come back is of the oldest months that are `free`.

    The rest is of the month of `day`: a debt until then. Raises SecondPersonNeeded.
    """
    _check_other_person(case)
    request = case.thing
    back = request.cents - sum(lot.cents for lot in request.lots)
    used = first_in_first_out(free, back)
    short = back - sum(lot.cents for lot in used)
    owed = (Lot(day.replace(day=1), short),) if short else ()
    lots = tuple(by_month((*request.lots, *used, *owed)))
    return replace(request, state=SpendingState.PAID, spent_cents=None, receipt="", lots=lots)


def _check_other_person(case: Case[Request]) -> None:
    if refusal := _somebody_else(case):
        refusal.facts["verb"] = "reverse"
        raise refusal


def reserve_legs(request: Request, cents: int) -> tuple[Leg, ...]:
    """Reserves `cents` of the pot; a negative number releases them."""
    facts = {"purpose": request.purpose, "title": request.title}
    rule = "reserve" if cents > 0 else "reserve_end"
    return (
        Leg(kind=AccountKind.POT, cents=-cents, rule=rule, facts=facts, member_id=request.member_id),
        Leg(kind=AccountKind.RESERVED, cents=cents, rule=rule, facts=facts, member_id=request.member_id),
    )


def pay_legs(request: Request) -> tuple[Leg, ...]:
    """The reserved amount leaves the bank."""
    facts: dict[str, Any] = {"purpose": request.purpose, "title": request.title, "supplier": request.supplier}
    return (
        Leg(kind=AccountKind.RESERVED, cents=-request.cents, rule="spend", facts=facts, member_id=request.member_id),
        Leg(kind=AccountKind.BANK, cents=request.cents, rule="spend", facts=facts),
    )


def back_legs(request: Request, cents: int) -> tuple[Leg, ...]:
    """The amount that was overpaid returns to the pot."""
    facts = {"purpose": request.purpose, "title": request.title}
    return (
        Leg(kind=AccountKind.BANK, cents=-cents, rule="spend_back", facts=facts),
        Leg(kind=AccountKind.POT, cents=cents, rule="spend_back", facts=facts, member_id=request.member_id),
    )


def settlement_legs(
    rule: Exit, member_id: UUID, municipality_id: UUID, cents: int, lots: Sequence[Lot]
) -> tuple[Leg, ...]:
    """Gives the pot of a member who left to the party in the agreement, with the months in which it was earned."""
    months = [{"month": lot.month.isoformat(), "cents": lot.cents} for lot in lots]
    facts = {"to": rule.pot_to, "lots": months}
    to_member = rule.pot_to == "member"
    party = str(municipality_id) if rule.pot_to == "municipality" else None
    target = Leg(
        kind=SETTLED_TO[rule.pot_to],
        cents=cents,
        rule="pot_settlement",
        facts=facts,
        member_id=member_id if to_member else None,
        party=party,
    )
    return Leg(kind=AccountKind.POT, cents=-cents, rule="pot_settlement", facts=facts, member_id=member_id), target


def by_month(lots: Iterable[Lot]) -> list[Lot]:
    """One lot for each month."""
    found: dict[date, int] = {}
    for lot in lots:
        found[lot.month] = found.get(lot.month, 0) + lot.cents
    return [Lot(month, cents) for month, cents in sorted(found.items())]


def first_in_first_out(free: Sequence[Lot], cents: int) -> tuple[Lot, ...]:
    """The months in which `cents` were earned, oldest first, out of what is `free` in each.

    A negative month was refunded after its money was spent: the oldest of the other months make up for it.
    """
    lots, skip, left = [], -sum(min(0, lot.cents) for lot in free), cents
    for lot in sorted(free, key=lambda lot: lot.month):
        there = max(0, lot.cents - skip)
        skip = max(0, skip - max(0, lot.cents))
        used = min(there, left)
        if used:
            lots.append(Lot(lot.month, used))
        left -= used
    return tuple(lots)
