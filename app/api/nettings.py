"""REST: what a side's books say about the other, as a file."""

from typing import Annotated

from fastapi import Query, Response

from app.adapters.exports import statement_csv
from app.api.deps import LanguageDep, RunDep, noun
from app.ids import CooperativeId, NettingId
from app.usecases.nettings import get_netting_statement

router = noun("nettings")
SideQuery = Annotated[CooperativeId, Query(alias="cooperativeId", description="Whose books they are.")]


@router.get(
    "/nettings/{netting_id}/statement.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "A line an entry"}},
)
async def statement_as_csv(
    netting_id: NettingId, run: RunDep, language: LanguageDep, cooperative_id: SideQuery
) -> Response:
    """The statement of a netting as CSV."""
    found = await run(get_netting_statement, netting_id=netting_id, cooperative_id=cooperative_id)
    headers = {"Content-Disposition": f'attachment; filename="netting-{netting_id}.csv"'}
    return Response(statement_csv(found.lines, language), media_type="text/csv; charset=utf-8", headers=headers)
