"""REST: the order to the supplier of a joint purchase as a file."""

from typing import Any

from fastapi import Response

from app.adapters.supplier_order import as_csv
from app.api.deps import RunDep, noun
from app.ids import JointPurchaseId
from app.usecases.purchase_settlements import get_supplier_order

TOO_EARLY: dict[str, Any] = {"description": "Still open: nothing is ordered yet."}
router = noun("joint purchases")


@router.get(
    "/joint-purchases/{purchase_id}/supplier-order.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "A line an article"}, 409: TOO_EARLY},
)
async def supplier_order_csv(purchase_id: JointPurchaseId, run: RunDep) -> Response:
    """The order to the supplier as CSV."""
    found = await run(get_supplier_order, purchase_id=purchase_id)
    headers = {"Content-Disposition": f'attachment; filename="order-{purchase_id}.csv"'}
    return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
