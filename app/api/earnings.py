"""REST: earnings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.api.agreements import LegOut
from app.api.deps import LanguageDep, PageDep, RunDep, link_next, tag
from app.api.models import Day, Money, Out, PageOut, Version, money
from app.domain.earnings import Earning, EarningState
from app.usecases.earnings import get_earning, list_earnings

router = APIRouter(tags=["earnings"])


class EarningOut(Out):
    id: UUID
    order_id: UUID
    cooperative_id: UUID
    member_id: UUID
    work_date: Day
    net: Money = money("net_cents")
    costs: Money = money("cost_cents")
    kept: Money = money("kept_cents")
    state: EarningState
    agreement_id: UUID | None
    journal_id: UUID | None
    legs: list[LegOut]
    version: Version

    @classmethod
    def of(cls, earning: Earning, language: str) -> "EarningOut":
        legs = [LegOut.of(leg, language) for leg in earning.legs]
        return cls.model_validate(earning).model_copy(update={"legs": legs})


@router.get("/cooperatives/{cooperative_id}/earnings")
async def list_all(
    cooperative_id: UUID,
    run: RunDep,
    page: PageDep,
    language: LanguageDep,
    request: Request,
    response: Response,
    state: EarningState | None = None,
    member_id: Annotated[UUID | None, Query(alias="memberId")] = None,
) -> PageOut[EarningOut]:
    """The earnings of a cooperative for its staff; a member sees their own."""
    found = await run(list_earnings, cooperative_id=cooperative_id, page=page, state=state, member_id=member_id)
    link_next(request, response, found)
    return PageOut.of(found, lambda earning: EarningOut.of(earning, language))


@router.get("/earnings/{earning_id}")
async def get(earning_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> EarningOut:
    """One earning, with where every cent of it went and why."""
    found = await run(get_earning, earning_id=earning_id)
    tag(response, found.version)
    return EarningOut.of(found, language)
