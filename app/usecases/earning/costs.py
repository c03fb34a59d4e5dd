"""Cost claims: the maker claims, somebody else decides. The last decision releases a waiting sale."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from app.db import ledger
from app.db.earning.agreements import agreement_on
from app.db.earning.costs import claims
from app.db.earning.earnings import lock_year
from app.db.engine import Tx, uuid7
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.earning import costs as process
from app.domain.earning.agreements import Agreement
from app.domain.earning.costs import (
    CLAIM,
    ClaimState,
    ClaimVerb,
    CostBearer,
    CostClaim,
    Payee,
    category_of,
    check,
    cost_legs,
)
from app.domain.errors import NotFound, RuleRefused, WrongState
from app.domain.ledger import JournalKind
from app.domain.money import basis_points_of
from app.domain.page import Page, PageRequest
from app.domain.rules import CostCategory
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import CALLED_OFF, Order, due_for_sale, roles_on
from app.domain.selling.vat_at_supply import current_line
from app.domain.transitions import Case, find
from app.ids import CooperativeId, CostClaimId, OrderId, OrderLineId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.due import order_in_time
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.book_order import post_of_order
from app.usecases.shared.book_sale import book_alone, settle, unsettle
from app.usecases.shared.input_vat import Deductible, VatInside, in_small_business
from app.usecases.shared.suppliers import with_accounts
from app.vocabulary import Amount, Between, Doc, Proof, Reason, Slug, Supplier, Version

HIGHEST_COST = 100_000_000
"""The highest amount of one claim, in cents."""
CostAmount = Annotated[Amount, Between(1, HIGHEST_COST)]
Category = Annotated[Slug, Doc("The category of the costs, as the agreement names it.")]

Bearer = Annotated[CostBearer, Doc("Who bears it, if that is the fund and not the job.")]


async def claim_cost(
    tx: Tx,
    actor: Actor,
    *,
    order_id: OrderId,
    order_line_id: OrderLineId,
    category: Category,
    amount: CostAmount,
    payee: Payee,
    receipt: Proof,
    supplier: Supplier | None = None,
    vat: VatInside | None = None,
    deductible: Deductible = "100",
) -> CostClaim:
    """Claim the costs of a job.

    Raises PayeeMissing, NotFound, VatTooHigh if the amount cannot hold so much; CategoryUnknown and ApprovedTooLate by
    the agreement.
    """
    order, line = await _claimable(tx, actor, order_id, order_line_id)
    if line.member_id is None or order.assignment_id is not None:
        raise RuleRefused(rule="costs_are_the_assignments", value=str(order.assignment_id))
    agreement = await _agreement(tx, order)
    rules = agreement.all_of(CostCategory) if agreement else ()
    category_of(rules, category, delivered=order.delivered_at is not None)
    claim = CostClaim(
        id=uuid7(),
        order_id=order_id,
        order_line_id=line.id,
        cooperative_id=order.cooperative_id,
        member_id=line.member_id,
        category=category,
        cents=amount.cents,
        payee=payee,
        receipt=receipt,
        claimed_by=actor.person,
        claimed_at=tx.now,
        supplier=supplier,
        vat_cents=vat.cents if vat else 0,
        deductible_basis_points=basis_points_of(deductible),
    )
    await claims.add(tx, check(claim))
    await tell(tx, "claim.made", order.cooperative_id, claim.id, reference=order.reference)
    return await claims.get(tx, claim.id)


@shows_private
async def list_cost_claims(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, state: ClaimState | None = None
) -> Page[CostClaim]:
    """The claims of a cooperative for its staff; a member sees their own."""
    staff = actor.may(Right.READ_CLAIM, cooperative_id)
    there = actor.members_at(cooperative_id)
    actor.require(Right.READ_CLAIM, cooperative_id, own=actor.as_member(*there))
    mine = None if staff else there
    return await claims.page(tx, page, cooperative_id=cooperative_id, state=state, member_id=mine)


@shows_private
@reads_by_id(claims)
async def get_cost_claim(tx: Tx, actor: Actor, *, claim_id: CostClaimId) -> CostClaim:
    """One cost claim. Raises NotFound."""
    claim = await claims.get(tx, claim_id)
    actor.require(Right.READ_CLAIM, claim.cooperative_id, own=actor.as_member(claim.member_id))
    return claim


async def decide_claim(
    tx: Tx,
    actor: Actor,
    *,
    claim_id: CostClaimId,
    verb: ClaimVerb,
    reason: Reason = "",
    borne_by: Bearer | None = None,
    expected_version: Version | None = None,
) -> CostClaim:
    """Approve, reject or withdraw. Above the net amount of its line, a third person confirms the approval.

    An approved cost is owed at once. If the sale is booked already, it is shared anew, less the cost. The fund bears it
    if the approver says so, and if nothing of the price is left.

    Raises SecondPersonNeeded for the person who claimed it or did the work (and, to confirm, the one who approved),
    ReasonNeeded, CapReached, ApprovedTooLate, WrongState, Stale.
    """
    found = await claims.get(tx, claim_id)
    actor.require(find(CLAIM, verb).right, found.cooperative_id, own=actor.as_member(found.member_id))
    order = order_in_time(tx, await orders.get(tx, found.order_id, lock=True))
    approves = verb in ("approve", "confirm")
    small_business = approves and await in_small_business(tx, order.cooperative_id, _day(tx, order))
    if approves and found.categories:
        # The caps of the agreement are checked under the lock of the year, for all makers, just as the sale locks them.
        await lock_year(tx, order.cooperative_id, order.maker_ids, _day(tx, order).year)
    claim = await claims.get(tx, claim_id, lock=True)
    expect(claim.version, expected_version)
    line = current_line(order, claim.order_line_id)
    assert line is not None  # noqa: S101  a claim names a line of its order
    decided = process.decide(
        Case(claim, actor, tx.now),
        verb,
        reason=reason,
        approved=await claims.all(tx, order_line_id=(line.id, *line.replaces), state=ClaimState.APPROVED),
        net_cents=line.net_cents,
        small_business=small_business,
    )
    decided = replace(decided, borne_by=_bearer(order, borne_by or claim.borne_by))
    if decided.state is ClaimState.APPROVED:
        vat = decided.deductible_vat_cents(small_business=small_business)
        decided = replace(decided, deducted_vat_cents=vat)
    told = "claim.to_confirm" if decided.state is ClaimState.TO_CONFIRM else "claim.decided"
    await tell(tx, told, claim.cooperative_id, claim.id, reference=order.reference)
    await lend_staff_view(tx, order.cooperative_id)
    after = await _book(tx, order, decided) if decided.state is ClaimState.APPROVED else order
    saved = await claims.save(tx, decided)
    settled = await settle(tx, after)
    if settled is not order:
        await orders.save(tx, settled)
    return saved


async def _book(tx: Tx, order: Order, claim: CostClaim) -> Order:
    """Books an approved cost, today; a booked sale that bears it is taken back first, to be shared anew."""
    if due_for_sale(order):
        await book_alone(tx, order)
    after = await unsettle(tx, order) if claim.borne_by is CostBearer.EARNING else order
    part = 1 + await ledger.parts_of(tx, "cost_claim", claim.id, JournalKind.COST)
    legs = await with_accounts(tx, order.cooperative_id, cost_legs(claim, tx.today))
    await post_of_order(tx, order, JournalKind.COST, ("cost_claim", claim.id), part, tx.today, legs)
    return after


def _bearer(order: Order, named: CostBearer) -> CostBearer:
    """The fund, if the approver says so, or if nothing is left that could bear it."""
    return named if order.earned_from_cents else CostBearer.COOPERATIVE_FUND


async def _claimable(tx: Tx, actor: Actor, order_id: UUID, order_line_id: UUID) -> tuple[Order, OrderLine]:
    """The locked order and its line, if the caller may claim costs for it.

    Raises NotFound, WrongState.
    """
    order = await orders.find(tx, lock=True, id=order_id)
    if order is None:
        raise NotFound
    actor.require(Right.CLAIM_COST, order.cooperative_id, own=roles_on(order, actor))
    order = order_in_time(tx, order)
    if order.state in CALLED_OFF:
        raise WrongState(verb="claim_cost", state=order.state, possible=[])
    line = current_line(order, order_line_id)
    staff = actor.may(Right.DECIDE_CLAIM, order.cooperative_id)
    if line is None or not (staff or line.member_id in actor.members_with(Right.CLAIM_COST)):
        raise NotFound
    return order, line


async def _agreement(tx: Tx, order: Order) -> Agreement | None:
    """The version of the work date; before delivery, the version of today."""
    return await agreement_on(tx, order.cooperative_id, _day(tx, order))


def _day(tx: Tx, order: Order) -> date:
    return order.work_date or tx.today
