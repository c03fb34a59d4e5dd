"""Spending from the pot: the member asks, somebody else decides, the cooperative pays the supplier."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from app.db import ledger
from app.db.buying.spending import free_lots, requests
from app.db.earning.agreements import agreement_on
from app.db.earning.earnings import lock_pots, lock_year, save_year
from app.db.earning.thermometer import member_balances
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.buying.spending import (
    CONSENT,
    RESERVED,
    SENT,
    SPENDING,
    Request,
    SpendingState,
    SpendingVerb,
    back_legs,
    decide,
    first_in_first_out,
    pay_legs,
    policy_of,
    reserve_legs,
    settlement_legs,
)
from app.domain.days import check_day, day_of
from app.domain.earning.agreements import Agreement
from app.domain.errors import (
    AgreementMissing,
    NotFound,
    NumberOutOfRange,
    ReasonNeeded,
    RuleMissing,
    RuleRefused,
    SecondPersonNeeded,
    WrongState,
)
from app.domain.ledger import AccountKind, Journal, JournalKind, Leg, Posting, into_pots
from app.domain.page import Page, PageRequest
from app.domain.rules import Exit, Spending
from app.domain.transitions import Case, find
from app.ids import CooperativeId, MemberId, SpendingRequestId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.suppliers import supplier_named
from app.vocabulary import Among, Amount, Doc, Flag, PaymentDay, Purpose, Reason, Receipt, Supplier, Title, Version

ToMember = Annotated[Flag, Doc("Whether the money goes to the member, because they bought it already.")]
Draft = Annotated[Flag, Doc("Whether to save it as a draft, without reserving money.")]
SpendingMove = Annotated[
    SpendingVerb,
    Among(*(verb for verb in SpendingVerb if verb not in ("pay", "settle"))),
    Doc("The step to take. Payment and settlement have operations of their own."),
]
"""Steps that need no more than a reason. Payment and settlement have operations of their own."""


async def request_spending(
    tx: Tx,
    actor: Actor,
    *,
    member_id: MemberId,
    purpose: Purpose,
    title: Title,
    amount: Amount,
    supplier: Supplier = "",
    to_member: ToMember = False,
    draft: Draft = False,
) -> Request:
    """Ask for a purchase from one's own pot. Unless it is a draft, its amount is reserved at once.

    Raises NoCashOut if the member would be paid, PurposeUnknown, SpendingForbidden, BelowFloor, AgreementMissing.
    """
    member = await members.find(tx, id=member_id)
    if member is None:
        raise NotFound
    own = actor.as_member(member_id)
    actor.require(Right.REQUEST_SPENDING, member.cooperative_id, own=own)
    agreement, policy = await _policy(tx, member.cooperative_id, purpose, to_member=to_member)
    if not supplier:
        raise ReasonNeeded(how="field", verb="supplier")
    asked = Request(
        id=uuid7(),
        cooperative_id=member.cooperative_id,
        municipality_id=agreement.municipality_id,
        member_id=member_id,
        agreement_id=agreement.id,
        purpose=purpose,
        policy=policy,
        title=title,
        supplier=supplier,
        cents=amount.cents,
        requested_by=actor.person,
        requested_at=tx.now,
    )
    await requests.add(tx, asked)
    asked = await requests.get(tx, asked.id)
    return asked if draft else await _move(tx, actor, asked, "submit", "")


async def move_spending(
    tx: Tx,
    actor: Actor,
    *,
    request_id: SpendingRequestId,
    verb: SpendingMove,
    reason: Reason = "",
    expected_version: Version | None = None,
) -> Request:
    """Submit, ask for more information, consent, approve, refuse with a reason, or cancel.

    Raises WrongState, Stale, SecondPersonNeeded, ReasonNeeded, BelowFloor.
    """
    found = await _locked(tx, actor, find(SPENDING, verb).right, request_id, expected_version)
    if verb == "submit":
        agreement, policy = await _policy(tx, found.cooperative_id, found.purpose, to_member=False)
        found = replace(found, policy=policy, agreement_id=agreement.id)
    return await _move(tx, actor, found, verb, reason)


async def pay_spending(
    tx: Tx,
    actor: Actor,
    *,
    request_id: SpendingRequestId,
    paid_on: PaymentDay | None = None,
    expected_version: Version | None = None,
) -> Request:
    """Record that the supplier was paid. From then on it shows in which months its money was earned."""
    request = await _locked(tx, actor, Right.PAY_SPENDING, request_id, expected_version)
    paid = decide(Case(request, actor, tx.now), "pay")
    await lock_pots(tx, request.cooperative_id, [request.member_id])
    lots = first_in_first_out(await free_lots(tx, request.member_id), request.cents)
    day = check_day("paid_on", paid_on or tx.today, day_of(request.requested_at), tx.today)
    paid = await _post(tx, paid, JournalKind.SPEND, pay_legs(paid), day)
    return await _save(tx, replace(paid, paid_on=day, lots=lots, reserved_cents=0), "pay")


async def settle_spending(
    tx: Tx,
    actor: Actor,
    *,
    request_id: SpendingRequestId,
    receipt: Receipt,
    amount: Amount,
    expected_version: Version | None = None,
) -> Request:
    """Settle with the receipt. Money paid beyond the receipt returns to the pot. Raises NumberOutOfRange above it."""
    cents = amount.cents
    request = await _locked(tx, actor, Right.PAY_SPENDING, request_id, expected_version)
    settled = decide(Case(request, actor, tx.now), "settle", receipt=receipt, amount=amount)
    if cents > request.cents:
        raise NumberOutOfRange(field="amount", low_cents=0, high_cents=request.cents, how="amount")
    if cents < request.cents:
        settled = await _post(tx, settled, JournalKind.SPEND_BACK, back_legs(request, request.cents - cents), tx.today)
    lots = first_in_first_out(request.lots, cents)
    return await _save(tx, replace(settled, receipt=receipt, spent_cents=cents, lots=lots), "settle")


@shows_private
async def list_spending_requests(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    page: PageRequest,
    state: SpendingState | None = None,
    member_id: MemberId | None = None,
) -> Page[Request]:
    """The requests of a cooperative for its staff. Members see their own, case managers those that need consent.

    Only the member sees a draft.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    there = actor.members_at(cooperative_id)
    municipality_id, own = cooperative.municipality_id, actor.as_member(*there)
    actor.require(Right.READ_SPENDING, cooperative_id, municipality_id=municipality_id, own=own)
    wanted: dict[str, object] = {"cooperative_id": cooperative_id, "state": state, "member_id": member_id}
    if actor.may(Right.READ_SPENDING, cooperative_id):
        wanted["state"] = SENT if state is None else tuple(s for s in SENT if s is state)
    elif actor.may(Right.READ_SPENDING, municipality_id=municipality_id):
        wanted["state"] = SENT if state is None else tuple(s for s in SENT if s is state)
        wanted["policy"] = CONSENT
    else:
        wanted["member_id"] = tuple(m for m in there if member_id in (None, m))
    return await requests.page(tx, page, **wanted)


