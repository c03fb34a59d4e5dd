"""REST: what cooperatives owe each other, netted and paid once; and how much may stand open."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.adapters.exports import statement_csv
from app.adapters.messages import explain
from app.api.deps import KeyedDep, LanguageDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Day, In, Line, Money, Out, PageOut, Version, When, money
from app.domain.nettings import NettingState, StatementLine
from app.usecases.nettings import (
    Statement,
    confirm_netting,
    decline_netting,
    get_netting,
    get_statement,
    list_cooperative_nettings,
    list_credit_limits,
    propose_netting,
    set_credit_limit,
)
from app.vocabulary import MoneyIn

router = noun("nettings")
SideQuery = Annotated[UUID, Query(alias="cooperativeId", description="Whose books")]


class NettingIn(In):
    with_cooperative_id: UUID


class ConfirmationIn(In):
    cooperative_id: UUID
    paid_on: Annotated[Day | None, Field(description="The day of the payment; both name the same")] = None


class DeclineIn(In):
    cooperative_id: UUID
    reason: Line


class LimitIn(In):
    limit: Annotated[MoneyIn | None, Field(description="null: as much as it comes to")] = None


class NettingOut(Out):
    """`net` is what the first pays the second; below zero the other way round."""

    id: UUID
    first_id: UUID
    second_id: UUID
    first_owes: Money = money("first_owes_cents")
    second_owes: Money = money("second_owes_cents")
    net: Money = money("net_cents")
    as_of: When
    state: NettingState
    first_confirmed_by: UUID | None
    second_confirmed_by: UUID | None
    paid_on: Day | None
    reason: str
    version: Version


class NettingLineOut(Out):
    """`amount` is what the other owes more; below zero what is owed to the other."""

    day: Day
    reason: str
    amount: Money

    @classmethod
    def of(cls, line: StatementLine, language: str) -> "NettingLineOut":
        reason = explain(line.rule, line.facts, language)
        return cls.model_validate({"day": line.day, "reason": reason, "amount": line.cents})


class NettingStatementOut(Out):
    netting_id: UUID
    cooperative_id: UUID
    lines: list[NettingLineOut]
    total: Money

    @classmethod
    def of(cls, found: Statement, language: str) -> "NettingStatementOut":
        lines = [NettingLineOut.of(line, language) for line in found.lines]
        place = {"netting_id": found.netting.id, "cooperative_id": found.cooperative_id}
        return cls.model_validate(place | {"lines": lines, "total": found.total_cents})


class CreditLimitOut(Out):
    creditor_id: UUID
    debtor_id: UUID
    limit: Money | None = money("cents")
    version: Version


@router.get("/cooperatives/{cooperative_id}/nettings")
async def list_all(
    cooperative_id: UUID, run: RunDep, page: PageDep, request: Request, response: Response
) -> PageOut[NettingOut]:
    """The nettings of a cooperative, newest first. For the treasurer."""
    found = await run(list_cooperative_nettings, cooperative_id=cooperative_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, NettingOut.model_validate)


@router.post("/cooperatives/{cooperative_id}/nettings", status_code=201)
async def propose(cooperative_id: UUID, body: NettingIn, keyed: KeyedDep, response: Response) -> NettingOut:
    """Set off what two cooperatives owe each other now; both treasurers confirm. Once a month it is done by itself."""
    _, once = keyed
    made = await once(propose_netting, cooperative_id=cooperative_id, with_cooperative_id=body.with_cooperative_id)
    response.headers["Location"] = f"/v1/nettings/{made.id}"
    tag(response, made.version)
    return NettingOut.model_validate(made)


@router.get("/nettings/{netting_id}")
async def get(netting_id: UUID, run: RunDep, response: Response) -> NettingOut:
    """One netting, for the treasurers of both sides."""
    found = await run(get_netting, netting_id=netting_id)
    tag(response, found.version)
    return NettingOut.model_validate(found)


@router.post("/nettings/{netting_id}/confirmations", status_code=201)
async def confirm(
    netting_id: UUID, body: ConfirmationIn, keyed: KeyedDep, seen: SeenDep, response: Response
) -> NettingOut:
    """Confirm for one side; with both it is booked in both books."""
    _, once = keyed
    moved = await once(
        confirm_netting,
        netting_id=netting_id,
        cooperative_id=body.cooperative_id,
        paid_on=body.paid_on,
        expected_version=seen,
    )
    tag(response, moved.version)
    return NettingOut.model_validate(moved)


@router.post("/nettings/{netting_id}/refusals", status_code=201)
async def decline(netting_id: UUID, body: DeclineIn, keyed: KeyedDep, seen: SeenDep, response: Response) -> NettingOut:
    """Decline with a reason; nothing is booked."""
    _, once = keyed
    moved = await once(
        decline_netting,
        netting_id=netting_id,
        cooperative_id=body.cooperative_id,
        reason=body.reason,
        expected_version=seen,
    )
    tag(response, moved.version)
    return NettingOut.model_validate(moved)


@router.get("/nettings/{netting_id}/statement")
async def statement(
    netting_id: UUID, run: RunDep, language: LanguageDep, cooperative_id: SideQuery
) -> NettingStatementOut:
    """What a side's own books say about the other, since the netting before."""
    found = await run(get_statement, netting_id=netting_id, cooperative_id=cooperative_id)
    return NettingStatementOut.of(found, language)


@router.get(
    "/nettings/{netting_id}/statement.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "A line an entry"}},
)
async def statement_as_csv(netting_id: UUID, run: RunDep, language: LanguageDep, cooperative_id: SideQuery) -> Response:
    """The same as CSV."""
    found = await run(get_statement, netting_id=netting_id, cooperative_id=cooperative_id)
    headers = {"Content-Disposition": f'attachment; filename="netting-{netting_id}.csv"'}
    return Response(statement_csv(found.lines, language), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/cooperatives/{cooperative_id}/credit-limits")
async def limits(cooperative_id: UUID, run: RunDep) -> list[CreditLimitOut]:
    """How much others may owe this cooperative at most. For the treasurer."""
    return [CreditLimitOut.model_validate(row) for row in await run(list_credit_limits, cooperative_id=cooperative_id)]


@router.put("/cooperatives/{cooperative_id}/credit-limits/{debtor_id}")
async def set_limit(
    cooperative_id: UUID, debtor_id: UUID, body: LimitIn, run: RunDep, response: Response
) -> CreditLimitOut:
    """Say how much another cooperative may owe this one at most; what is agreed with it counts too."""
    cents = body.limit.cents if body.limit else None
    limit = await run(set_credit_limit, cooperative_id=cooperative_id, debtor_id=debtor_id, limit_cents=cents)
    tag(response, limit.version)
    return CreditLimitOut.model_validate(limit)
