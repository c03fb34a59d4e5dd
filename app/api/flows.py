"""REST: where money went: statements, the trace of an order, the flows of a month, as JSON and as pictures."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from app.adapters.messages import explain
from app.adapters.sankey import sankey_svg
from app.api.deps import LanguageDep, RunDep, noun
from app.api.models import Day, Moment, Money, Month, Out, When, money
from app.domain.flows import Axis, Flow, Statement
from app.domain.ledger import AccountKind
from app.usecases.flows import get_member_statement, get_month_flows, get_statement, trace_order

router = noun("ledger")
SVG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {}}, "description": "The same as a picture"}}
SinceQuery = Annotated[Day, Query(alias="from")]
AsOfQuery = Annotated[Moment | None, Query(alias="asOf")]


class StatementLineOut(Out):
    """An account kind over the period; credits are positive."""

    kind: AccountKind
    opening: Money = money("opening_cents")
    change: Money = money("change_cents")
    closing: Money = money("closing_cents")


class StatementOut(Out):
    """What the books said on `asOf`; `final` once every month of it is closed."""

    cooperative_id: UUID
    member_id: UUID | None
    since: Day
    until: Day
    as_of: When
    axis: Axis
    final: bool
    lines: list[StatementLineOut]


class MemberStatementOut(StatementOut):
    """With what the member turned over (net of VAT), costs by category, and how the rest was shared."""

    turnover: Money = money("turnover_cents")
    costs: dict[str, Money]
    shares: dict[str, Money]


class FlowOut(Out):
    source: str
    target: str
    amount: Money = money("cents")
    reason: str = ""

    @classmethod
    def of(cls, flow: Flow, language: str) -> "FlowOut":
        reason = explain(flow.rule, flow.facts, language) if flow.rule else ""
        return cls.model_validate(flow).model_copy(update={"reason": reason})


@router.get("/cooperatives/{cooperative_id}/statement")
async def statement(
    cooperative_id: UUID,
    run: RunDep,
    since: SinceQuery,
    until: Day,
    as_of: AsOfQuery = None,
    axis: Literal["period", "work"] = "period",
) -> StatementOut:
    """The accounts over a period, as the books said at a moment; the same whenever it is asked again."""
    found: Statement = await run(
        get_statement, cooperative_id=cooperative_id, since=since, until=until, as_of=as_of, axis=axis
    )
    return StatementOut.model_validate(found)


@router.get("/members/{member_id}/statement")
async def member_statement(
    member_id: UUID,
    run: RunDep,
    since: SinceQuery,
    until: Day,
    as_of: AsOfQuery = None,
    axis: Literal["period", "work"] = "work",
) -> MemberStatementOut:
    """What a member turned over, the costs, how it was shared, and what their own accounts say."""
    found = await run(get_member_statement, member_id=member_id, since=since, until=until, as_of=as_of, axis=axis)
    return MemberStatementOut.model_validate(found)


@router.get("/orders/{order_id}/trace")
async def trace(order_id: UUID, run: RunDep, language: LanguageDep) -> list[FlowOut]:
    """Where the money of an order went, from the customer to what was bought from the pot, each with its reason."""
    return [FlowOut.of(flow, language) for flow in await run(trace_order, order_id=order_id)]


@router.get("/orders/{order_id}/trace.svg", response_class=Response, responses=SVG)
async def trace_picture(order_id: UUID, run: RunDep, language: LanguageDep) -> Response:
    """The same as a picture."""
    found = await run(trace_order, order_id=order_id)
    title = {"nl": "Waar het geld van deze bestelling bleef", "en": "Where the money of this order went"}
    return Response(sankey_svg(title[language], found, language), media_type="image/svg+xml")


@router.get("/cooperatives/{cooperative_id}/flows")
async def flows(cooperative_id: UUID, run: RunDep, language: LanguageDep, month: Month) -> list[FlowOut]:
    """What came from customers in a month and where it went. For the treasurer."""
    found = await run(get_month_flows, cooperative_id=cooperative_id, month=date.fromisoformat(f"{month}-01"))
    return [FlowOut.of(flow, language) for flow in found]


@router.get("/cooperatives/{cooperative_id}/flows.svg", response_class=Response, responses=SVG)
async def flows_picture(cooperative_id: UUID, run: RunDep, language: LanguageDep, month: Month) -> Response:
    """The same as a picture."""
    found = await run(get_month_flows, cooperative_id=cooperative_id, month=date.fromisoformat(f"{month}-01"))
    title = {"nl": f"Waar het geld bleef in {month}", "en": f"Where the money went in {month}"}
    return Response(sankey_svg(title[language], found, language), media_type="image/svg+xml")