@shows_private
@reads_by_id(requests)
async def get_spending_request(tx: Tx, actor: Actor, *, request_id: SpendingRequestId) -> Request:
    """One request, with the caller's next steps. Raises NotFound."""
    request = await requests.get(tx, request_id)
    _require(actor, Right.READ_SPENDING, request)
    return request


async def settle_pot(tx: Tx, actor: Actor, *, member_id: MemberId) -> Journal:
    """Give the pot of a member who left to the party that the agreement of that day names. Later income follows.

    Raises WrongState before the exit, RuleMissing, RuleRefused with open requests or an empty pot.
    """
    member = await members.get(tx, member_id, lock=True)
    actor.require(Right.SETTLE_POT, member.cooperative_id)
    if member_id in actor.member_ids():
        raise SecondPersonNeeded(verb="settle_pot")
    if member.exited_on is None:
        raise WrongState(verb="settle_pot", state=member.state, possible=[])
    agreement = await agreement_on(tx, member.cooperative_id, member.exited_on)
    rule = agreement.the(Exit) if agreement else None
    if agreement is None or rule is None:
        raise RuleMissing(kind="exit")
    day, kind = tx.today, JournalKind.POT_SETTLEMENT
    year = await lock_year(tx, member.cooperative_id, (member_id,), day.year)
    if (await member_balances(tx, member)).get(AccountKind.RESERVED):
        raise RuleRefused(rule="open_requests_first", value=str(member_id))
    cents, _ = year.pots.get(member_id, (0, 0))
    if cents <= 0:
        raise RuleRefused(rule="pot_has_money", value="0")
    lots = first_in_first_out(await free_lots(tx, member_id), cents)
    legs = settlement_legs(rule, member_id, agreement.municipality_id, cents, lots)
    more = year.move_fund(agreement, day, cents) if rule.pot_to == "cooperative_fund" else ()
    part = await ledger.parts_of(tx, "member", member_id, kind) + 1
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=member.cooperative_id,
            kind=kind,
            source_type="member",
            source_id=member_id,
            part=part,
            effective_on=day,
            legs=(*legs, *more),
            agreement_id=agreement.id,
        ),
    )
    await save_year(tx, year)
    await tell(tx, "member.pot_settled", member.cooperative_id, member_id)
    return await ledger.journal_of(tx, "member", member_id, kind, part)


