"""REST: the whole books of a cooperative as a file."""

from typing import Annotated

from fastapi import Query, Response

from app.adapters.exports import MEDIA, ExportFormat, export
from app.api.deps import LanguageDep, RunDep, noun
from app.ids import CooperativeId
from app.usecases.books import export_books

router = noun("ledger", "/cooperatives/{cooperative_id}")


@router.get(
    "/journal-export",
    response_class=Response,
    responses={200: {"content": {media: {} for media in MEDIA.values()}, "description": "The whole books"}},
)
async def journal_export(
    cooperative_id: CooperativeId,
    run: RunDep,
    language: LanguageDep,
    form: Annotated[ExportFormat, Query(alias="format", description="In which form.")],
) -> Response:
    """Every journal at one moment as CSV, JSON lines or beancount text with its balances. For the treasurer."""
    books = await run(export_books, cooperative_id=cooperative_id)
    headers = {"Content-Disposition": f'attachment; filename="journals.{form}"'}
    text = export(form, books.journals, books.accounts, language)
    return Response(text, media_type=f"{MEDIA[form]}; charset=utf-8", headers=headers)
