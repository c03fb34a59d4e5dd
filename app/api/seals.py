"""REST: the chain of seals over the journals, and the checks of all books."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.api.deps import KeyedDep, PageDep, RunDep, link_next, noun
from app.api.models import Out, PageOut, When, Written
from app.usecases.seals import ask_check, export_sealed, get_seals, list_checks

router = noun("ledger")


class SealOut(Out):
    """A link: SHA-256 over the digest before it and the hashes of its journals, in order; hexadecimal."""

    number: int
    journals: int
    previous: str
    digest: str
    sealed_at: When


class BookCheckOut(Out):
    id: UUID
    asked_at: When
    checked_at: When | None
    broken: dict[str, list[str]]


@router.get("/cooperatives/{cooperative_id}/seals")
async def seals(
    cooperative_id: UUID, run: RunDep, limit: Annotated[int, Query(ge=1, le=100), Written] = 10
) -> list[SealOut]:
    """The newest links of the chain, the head first; keep a head to verify an export with. For the treasurer."""
    found = await run(get_seals, cooperative_id=cooperative_id, limit=limit)
    return [SealOut.model_validate(seal) for seal in found]


@router.get(
    "/cooperatives/{cooperative_id}/sealed-journals",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "Every link with its journals"}},
)
async def sealed_journals(cooperative_id: UUID, run: RunDep) -> Response:
    """Links and journals as text that hashes to what was sealed: `samen verify FILE` needs nothing else."""
    rows = await run(export_sealed, cooperative_id=cooperative_id)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    headers = {"Content-Disposition": 'attachment; filename="sealed-journals.ndjson"'}
    return Response(text, media_type="application/x-ndjson; charset=utf-8", headers=headers)


@router.get("/book-checks")
async def checks(run: RunDep, page: PageDep, request: Request, response: Response) -> PageOut[BookCheckOut]:
    """The checks of all books with what they found, newest first. For the network."""
    found = await run(list_checks, page=page)
    link_next(request, response, found)
    return PageOut.of(found, BookCheckOut.model_validate)


@router.post("/book-checks", status_code=202)
async def check(keyed: KeyedDep) -> BookCheckOut:
    """Have all books checked soon. For the network."""
    _, once = keyed
    return BookCheckOut.model_validate(await once(ask_check))
