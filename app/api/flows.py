"""REST: where money went, as pictures."""

from typing import Any

from fastapi import Response

from app.adapters.sankey import sankey_svg
from app.api.deps import LanguageDep, RunDep, noun
from app.ids import CooperativeId, OrderId
from app.usecases.flows import get_month_flows, trace_order
from app.vocabulary import Month

router = noun("ledger")
SVG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {}}, "description": "The same as a picture"}}


@router.get("/orders/{order_id}/trace.svg", response_class=Response, responses=SVG)
async def trace_picture(order_id: OrderId, run: RunDep, language: LanguageDep) -> Response:
    """Where the money of an order went, as a picture."""
    found = await run(trace_order, order_id=order_id)
    title = {"nl": "Waar het geld van deze bestelling bleef", "en": "Where the money of this order went"}
    return Response(sankey_svg(title[language], found, language), media_type="image/svg+xml")


@router.get("/cooperatives/{cooperative_id}/flows.svg", response_class=Response, responses=SVG)
async def flows_picture(cooperative_id: CooperativeId, run: RunDep, language: LanguageDep, month: Month) -> Response:
    """What came from customers in a month and where it went, as a picture. For the treasurer."""
    found = await run(get_month_flows, cooperative_id=cooperative_id, month=month)
    title = {"nl": f"Waar het geld bleef in {month}", "en": f"Where the money went in {month}"}
    return Response(sankey_svg(title[language], found, language), media_type="image/svg+xml")
