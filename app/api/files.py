"""REST: pictures and files. GraphQL has them as fields, if they fit in JSON."""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Query, Response

from app.adapters.drawings import thermometer_svg
from app.adapters.exports import MEDIA, ExportFormat, export, statement_csv, supplier_csv
from app.adapters.messages import say
from app.adapters.sankey import sankey_svg
from app.api.deps import LanguageDep, RunDep, noun_router
from app.api.models import SpecificationOut
from app.domain.books.remittances import as_csv as remittance_csv
from app.ids import AssignmentId, CooperativeId, JointPurchaseId, MemberId, NettingId, OrderId, RemittanceId
from app.usecases.books.flows import get_month_flows, trace_order
from app.usecases.books.nettings import get_netting_statement
from app.usecases.books.remittances import get_specification
from app.usecases.books.seals import export_sealed
from app.usecases.buying.purchase_costs import get_supplier_order
from app.usecases.earning.thermometer import get_thermometer
from app.usecases.ledger import export_books
from app.usecases.selling.assignment_flows import get_assignment_flows
from app.vocabulary import Month

router = noun_router()
CSV, SVG, ROWS = "text/csv", "image/svg+xml", "application/x-ndjson"
SideQuery = Annotated[CooperativeId, Query(alias="cooperativeId", description="The cooperative whose books to show.")]
Exported = Annotated[ExportFormat, Query(alias="format", description="The format of the file.")]


class SpecificationFormat(StrEnum):
    JSON = "json"
    CSV = "csv"


FormQuery = Annotated[SpecificationFormat, Query(alias="format", description="The format of the file.")]


def _told(*media: str, words: str) -> dict[int | str, dict[str, Any]]:
    """The contract of an answer that is a file of one of these media types."""
    return {200: {"content": {one: {} for one in media}, "description": words}}


def _get(path: str, tag: str, *media: str, words: str, refusals: tuple[int, ...] = ()) -> Callable[[Any], Any]:
    """A route that answers with a file; `refusals` are the error statuses of this file only."""
    told = _told(*media, words=words) | {status: {} for status in refusals}
    return router.get(path, tags=[tag], response_class=Response, responses=told)


def _file(text: str, media: str, name: str) -> Response:
    """An answer that a browser saves under a file name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{media}; charset=utf-8", headers=headers)


def _picture(text: str) -> Response:
    return Response(text, media_type=SVG)


@_get("/members/{member_id}/thermometer.svg", "members", SVG, words="The drawn thermometer")
async def thermometer_picture(member_id: MemberId, run: RunDep, language: LanguageDep) -> Response:
    """The thermometer as a picture."""
    return _picture(thermometer_svg(await run(get_thermometer, member_id=member_id, movements=0), language))


@_get("/orders/{order_id}/trace.svg", "ledger", SVG, words="The flows of the money as an SVG picture")
async def trace_picture(order_id: OrderId, run: RunDep, language: LanguageDep) -> Response:
    """The money of an order and where it went, as a picture."""
    flows = await run(trace_order, order_id=order_id)
    return _picture(sankey_svg(say("picture", "order", language), flows, language))


@_get("/cooperatives/{cooperative_id}/flows.svg", "ledger", SVG, words="The flows of the money as an SVG picture")
async def flows_picture(cooperative_id: CooperativeId, run: RunDep, language: LanguageDep, month: Month) -> Response:
    """The customers' money of a month and where it went, as a picture. For the treasurer."""
    flows = await run(get_month_flows, cooperative_id=cooperative_id, month=month)
    return _picture(sankey_svg(say("picture", "month", language, month=str(month)), flows, language))


@_get("/assignments/{assignment_id}/flows.svg", "assignments", SVG, words="The flows of the money as an SVG picture")
async def picture(assignment_id: AssignmentId, run: RunDep, language: LanguageDep) -> Response:
    """The money of a job and where it goes, as a picture."""
    flows = await run(get_assignment_flows, assignment_id=assignment_id)
    return _picture(sankey_svg(say("picture", "assignment", language), flows, language))


@_get("/cooperatives/{cooperative_id}/journal-export", "ledger", *MEDIA.values(), words="All journals")
async def journal_export(cooperative_id: CooperativeId, run: RunDep, language: LanguageDep, form: Exported) -> Response:
    """Every journal at one moment as CSV, JSON lines or beancount text with its balances. For the treasurer."""
    books = await run(export_books, cooperative_id=cooperative_id)
    return _file(export(form, books.journals, books.accounts, language), MEDIA[form], f"journals.{form}")


@_get("/cooperatives/{cooperative_id}/sealed-journals", "ledger", ROWS, words="Every link with its journals")
async def sealed_journals(cooperative_id: CooperativeId, run: RunDep) -> Response:
    """Links and journals as the text that was hashed: `samen verify FILE` needs nothing else."""
    rows = await run(export_sealed, cooperative_id=cooperative_id)
    return _file("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), ROWS, "sealed-journals.ndjson")


@_get("/nettings/{netting_id}/statement.csv", "nettings", CSV, words="One line for each entry")
async def statement_as_csv(
    netting_id: NettingId, run: RunDep, language: LanguageDep, cooperative_id: SideQuery
) -> Response:
    """The statement of a netting as CSV."""
    statement = await run(get_netting_statement, netting_id=netting_id, cooperative_id=cooperative_id)
    return _file(statement_csv(statement.lines, language), CSV, f"netting-{netting_id}.csv")


@_get(
    "/joint-purchases/{purchase_id}/supplier-order.csv",
    "joint purchases",
    CSV,
    words="One line for each article",
    refusals=(409,),
)
async def supplier_order_csv(purchase_id: JointPurchaseId, run: RunDep) -> Response:
    """The order to the supplier as CSV."""
    return _file(supplier_csv(await run(get_supplier_order, purchase_id=purchase_id)), CSV, f"order-{purchase_id}.csv")


@router.get(
    "/remittances/{remittance_id}/specification",
    tags=["remittances"],
    response_model=SpecificationOut,
    responses=_told(CSV, words="Every line with its inputs"),
)
async def specification(remittance_id: RemittanceId, run: RunDep, form: FormQuery = SpecificationFormat.JSON) -> Any:
    """Every line with its inputs; the lines sum to the amount; as JSON or CSV."""
    found = await run(get_specification, remittance_id=remittance_id)
    if form is SpecificationFormat.JSON:
        return SpecificationOut.model_validate(found)
    return _file(remittance_csv(found), CSV, f"remittance-{found.through:%Y-%m}.csv")
