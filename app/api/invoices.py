"""REST: the files of an invoice. They are private, and made once."""

import asyncio
from typing import Any

from fastapi import Response

from app.adapters.papers import files_of
from app.adapters.ubl import invoice_ubl
from app.api.deps import RunDep, noun_router
from app.domain.documents import Document, MediaType
from app.domain.errors import NotFound
from app.domain.selling.invoices import Invoice
from app.ids import InvoiceId
from app.usecases.selling.invoices import find_invoice_file, keep_invoice_files

router = noun_router()


def _told(media_type: MediaType, words: str) -> dict[int | str, dict[str, Any]]:
    """The contract of an answer that is such a file."""
    return {200: {"content": {media_type.value: {}}, "description": words}}


@router.get(
    "/invoices/{invoice_id}/invoice.pdf",
    tags=["invoices"],
    response_class=Response,
    responses=_told(MediaType.PDF, "The invoice, as PDF/A-3a with the electronic invoice inside"),
)
async def invoice_as_pdf(invoice_id: InvoiceId, run: RunDep) -> Response:
    """The invoice as PDF; a screen reader can read it."""
    invoice, document = await run(find_invoice_file, invoice_id=invoice_id, media_type=MediaType.PDF)
    return await _file(run, invoice, document, MediaType.PDF)


@router.get(
    "/invoices/{invoice_id}/invoice.xml",
    tags=["invoices"],
    response_class=Response,
    responses=_told(MediaType.XML, "The electronic invoice, as UBL 2.1"),
)
async def invoice_as_ubl(invoice_id: InvoiceId, run: RunDep) -> Response:
    """The electronic invoice (SI-UBL 2.0 or Peppol BIS Billing 3), of companies and public bodies; others have none."""
    invoice, document = await run(find_invoice_file, invoice_id=invoice_id, media_type=MediaType.XML)
    return await _file(run, invoice, document, MediaType.XML)


async def _file(run: RunDep, invoice: Invoice, document: Document | None, media_type: MediaType) -> Response:
    """The file as it was made; the first reader may come before the worker that makes it. Raises NotFound."""
    if document is None and (media_type is MediaType.PDF or invoice_ubl(invoice.paper) is not None):
        made = await asyncio.to_thread(files_of, invoice.paper)
        document = (await run(keep_invoice_files, invoice_id=invoice.id, files=made)).get(media_type)
    if document is None:
        raise NotFound
    headers = {"Content-Disposition": f'inline; filename="{document.name}"', "Cache-Control": "no-store"}
    return Response(document.content, media_type=media_type, headers=headers)
