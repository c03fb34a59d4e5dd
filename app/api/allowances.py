"""REST: allowances and premiums from the cooperative fund, and the legal limits beside them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.adapters.agreement_format import WHOLE
from app.api.deps import KeyedDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Day, In, Line, Money, Out, PageOut, Version, When, money
from app.domain.allowances import AllowanceKind, AllowanceState
from app.domain.limits import LIMITS
from app.usecases.allowances import get_allowance, grant_allowance, list_allowances, reverse_allowance
from app.vocabulary import MoneyIn

router = noun("allowances")


class AllowanceIn(In):
    kind: AllowanceKind
    day: Day | None = None
    amount: MoneyIn | None = None
    minutes: Annotated[int, Field(strict=True, ge=1, le=44_640), WHOLE] | None = None
    reason: Line = ""


class AllowanceReversalIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class AllowanceOut(Out):
    id: UUID
    cooperative_id: UUID
    member_id: UUID
    kind: AllowanceKind
    day: Day
    amount: Money = money("cents")
    minutes: int | None
    agreement_id: UUID
    granted_at: When
    reason: str
    state: AllowanceState
    version: Version


class LegalLimitOut(Out):
    """An indication with its source; what the law says of a person is not for software to decide."""

    law: str
    what: str
    from_date: Day
    until: Day | None
    per: str
    most: Money = money("max_cents")
    max_count: int | None
    basis_points: int | None
    months: int | None
    least_age: int | None
    source: str


@router.get("/legal-limits")
async def limits() -> list[LegalLimitOut]:
    """The dated tables of legal limits that agreements may name."""
    return [LegalLimitOut.model_validate(limit) for limit in LIMITS]


@router.get("/cooperatives/{cooperative_id}/allowances")
async def list_all(
    cooperative_id: UUID,
    run: RunDep,
    page: PageDep,
    request: Request,
    response: Response,
    member_id: Annotated[UUID | None, Query(alias="memberId")] = None,
) -> PageOut[AllowanceOut]:
    """The allowances of a cooperative for its staff; a member sees their own."""
    found = await run(list_allowances, cooperative_id=cooperative_id, page=page, member_id=member_id)
    link_next(request, response, found)
    return PageOut.of(found, AllowanceOut.model_validate)


@router.post("/members/{member_id}/allowances", status_code=201)
async def grant(member_id: UUID, body: AllowanceIn, keyed: KeyedDep, response: Response) -> AllowanceOut:
    """Grant an allowance or a premium from the cooperative fund, within the agreement and the legal limit."""
    _, once = keyed
    made = await once(
        grant_allowance,
        member_id=member_id,
        kind=body.kind,
        day=body.day,
        cents=body.amount.cents if body.amount else None,
        minutes=body.minutes,
        reason=body.reason,
    )
    response.headers["Location"] = f"/v1/allowances/{made.id}"
    tag(response, made.version)
    return AllowanceOut.model_validate(made)


@router.get("/allowances/{allowance_id}")
async def get(allowance_id: UUID, run: RunDep, response: Response) -> AllowanceOut:
    """One allowance."""
    found = await run(get_allowance, allowance_id=allowance_id)
    tag(response, found.version)
    return AllowanceOut.model_validate(found)


@router.post("/allowances/{allowance_id}/reversals", status_code=201)
async def reverse(
    allowance_id: UUID, body: AllowanceReversalIn, keyed: KeyedDep, seen: SeenDep, response: Response
) -> AllowanceOut:
    """Take back what was granted by mistake."""
    _, once = keyed
    undone = await once(reverse_allowance, allowance_id=allowance_id, reason=body.reason, expected_version=seen)
    tag(response, undone.version)
    return AllowanceOut.model_validate(undone)
