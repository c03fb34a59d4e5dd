"""REST: who gets what of a joint purchase, and the order to the supplier as a file."""

from typing import Any
from uuid import UUID

from fastapi import Response

from app.adapters.allocation_format import AllocationFormat, ArticleFormat
from app.adapters.supplier_order import as_csv
from app.api.deps import LanguageDep, RunDep, noun
from app.domain.allocation import SharingRule
from app.usecases.joint_purchases import get_allocation
from app.usecases.purchase_settlements import get_supplier_order

TOO_EARLY: dict[str, Any] = {"description": "Still open: nothing is ordered yet."}
router = noun("joint purchases")


@router.get("/joint-purchases/{purchase_id}/allocation")
async def allocation(
    purchase_id: UUID, run: RunDep, language: LanguageDep, rule: SharingRule | None = None
) -> AllocationFormat:
    """Who gets what and why, without names, with all that it follows from; before closing by any rule."""
    whole = await run(get_allocation, purchase_id=purchase_id, rule=rule)
    made = [ArticleFormat.of(a.id, a.title, whole.inputs[a.id], language) for a in whole.articles]
    return AllocationFormat(articles=made)


@router.get(
    "/joint-purchases/{purchase_id}/supplier-order.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "A line an article"}, 409: TOO_EARLY},
)
async def supplier_order_csv(purchase_id: UUID, run: RunDep) -> Response:
    """The order to the supplier as CSV."""
    found = await run(get_supplier_order, purchase_id=purchase_id)
    headers = {"Content-Disposition": f'attachment; filename="order-{purchase_id}.csv"'}
    return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
