"""REST: the journals of a cooperative as they were sealed, in a file."""

import json

from fastapi import Response

from app.api.deps import RunDep, noun
from app.ids import CooperativeId
from app.usecases.seals import export_sealed

router = noun("ledger")


@router.get(
    "/cooperatives/{cooperative_id}/sealed-journals",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "Every link with its journals"}},
)
async def sealed_journals(cooperative_id: CooperativeId, run: RunDep) -> Response:
    """Links and journals as text that hashes to what was sealed: `samen verify FILE` needs nothing else."""
    rows = await run(export_sealed, cooperative_id=cooperative_id)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    headers = {"Content-Disposition": 'attachment; filename="sealed-journals.ndjson"'}
    return Response(text, media_type="application/x-ndjson; charset=utf-8", headers=headers)
