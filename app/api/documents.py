"""REST: files of bills, claims and purchases, as they are."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Request, Response

from app.api.deps import LanguageDep, RunDep, noun_router, viewer_of
from app.contract.books.documents import Attachment
from app.contract.shape import show
from app.domain import documents as domain
from app.domain.documents import MediaType
from app.ids import BillId, CostClaimId, DocumentId, SpendingRequestId
from app.usecases.books.documents import (
    FileName,
    add_bill_document,
    add_claim_document,
    add_spending_document,
    get_document,
)
from app.vocabulary import doc_of

router = noun_router("documents")
FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "PDF, JPEG, PNG or XML, by its content; 10 MB at most. A thing has five files at most.",
        "content": {one.value: {"schema": {"type": "string", "format": "binary"}} for one in MediaType},
    }
}
Called = Annotated[FileName, Query(description=doc_of(FileName))]
ADDED: dict[str, Any] = {
    "status_code": 201,
    "openapi_extra": FILE,
    "response_description": str(Attachment.__doc__),
    "responses": {422: {}},
}


@router.post("/bills/{bill_id}/documents", **ADDED)
async def add_to_bill(
    bill_id: BillId, name: Called, run: RunDep, request: Request, response: Response, language: LanguageDep
) -> Attachment:
    """Add a file to a bill. The same file again changes nothing. For the staff."""
    added = await run(add_bill_document, bill_id=bill_id, name=name, content=await request.body())
    return _shown(added, run, request, response, language)


@router.post("/cost-claims/{claim_id}/documents", **ADDED)
async def add_to_claim(
    claim_id: CostClaimId, name: Called, run: RunDep, request: Request, response: Response, language: LanguageDep
) -> Attachment:
    """Add a file to a cost claim. The same file again changes nothing. For the staff and the member."""
    added = await run(add_claim_document, claim_id=claim_id, name=name, content=await request.body())
    return _shown(added, run, request, response, language)


@router.post("/spending-requests/{request_id}/documents", **ADDED)
async def add_to_purchase(
    request_id: SpendingRequestId,
    name: Called,
    run: RunDep,
    request: Request,
    response: Response,
    language: LanguageDep,
) -> Attachment:
    """Add a file to a purchase from a pot. The same file again changes nothing. For the treasurer and the member."""
    added = await run(add_spending_document, request_id=request_id, name=name, content=await request.body())
    return _shown(added, run, request, response, language)


@router.get(
    "/documents/{document_id}",
    response_class=Response,
    responses={200: {"content": {one.value: {} for one in MediaType}, "description": "The file, as it was added"}},
)
async def give(document_id: DocumentId, run: RunDep) -> Response:
    """A file as it was added, for those who may read what it belongs to."""
    found = await run(get_document, document_id=document_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Cache-Control": "no-store",
    }
    return Response(found.content, media_type=found.media_type, headers=headers)


def _shown(
    added: domain.Attachment, run: RunDep, request: Request, response: Response, language: LanguageDep
) -> Attachment:
    response.headers["Location"] = f"/v1/documents/{added.id}"
    return show(Attachment, added, viewer_of(run, request, language))