async def _policy(tx: Tx, cooperative_id: UUID, purpose: str, *, to_member: bool) -> tuple[Agreement, str]:
    """Today's version and its policy for a purpose. Raises AgreementMissing, and the errors of `policy_of`."""
    agreement = await agreement_on(tx, cooperative_id, tx.today)
    if agreement is None:
        raise AgreementMissing(date=tx.today.isoformat())
    return agreement, policy_of(agreement.all_of(Spending), purpose, to_member=to_member)


async def _locked(tx: Tx, actor: Actor, right: Right, request_id: UUID, expected_version: Version | None) -> Request:
    request = await requests.get(tx, request_id, lock=True)
    _require(actor, right, request)
    expect(request.version, expected_version)
    return request


def _require(actor: Actor, right: Right, request: Request) -> None:
    own = actor.as_member(request.member_id)
    if request.state is SpendingState.DRAFT and not own:
        actor.require(right, None if actor.visitor else request.id)
        raise NotFound
    municipality_id = request.municipality_id if request.policy == CONSENT else None
    actor.require(right, request.cooperative_id, municipality_id=municipality_id, own=own)


async def _move(tx: Tx, actor: Actor, request: Request, verb: str, reason: str) -> Request:
    moved = decide(Case(request, actor, tx.now), verb, reason=reason)
    if moved.state is SpendingState.APPROVED:
        await lend_staff_view(tx, request.cooperative_id)
        await supplier_named(tx, request.cooperative_id, request.supplier)
    wanted = moved.cents if moved.state in RESERVED else 0
    change = wanted - request.reserved_cents
    if change:
        kind = JournalKind.RESERVE if change > 0 else JournalKind.RESERVE_END
        moved = await _post(tx, moved, kind, reserve_legs(moved, change), tx.today)
    return await _save(tx, replace(moved, reserved_cents=wanted), verb)


async def _post(tx: Tx, request: Request, kind: JournalKind, legs: tuple[Leg, ...], day: date) -> Request:
    await lend_staff_view(tx, request.cooperative_id)
    if any(leg.kind is AccountKind.POT and leg.cents > 0 for leg in legs):
        pots = await lock_pots(tx, request.cooperative_id, [request.member_id])
        legs = into_pots(pots, legs)
    part = request.parts + 1
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=request.cooperative_id,
            kind=kind,
            source_type="spending",
            source_id=request.id,
            part=part,
            effective_on=day,
            legs=legs,
        ),
    )
    return replace(request, parts=part)


async def _save(tx: Tx, request: Request, verb: str) -> Request:
    await tell(tx, f"spending.{verb}", request.cooperative_id, request.id, members=[str(request.member_id)])
    return await requests.save(tx, request)
