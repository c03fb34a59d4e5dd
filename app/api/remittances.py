"""REST: the specification of a remittance, as JSON or CSV."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import Query, Response

from app.api.deps import RunDep, noun
from app.api.models import SpecificationOut
from app.domain.remittances import as_csv
from app.ids import RemittanceId
from app.usecases.remittances import get_remittance

router = noun("remittances")


class SpecificationFormat(StrEnum):
    JSON = "json"
    CSV = "csv"


@router.get(
    "/remittances/{remittance_id}/specification",
    response_model=SpecificationOut,
    responses={200: {"content": {"text/csv": {}}, "description": "Every line with its inputs"}},
)
async def specification(
    remittance_id: RemittanceId,
    run: RunDep,
    form: Annotated[
        SpecificationFormat, Query(alias="format", description="In which form.")
    ] = SpecificationFormat.JSON,
) -> Any:
    """Every line with its inputs, which sums to the amount; as JSON or CSV."""
    found = await run(get_remittance, remittance_id=remittance_id)
    if form is SpecificationFormat.JSON:
        return SpecificationOut.model_validate(found)
    headers = {"Content-Disposition": f'attachment; filename="remittance-{found.through:%Y-%m}.csv"'}
    return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
