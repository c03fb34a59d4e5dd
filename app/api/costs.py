"""REST: cost claims."""

from typing import Literal
from uuid import UUID

from fastapi import Request, Response

from app.api.deps import KeyedDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import In, Line, Money, Out, PageOut, Short, Slug, Version, When, money
from app.domain.costs import ClaimState, Payee
from app.usecases.costs import claim_cost, decide_claim, get_claim, list_claims
from app.vocabulary import MoneyIn

router = noun("costs")


class CostClaimIn(In):
    order_line_id: UUID
    category: Slug
    amount: MoneyIn
    payee: Payee
    receipt: Line
    supplier: Short | None = None


class ClaimMove(In):
    verb: Literal["approve", "confirm", "reject", "withdraw"]
    reason: Line = ""


class CostClaimOut(Out):
    id: UUID
    order_id: UUID
    order_line_id: UUID
    cooperative_id: UUID
    member_id: UUID
    category: str
    amount: Money = money("cents")
    payee: Payee
    supplier: str | None
    receipt: str
    state: ClaimState
    claimed_at: When
    decided_at: When | None
    confirmed_by: UUID | None
    reason: str
    version: Version


@router.get("/cooperatives/{cooperative_id}/cost-claims")
async def list_all(
    cooperative_id: UUID,
    run: RunDep,
    page: PageDep,
    request: Request,
    response: Response,
    state: ClaimState | None = None,
) -> PageOut[CostClaimOut]:
    """The claims of a cooperative for its staff; a member sees their own."""
    found = await run(list_claims, cooperative_id=cooperative_id, page=page, state=state)
    link_next(request, response, found)
    return PageOut.of(found, CostClaimOut.model_validate)


@router.post("/orders/{order_id}/cost-claims", status_code=201)
async def claim(order_id: UUID, body: CostClaimIn, keyed: KeyedDep, response: Response) -> CostClaimOut:
    """Claim what a job cost."""
    _, once = keyed
    made = await once(
        claim_cost,
        order_id=order_id,
        order_line_id=body.order_line_id,
        category=body.category,
        cents=body.amount.cents,
        payee=body.payee,
        receipt=body.receipt,
        supplier=body.supplier,
    )
    response.headers["Location"] = f"/v1/cost-claims/{made.id}"
    tag(response, made.version)
    return CostClaimOut.model_validate(made)


@router.get("/cost-claims/{claim_id}")
async def get(claim_id: UUID, run: RunDep, response: Response) -> CostClaimOut:
    """One claim."""
    found = await run(get_claim, claim_id=claim_id)
    tag(response, found.version)
    return CostClaimOut.model_validate(found)


@router.post("/cost-claims/{claim_id}/transitions")
async def move(claim_id: UUID, body: ClaimMove, keyed: KeyedDep, seen: SeenDep, response: Response) -> CostClaimOut:
    """Approve, reject or withdraw; above the net of its line a third person confirms what was approved."""
    _, once = keyed
    decided = await once(decide_claim, claim_id=claim_id, verb=body.verb, reason=body.reason, expected_version=seen)
    tag(response, decided.version)
    return CostClaimOut.model_validate(decided)
